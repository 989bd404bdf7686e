"""Development items and releases that tickets wait for."""
