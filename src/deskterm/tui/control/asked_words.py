"""Answers to a command's questions, kept in a draft as the equivalent line after `:` (C-05)."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.tui.drafts import Draft, Drafts


class AskedWords:
    """The answers of one command, and the line after `:` that began it. drafts: keep them; name: of the command, empty
    when no line could give it; line: as typed after `:`, empty for a command by key."""

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
        """Note an answer, or with None that the question was left: the words become a draft then."""
        if text is not None and self._said:
            self._said.append(text)
        elif text is None and self._draft is not None:
            self._leave(self._draft)

    def end_part(self) -> None:
        """Note that a comma stands behind the last answer, as the command wants it."""
        if self._said:
            self._said[-1] = f"{self._said[-1].removesuffix(',')},"

    def keep(self) -> None:
        """Keep the words of a refused command as a draft."""
        if self._draft is not None:
            self._leave(self._draft)
        elif self._line:
            self._drafts.add_line(self._line)
        self._line = ""

    def drop(self) -> None:
        """Drop the words after the command has succeeded."""
        if self._draft is not None:
            self._drafts.discard(self._draft)
        self._draft, self._line = None, ""

    def _leave(self, draft: Draft) -> None:
        self._draft = None
        self._drafts.leave(draft)


CURRENT_WORDS: ContextVar[AskedWords | None] = ContextVar("CURRENT_WORDS", default=None)
"""The words of the command that the current task runs."""
