"""Tickets that belong together: duplicates, merges, splits, separations, incidents."""
