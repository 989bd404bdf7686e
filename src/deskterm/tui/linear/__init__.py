"""The console for screen readers: lines in their order, without frames, colours or a place on the screen (C-43)."""
