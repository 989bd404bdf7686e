"""A rota of the technicians, to go on after a small procedure."""

from __future__ import annotations

ROTA = """
[[roles]]
key = "technician"
label = "Technician"

[[rotas]]
key = "pumps"
label = "Pumps"
role = "technician"
timezone = "Europe/London"
first = 2026-11-23
"""
"""Turns of a week, from Monday 23 November 2026 at 09:00."""
