"""Screens: what a pane shows, and what happens on a key, is decided here."""
