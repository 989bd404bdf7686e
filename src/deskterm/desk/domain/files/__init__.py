"""Files that come or go with messages: what they are called, how large they may be, what refers to them (C-22)."""
