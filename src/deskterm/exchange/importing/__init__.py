"""Import of event logs: reading them, mapping their columns, building events, writing tickets."""
