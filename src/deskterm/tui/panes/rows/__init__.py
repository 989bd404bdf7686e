"""The rows of the queue: the pages that were read, the marks, and how a row is painted."""
