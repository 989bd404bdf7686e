"""Commands for those who lead: the wall, and the hand-over of a shift."""
