"""Data that belong to one agent, and are no part of the history of any ticket."""
