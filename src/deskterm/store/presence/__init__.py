"""Presence: the tickets that agents have open now, and what they write; beside the desk, and in no history of it."""
