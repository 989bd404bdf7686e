"""Reports on the whole screen, and the lists behind their figures (R-47)."""
