"""The console for screen readers: lines, without frames, colours or positions on the screen (C-43)."""
