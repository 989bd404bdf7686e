"""Templates and macros in the console: choosing, filling in, running and recording (C-21)."""
