"""The history of tickets: undo, integrity check, hash chain, erasure and retention."""
