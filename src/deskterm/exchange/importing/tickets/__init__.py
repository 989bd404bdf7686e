"""Import of the tickets of another desk, and the first draft of a mapping for it."""
