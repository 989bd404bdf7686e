"""View models and words that the console and the command line share."""
