"""Reads for those who lead: the state of the desk as a whole, who has how much, and what happens today."""
