"""Mails as they came, and the state of the places that they come from and leave by: rows of the store (M-03, M-13)."""
