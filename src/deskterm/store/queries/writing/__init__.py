"""Reads for whoever writes a reply."""
