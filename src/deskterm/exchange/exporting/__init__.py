"""Export of tickets, messages, events, clocks and the work log to files."""
