"""Commands that take a whole desk to another place."""
