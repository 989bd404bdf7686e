"""The terminal that the console runs on: what is written to it, and the signals that come from it."""
