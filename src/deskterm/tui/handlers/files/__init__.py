"""Files of letters that are being written, and of tickets (C-22)."""
