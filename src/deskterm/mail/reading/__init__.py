"""A mail read from its bytes: nothing here raises, whatever the bytes are (M-14)."""
