"""Checks of procedure files: problems, their sentences, and their lines in the file."""
