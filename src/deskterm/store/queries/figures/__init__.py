"""Kept rows that figures are counted from, of the tickets of a period as of an instant. SQL over a bare connection."""
