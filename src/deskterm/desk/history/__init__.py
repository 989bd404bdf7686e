"""Undo, proof that tables equal events, the hash chain, erasure and retention."""
