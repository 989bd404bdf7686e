"""Questions to the agent: dialogs over the screen, and the line at its foot. A question called off answers None."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.tui.commands.desk_errors import translate_desk_errors
from deskterm.tui.control.asked_words import CURRENT_WORDS
from deskterm.tui.dialogs.choose import Choose, Preview
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.dialogs.prompt import LineHelp, Prompt, PromptKind
from deskterm.tui.type_ahead import CURRENT_HOLD

if TYPE_CHECKING:
    from deskterm.tui.hosts import PromptHost


class Prompts:
    """The questions of one screen; the line at its foot asks one at a time. Questions may contain words of a procedure
    or a customer, so they are sanitised here."""

    def __init__(self, host: PromptHost) -> None:
        self._host = host
        self._prompt: Prompt | None = None
        self._answer: asyncio.Future[str | None] | None = None

    async def choose(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        *,
        search: bool = False,
        preview: Preview | None = None,
    ) -> str | None:
        """Ask for one of these choices; return its key, which is an answer like those of `ask`. preview: the effect of
        taking a choice, shown beside it."""
        key = await self._host.show(Choose(sanitize(title), choices, current, search=search, preview=preview))
        if (words := CURRENT_WORDS.get()) is not None:
            words.answer(key)
        return key

    async def confirm(self, question: str, yes: str, no: str) -> bool:
        """Ask a question with two answers. yes, no: what each of them does."""
        answer: bool | None = await self._host.show(
            Confirm(sanitize(translate_desk_errors(question), multiline=True), yes, no)
        )
        return bool(answer)

    async def ask(self, question: str) -> str | None:
        """Ask for a line of text; None also when it was left empty. The answer is kept as a draft while it is typed,
        and when it is left or refused (C-05)."""
        words = CURRENT_WORDS.get()
        answer = await self.type_line("line", f"{sanitize(question)} ", changed=words.note if words else None)
        if words is not None:
            words.answer(answer)
        return answer.strip() if answer else None

    async def type_line(
        self,
        kind: PromptKind,
        sign: str,
        text: str = "",
        suggestions: Sequence[str] = (),
        line_help: LineHelp | None = None,
        *,
        recalled: Sequence[str] = (),
        changed: Callable[[str], None] | None = None,
    ) -> str | None:
        """Open the line at the foot of the screen until it is entered or left. A line that is open already is left.
        line_help: keeps it open while something is wrong with it; recalled: lines that the up key brings back, the
        newest first; changed: called with the text at each change."""
        if self._prompt is not None:
            await self.close(self._prompt, None)
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._answer = answer
        self._prompt = Prompt(kind, sign, text, suggestions, line_help)
        self._prompt.recalled, self._prompt.changed = recalled, changed
        hold = CURRENT_HOLD.get()
        self._prompt.answered = hold.take if hold is not None else None
        await self._host.mount_prompt(self._prompt)
        if hold is not None:
            hold.drop()
        return await answer

    @property
    def is_open(self) -> bool:
        """True while the line at the foot is there."""
        return self._prompt is not None

    def focus(self) -> None:
        """Give the line the focus again."""
        if self._prompt is not None:
            self._prompt.focus_line()

    def leave(self) -> None:
        """Leave the line, as escape in it does."""
        if self._prompt is not None:
            self._prompt.action_cancel()

    async def close(self, prompt: Prompt, text: str | None) -> None:
        """Take the line away, and resume the command that opened it. text: what was entered, None when it was left."""
        if self._prompt is prompt:
            self._prompt = None
            # before it is removed: a widget that is removed with the focus gives it to any pane beside it
            self._host.focus_pane()
            await prompt.remove()
            # The command that waited may have been cancelled
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(text)
