"""Commands that back a desk up and restore it."""
