"""Time entries and quotes."""
