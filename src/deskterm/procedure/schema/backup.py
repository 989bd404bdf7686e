"""The parts of a procedure file about backups of the desk."""

from __future__ import annotations

from deskterm.procedure.schema.text_types import AmountText, Part


class Backup(Part):
    """Backups of the desk. `deskterm backup` makes them, and `deskterm doctor` says when the last one is too old."""

    every: AmountText = ""
    """The longest time that may pass between two backups, day and night: `1d`, `12h`; empty where the procedure asks
    for none."""
