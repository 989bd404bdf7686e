"""The line at the foot of the screen of reports: a filter, an instant, or the name of a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from deskterm.tui.dialogs.prompt import LineHelp, Prompt, PromptKind

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget


class TypedLine:
    """The line of a screen that may be open. below: the widget that has the focus when it is closed."""

    def __init__(self, screen: Screen[int | None], below: Widget) -> None:
        self._screen, self._below = screen, below
        self._prompt: Prompt | None = None
        self._take: Callable[[str], None] | None = None
        """Takes the text."""

    @property
    def is_open(self) -> bool:
        """True while something is typed."""
        return self._prompt is not None

    async def open(
        self, kind: PromptKind, sign: str, text: str, take: Callable[[str], None], line_help: LineHelp | None = None
    ) -> None:
        """Open the line with a text. sign: what stands before it; take: called with what was entered."""
        self._take = take
        self._prompt = Prompt(kind, sign, text, line_help=line_help)
        await self._screen.mount(self._prompt, before=self._screen.query_one(".hint"))
        self._prompt.focus_line()

    def enter(self, text: str) -> None:
        """Close the line, and hand over what was entered."""
        self.close()
        if self._take is not None:
            self._take(text.strip())

    def close(self) -> None:
        """Close the line, if it is open."""
        if self._prompt is not None:
            prompt, self._prompt = self._prompt, None
            # Before it is removed: it must not give the focus to whatever is beside it
            self._screen.set_focus(self._below)
            prompt.remove()
