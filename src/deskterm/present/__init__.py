"""View models, labels and formats that the console and the command line share."""
