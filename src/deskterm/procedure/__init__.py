"""The procedure file: its schema, loader, checks and what it compiles to."""
