"""Kinds of target, one module each. `deskterm.sla.targets` has the table of all kinds."""
