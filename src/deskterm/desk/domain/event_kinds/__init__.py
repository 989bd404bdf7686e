"""Kinds of events, and everything that the desk knows about each: names, the table of them, their data and words."""
