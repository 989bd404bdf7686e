"""Replies and notes from the first key to the desk: drafts are kept, and what crossed another message is held back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.errors import DeskError, UsageError
from deskterm.present import formats as words
from deskterm.present.models import Choice, TimelineEntry
from deskterm.present.sanitize import sanitize
from deskterm.tui.panes.colours import FAINT, STRONG

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.dialogs.compose import Composer, Kind
    from deskterm.tui.screens.desk import DeskScreen


@dataclass(slots=True)
class Draft:
    """Words that were not sent. seen: the ticket's version that they answer."""

    words: str
    seen: int
    then: Choice | None = None
    code: str = ""
    attached: bool = False


class ComposerController:
    """The composer of a screen, and the drafts that were left."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._drafts: dict[tuple[Kind, int], Draft] = {}
        self._turn = asyncio.Lock()  # one opens when the one before it has closed
        self.composer: Composer | None = None

    def unsent(self) -> list[int]:
        """The tickets with words that were not sent."""
        if self.composer is not None:
            self._remember(self.composer)
        return sorted({number for _, number in self._drafts})

    async def open(self, kind: Kind, begin: str = "", code: str = "", *, attached: bool = False) -> None:
        """Write for the ticket that is shown, going on with its draft if there is one. code: the kind of resolution
        that a resolving letter gives; attached: it resolves the tickets too that are attached to this one."""
        from deskterm.tui.dialogs.compose import Composer

        card = self._screen.card
        if card is None:
            raise DeskError("The ticket is still being read: try again in a moment.")
        if self.composer is not None:
            if (self.composer.kind, self.composer.number) == (kind, card.number):
                self._screen.show_pane("conversation")
                return
            await self.close(self.composer)
        async with self._turn:
            draft = self._drafts.get((kind, card.number)) or Draft(begin, card.version)
            to = card.line.requester
            composer = Composer(kind, card.number, to, draft.seen, draft.words or begin, draft.then)
            composer.code, composer.attached = code or draft.code, attached or draft.attached
            self._screen.begin_writing(card.number)
            await self._screen.ticket.mount(composer)
            self.composer = composer
        self._screen.titles()
        self._screen.call_after_refresh(self._screen.carrying.type_again)

    async def close(self, composer: Composer, *, keep: bool = True) -> None:
        """Take the composer away. keep: the words stay as a draft."""
        self._drafts.pop((composer.kind, composer.number), None)
        if keep:
            self._remember(composer)
        async with self._turn:
            if self.composer is composer:
                self.composer = None
                self._screen.end_writing()  # first: what is removed with the focus gives it to any pane beside it
                await composer.remove()

    async def keep(self, composer: Composer) -> None:
        await self.close(composer)
        if (composer.kind, composer.number) in self._drafts:
            way = {"reply": "r", "note": "n", "resolve": ":resolve"}[composer.kind]
            self._screen.say(f"The draft for {composer.number} is kept: {way} goes on with it")

    async def send(self, composer: Composer) -> None:
        """Give the words to the desk. A reply that crossed something new is held back once, and shows it."""
        if composer.sending:
            return
        if not composer.words.strip():
            raise UsageError("There is nothing to say yet: write a few words first.")
        card = self._screen.card
        if composer.kind != "note" and card is not None and card.version > composer.seen:
            self._hold(composer, [turn for turn in card.turns if turn.seq > composer.seen])
            composer.seen = card.version
            return
        kind, number, said, seen, then = composer.kind, composer.number, composer.words, composer.seen, composer.then
        now, code, attached = self._screen.instant(), composer.code, composer.attached
        strict = not composer.warned

        def send(desk: DeskSession) -> CommandResult:
            from deskterm.desk.conversation import messages

            if kind == "note":
                return messages.add_note(desk, number, said, now=now)
            status = then.key if then is not None else None
            if kind == "resolve":
                from deskterm.desk.linking import incidents
                from deskterm.desk.tickets import resolution

                if attached:
                    return incidents.resolve_incident(
                        desk, number, said, code=code or None, status=status, strict=strict, now=now
                    )
                return resolution.resolve(
                    desk, number, said, code=code or None, status=status, strict=strict, now=now, version=seen
                )
            return messages.reply(desk, number, said, status=status, now=now, version=seen)

        composer.sending = True
        try:
            done = await self._screen.clerk.do(send)
        except DeskError as error:
            if lacking := getattr(error, "lacking", ()):
                self._lacks(composer, lacking)
                return
            moved_to = getattr(error, "now", None)
            if not isinstance(moved_to, int):
                raise
            composer.seen = moved_to
            self._hold(composer, [])
            self._screen.refresh_all()
            return
        finally:
            composer.sending = False
        await self.close(composer, keep=False)
        self._screen.carrying.did(done)
        self._screen.say(done.summary)
        self._screen.refresh_all()

    def _lacks(self, composer: Composer, labels: Sequence[str]) -> None:
        """Hold a resolving letter back, once, for what it lacks (S2-19)."""
        composer.warned = True
        parts: list[tuple[str, str] | str] = [("Held back: the letter lacks\n", STRONG)]
        parts += [f"· {sanitize(label)}\n" for label in labels]
        composer.hold(Content.assemble(*parts, ("ctrl+s sends it anyway.", FAINT)))

    async def then(self, composer: Composer) -> None:
        """Choose the status that the ticket moves to when the reply is sent."""
        line = self._screen.card.line if self._screen.card else None
        if line is None:
            return

        def ways(desk: DeskSession) -> list[str]:
            from deskterm.desk.policy.status_graph import list_next_statuses

            return [status.key for status in list_next_statuses(desk.procedure, line.type, line.status)]

        known = self._screen.vocabulary.statuses
        stay = Choice("", sanitize(f"leave it {line.status_label}"))
        found = await self._screen.clerk.do(ways)
        choices = [stay, *(known.get(key) or Choice(key, sanitize(key)) for key in found)]
        chosen = await self._screen.asking.choose(
            "When it is sent", choices, composer.then.key if composer.then else ""
        )
        if chosen is not None:
            composer.set_then(next((choice for choice in choices if choice.key == chosen and choice.key), None))

    async def edit(self, composer: Composer) -> None:
        """Write in `$VISUAL` or `$EDITOR`."""
        from deskterm.tui.control.external_editor import written

        name = f"{composer.kind}-{composer.number}.md"
        composer.words = written(composer.words, name, self._screen.app.suspend)

    def _remember(self, composer: Composer) -> None:
        if composer.words.strip():
            draft = Draft(composer.words, composer.seen, composer.then, composer.code, composer.attached)
            self._drafts[composer.kind, composer.number] = draft

    def _hold(self, composer: Composer, news: list[TimelineEntry]) -> None:
        zone, now = self._screen.zone, self._screen.now()
        parts: list[tuple[str, str] | str] = [("Held back: this came while you were writing.\n", STRONG)]
        for turn in news[-4:]:
            first = turn.words.strip().splitlines()[0][:200] if turn.words.strip() else ""
            parts += [(f"{words.stamp(turn.at, now, zone)} {turn.author}: ", STRONG), f"{first}\n"]
        parts.append(("ctrl+s sends it anyway.", FAINT))
        composer.hold(Content.assemble(*parts))
