"""Settings of whoever sits at the console: their file, what they chose in the console, and what both mean."""
