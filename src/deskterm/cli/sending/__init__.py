"""Letters of the command line before they leave: the send guard, and the time in which they can be undone."""
