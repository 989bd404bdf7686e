"""The words that a command asks for, kept as the line after `:` that says them at once (C-05)."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.tui.drafts import Draft, Drafts


class AskedWords:
    """The words of one command: the line after `:` that it was given by, and the answers to what it asked for. drafts:
    where they are kept; name: of the command, empty where there is none that a line could give; line: as it was typed
    after `:`, empty for a key's."""

    def __init__(self, drafts: Drafts, name: str, line: str) -> None:
        self._drafts, self._line = drafts, line
        self._said = [line or name] if line or name else []
        self._draft: Draft | None = None

    def note(self, text: str) -> None:
        """Note an answer as it is typed."""
        if not self._said:
            return
        if self._draft is None:
            self._draft = self._drafts.begin("command")
        self._drafts.change(self._draft, " ".join((*self._said, text)))

    def answer(self, text: str | None) -> None:
        """Note that an answer was given, or with None that the question was left: the words are a draft then."""
        if text is not None:
            self._said.append(text)
        elif self._draft is not None:
            self._leave(self._draft)

    def keep(self) -> None:
        """Keep the words of a command that was refused."""
        if self._draft is not None:
            self._leave(self._draft)
        elif self._line:
            self._drafts.add_line(self._line)
        self._line = ""

    def drop(self) -> None:
        """Drop the words: the command has done what they say."""
        if self._draft is not None:
            self._drafts.discard(self._draft)
        self._draft, self._line = None, ""

    def _leave(self, draft: Draft) -> None:
        self._draft = None
        self._drafts.leave(draft)


CURRENT_WORDS: ContextVar[AskedWords | None] = ContextVar("CURRENT_WORDS", default=None)
"""The words of the command that the running task carries out."""
