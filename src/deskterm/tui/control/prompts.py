"""Everything that a command asks a person, on one screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.errors import DeskError, UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.commands import BY_NAME, TABLE, named, nearest

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.dialogs.choose import Foresee
    from deskterm.tui.dialogs.prompt import Prompt
    from deskterm.tui.dialogs.register import Request
    from deskterm.tui.screens.desk import DeskScreen


class Prompts:
    """Dialogs over a screen, and the line at its foot. What a person calls off answers None."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._prompt: Prompt | None = None
        self._answer: asyncio.Future[str | None] | None = None
        self._request: Request | None = None

    async def choose(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        *,
        search: bool = False,
        foresee: Foresee | None = None,
    ) -> str | None:
        """The key of one of these. foresee: what taking one would do, shown while it is looked at."""
        from deskterm.tui.dialogs.choose import Choose

        return await self._screen.app.push_screen_wait(Choose(title, choices, current, search=search, foresee=foresee))

    async def confirm(self, question: str, yes: str, no: str) -> bool:
        from deskterm.tui.dialogs.confirm import Confirm

        answer: bool = await self._screen.app.push_screen_wait(Confirm(question, yes, no))
        return answer

    # -- the line at the foot ------------------------------------------------------------------------------------

    async def line(self, question: str, begin: str = "") -> str | None:
        """One line of words."""
        answer = await self._typed("line", f"{question} ", begin)
        return answer.strip() if answer else None

    async def filter(self) -> None:
        """Words that narrow the list down while they are typed; escape takes the filter away."""
        self._screen.show_pane("queue")
        answer = await self._typed("filter", "/", self._screen.looking.match)
        if answer is None:
            self._screen.look(self._screen.place()._replace(match=""))

    async def command(self) -> None:
        """A command by its name, with what it needs."""
        answer = await self._typed("command", ":", "", self._suggestions())
        if answer and answer.strip():
            word, _, argument = answer.strip().partition(" ")
            if word.isdecimal():
                word, argument = "goto", word
            command = named(word)
            if command is None:
                near = nearest(word)
                hint = f" Did you mean :{near}?" if near else " The palette (ctrl+p) lists them all."
                raise UsageError(f"There is no command {word!r}.{hint}")
            self._screen.action_carry_out(command.name, argument.strip())

    async def _typed(self, kind: str, sign: str, begin: str, suggestions: tuple[str, ...] = ()) -> str | None:
        from deskterm.tui.dialogs.prompt import Prompt

        if self._prompt is not None:
            await self.left(self._prompt)
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._answer = answer
        self._prompt = Prompt(kind, sign, begin, suggestions)
        await self._screen.mount(self._prompt, before="#keys")
        self._screen.call_after_refresh(self._screen.carrying.type_again)
        return await answer

    def typing(self, prompt: Prompt, words: str) -> None:
        """What stands in the line changed."""
        screen = self._screen
        if prompt.kind == "filter" and words != screen.looking.match:
            screen.look(screen.looking._replace(match=words, number=None, cursor=0, first=0))

    async def said(self, prompt: Prompt, words: str) -> None:
        await self._close(prompt, words)

    async def left(self, prompt: Prompt) -> None:
        await self._close(prompt, None)

    async def _close(self, prompt: Prompt, words: str | None) -> None:
        if self._prompt is prompt:
            self._prompt = None
            self._screen.panes.focus()  # first: what is removed with the focus gives it to any pane beside it
            await prompt.remove()
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(words)

    def _suggestions(self) -> tuple[str, ...]:
        screen = self._screen
        found = [command.name for command in TABLE if command.spoken]
        found += [f"view {view.key}" for view in screen.views]
        found += [f"status {key}" for key in screen.vocabulary.statuses]
        found += [f"severity {key}" for key in screen.vocabulary.severities]
        found += [f"priority {key}" for key in screen.vocabulary.priorities]
        found += [f"type {key}" for key in screen.vocabulary.types]
        found += [f"assign {person.login}" for person in screen.people if person.active]
        found += ["order due", "order work", "theme dark", "theme light"]
        return tuple(sanitize(words) for words in found)

    # -- pages ---------------------------------------------------------------------------------------------------

    async def help(self) -> None:
        """All commands, and why some cannot be done now."""
        from deskterm.tui.control.help_page import help_page
        from deskterm.tui.dialogs.page import Page

        width = min(104, int(self._screen.size.width * 0.9)) - 6
        refusals = {name: command.refusal(self._screen) or "" for name, command in BY_NAME.items()}
        await self._screen.app.push_screen_wait(Page("Keys and commands", help_page(refusals, width)))

    async def why(self) -> None:
        """Why the chosen clock is due when it is, and then the ones after it."""
        from deskterm.tui.pages.clock_page import Explaining

        card = self._screen.card
        if card is None:
            raise DeskError("There is no ticket here to explain.")
        await Explaining(self._screen, card.number).show()

    async def register(self, subject: str) -> None:
        """A new ticket: its type and severity by their definitions, then the form. It comes back with what was typed
        when the desk refuses it; what is left unsent is there the next time."""
        from deskterm.tui.dialogs.register import Register, Request

        screen = self._screen
        known = screen.vocabulary
        kind = known.default_type or next(iter(known.types), "")
        if len(known.types) > 1:
            chosen = await self.choose("What kind of request is it?", list(known.types.values()), kind)
            if chosen is None:
                return
            kind = chosen
        severity: str | None = None
        if known.severities and known.has_severity(kind):
            here = known.default_severity.get(kind, "")
            severity = await self.choose("How severe is it?", list(known.severities.values()), here)
            if severity is None:
                return
        heading = " · ".join(
            [known.types[kind].label if kind in known.types else kind]
            + ([known.severities[severity].label] if severity else [])
        )
        request = self._request or Request()
        if subject:
            request = replace(request, subject=subject)
        refusal = ""
        asked, look = known.asked(kind), self._likely
        while True:
            form = Register(heading, request, known.intake, refusal, asked, look)
            request = await screen.app.push_screen_wait(form)
            self._request = None if request.empty else request
            if not request.sent:
                if self._request is not None:
                    screen.say("What you typed is kept: c goes on with it")
                return
            try:
                done = await self._registered(request, kind, severity)
            except DeskError as error:
                refusal = sanitize(str(error), multiline=True)
            else:
                break
        self._request = None
        screen.say(done.summary)
        screen.go_to(done.number)
        screen.carrying.did(done)

    async def _registered(self, request: Request, kind: str, severity: str | None) -> CommandResult:
        """The ticket, also without what its type asks for, when that cannot be had."""
        screen = self._screen
        try:
            return await screen.clerk.do(_registering(request, kind, severity, screen.instant()))
        except UsageError as error:
            if not getattr(error, "missing", ()):
                raise
            question = sanitize(str(error), multiline=True)
            if not await self.confirm(question, "open it as incomplete", "go on writing"):
                raise
        return await screen.clerk.do(_registering(request, kind, severity, screen.instant(), incomplete=True))

    async def _likely(self, subject: str, client: str) -> list[Safe]:
        """Tickets that may be about the same matter, a line each; none when they cannot be read now."""
        among = self._screen.vocabulary.likely_among

        def look(desk: DeskSession) -> list[Safe]:
            from deskterm.store.db.reader import open_reader
            from deskterm.store.queries.similar_tickets import suggestions

            with open_reader(desk.store.url) as reader:
                found = suggestions(reader, subject, organisation=client or None, among=among, limit=4)
            return [sanitize(f"{one.number}  {one.subject}") for one in found]

        try:
            return await self._screen.clerk.do(look)
        except DeskError:
            return []

    async def leave(self) -> None:
        """Whether to quit: asked only when a draft was not sent."""
        unsent = [str(number) for number in self._screen.writing.unsent()]
        if self._request is not None:
            unsent.append("a new ticket")
        if unsent:
            question = f"What you wrote for {', '.join(unsent)} was not sent."
            if not await self.confirm(question, "leave and lose it", "stay"):
                return
        self._screen.app.exit()


def _registering(
    request: Request, kind: str, severity: str | None, now: datetime, *, incomplete: bool = False
) -> Callable[[DeskSession], CommandResult]:
    """What opens the ticket at the desk."""

    def register(desk: DeskSession) -> CommandResult:
        from deskterm.desk.tickets import register as intake

        return intake.register(
            desk,
            type=kind or None,
            severity=severity,
            subject=request.subject,
            requester=request.requester or None,
            email=request.email or None,
            organisation=request.organisation or None,
            body=request.body,
            fields=dict(request.fields),
            incomplete=incomplete,
            now=now,
        )

    return register
