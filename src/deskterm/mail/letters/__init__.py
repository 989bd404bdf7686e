"""Letters on their way out: composed, sent once, and what became of them (M-46 to M-59)."""
