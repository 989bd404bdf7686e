"""Chargeable work: time entries, quotes and agreements."""
