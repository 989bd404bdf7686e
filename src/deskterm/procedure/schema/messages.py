"""The parts of a procedure file about files of messages, and checks of replies."""

from __future__ import annotations

from pydantic import Field

from deskterm.procedure.schema.text_types import Part, Text


class Files(Part):
    """Files that come and go with messages (C-22)."""

    largest_mb: int = Field(ge=1, le=200, default=20)
    """The largest file that is kept, in megabytes. Backups, and the store itself, grow by what is kept."""


class ReplyPart(Part):
    """A part that replies should have (C-23): a greeting, a name, an offer of further help."""

    label: Text
    """The part in words, to go on after "it has no": `greeting`."""
    words: tuple[str, ...] = Field(min_length=1)
    """Words, any of which shows it."""


class SendGuard(Part):
    """The send guard looks at a reply before it goes out (C-23). What it says may be overruled."""

    files: bool = True
    """Words name a file, and none goes with them."""
    others: bool = True
    """Words name another customer."""
    promises: bool = True
    """Words promise something for later than it is due."""
    parts: tuple[ReplyPart, ...] = ()
    """Parts that every reply should have."""
