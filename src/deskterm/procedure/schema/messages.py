"""The parts of a procedure file about what goes with messages."""

from __future__ import annotations

from pydantic import Field

from deskterm.procedure.schema.text_types import Part


class Files(Part):
    """Files that come and go with messages (C-22)."""

    largest_mb: int = Field(ge=1, le=200, default=20)
    """The largest file that is kept, in megabytes. Backups, and the store itself, grow by what is kept."""
