"""Development items and releases."""
