"""Whatever belongs to one agent alone, and is no part of the history of any ticket."""
