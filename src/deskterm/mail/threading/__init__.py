"""The ticket that a mail belongs to (M-29 to M-33)."""
