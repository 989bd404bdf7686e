"""Filters as people write them (C-12): what their fields mean on a desk, and how they are completed."""
