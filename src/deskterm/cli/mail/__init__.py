"""Commands about mail: what came in, what became of it, and what waits for a person (M-64)."""
