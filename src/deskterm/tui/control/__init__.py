"""Controllers of the console: run commands, ask, compose, edit in an external editor, choose what is in view."""
