"""The new words of a mail: of replies, forwards and subjects (M-20, M-31, M-33)."""
