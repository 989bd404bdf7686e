"""Controllers of the console: run commands, ask, compose, edit outside, help."""
