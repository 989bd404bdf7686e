"""Files of messages: their names, and how large they may be (C-22)."""
