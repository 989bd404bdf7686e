"""Reads for checks of a reply."""
