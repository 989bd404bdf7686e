"""Event logs brought in: sources, mappings, the events they become, the writer."""
