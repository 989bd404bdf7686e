"""Time entries, prices and quotes."""
