"""Files between the disk and the desk: read to go with a message, written where somebody wants them (C-22)."""
