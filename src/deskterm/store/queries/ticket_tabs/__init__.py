"""Reads for the tabs of a ticket beside its own detail: its client, and the tickets it is linked with."""
