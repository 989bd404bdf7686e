"""Looks at a letter before it goes out (C-23)."""
