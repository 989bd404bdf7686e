"""Choosing while typing: rows that contain some words, and colleagues to mention."""
