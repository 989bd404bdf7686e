"""The threads of the console, which keep reads, commands and automation off the event loop."""
