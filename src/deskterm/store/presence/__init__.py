"""Presence: which tickets agents have open, and what they are writing; kept beside the desk, and in no history."""
