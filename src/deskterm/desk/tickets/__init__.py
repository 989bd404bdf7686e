"""Register, update, resolve and close tickets, and preview what a change would do."""
