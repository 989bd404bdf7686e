"""Tickets, events, clocks and billing taken out as files."""
