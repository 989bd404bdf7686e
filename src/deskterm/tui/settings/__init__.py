"""Settings of the console: their declarations, the settings file, and choices that were made in the console."""
