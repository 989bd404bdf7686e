"""Measures: one definition of each figure, over lives of tickets (R-08)."""
