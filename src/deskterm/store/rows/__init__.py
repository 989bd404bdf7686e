"""Pieces of rows that several queries share."""
