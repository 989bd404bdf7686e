"""Handlers of commands on the list itself: its views, columns, marks and hits."""
