"""Threads of the console: one writes commands, one reads windows, one runs automation."""
