"""Checks of a letter before it goes out (C-23)."""
