"""The composer of the console: opening it, leaving it, and the drafts it leaves behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from deskterm.tui.control.external_editor import edit_text
from deskterm.tui.dialogs.compose import Composer, Kind
from deskterm.tui.drafts import Draft, Drafts

if TYPE_CHECKING:
    from deskterm.tui.console import ComposerHost

_REOPENING_KEYS: dict[Kind, str] = {"reply": "r", "note": "n", "resolve": ":resolve"}


class ComposerController:
    """The one composer that can be open at a time."""

    def __init__(self, console: ComposerHost) -> None:
        self._console = console
        self._turn = asyncio.Lock()  # a composer is opened only when the one before it is gone
        self.drafts = Drafts()
        self.composer: Composer | None = None

    def unsent(self) -> list[str]:
        """Return what was not sent, the open composer included."""
        if self.composer is not None:
            self.drafts.keep(self.composer)
        return self.drafts.names()

    async def open(
        self, kind: Kind, number: int, text: str = "", resolution: str = "", *, attached: bool = False
    ) -> None:
        """Write for a ticket, going on with its draft if there is one. resolution: the kind of resolution that the
        letter states; attached: it resolves the tickets attached to this one too. Raises DeskError where there is no
        such ticket."""
        if self.composer is not None:
            if (self.composer.kind, self.composer.number) == (kind, number):
                self._console.show_pane("conversation")
                return
            await self.close(self.composer)
        # The letter answers what is in view, so the pane must show this ticket and no other (C-01)
        ticket = await self._console.read_ticket(number)
        async with self._turn:
            # With the version that the draft answers, not the one in view: what came since holds it back
            draft = self.drafts.letters.get((kind, ticket.number)) or Draft(text, ticket.version)
            composer = Composer(
                kind, ticket.number, ticket.line.requester, draft.base_version, draft.text or text, draft.next_status
            )
            composer.resolution, composer.attached = resolution or draft.resolution, attached or draft.attached
            composer.channel = draft.channel
            self._console.begin_writing(ticket.number)
            await self._console.mount_composer(composer)
            self.composer = composer
        self._console.composer_changed()

    async def close(self, composer: Composer, *, keep: bool = True) -> None:
        """Take the composer away. keep: its text stays as a draft."""
        # First of all, because a text that was emptied leaves no draft
        self.drafts.letters.pop((composer.kind, composer.number), None)
        if keep:
            self.drafts.keep(composer)
        async with self._turn:
            # Another call may have closed it while this one waited for its turn
            if self.composer is composer:
                self.composer = None
                # before it is removed: a widget that is removed with the focus gives it to any pane beside it
                self._console.end_writing()
                await composer.remove()

    async def leave(self, composer: Composer) -> None:
        """Close the composer, and say how its draft is taken up again."""
        await self.close(composer)
        if (composer.kind, composer.number) in self.drafts.letters:
            key = _REOPENING_KEYS[composer.kind]
            self._console.notify(f"Draft for {composer.number} saved. Press {key} to continue.")

    async def edit(self, composer: Composer) -> None:
        """Edit the text in `$VISUAL` or `$EDITOR`."""
        composer.text = edit_text(composer.text, f"{composer.kind}-{composer.number}.md", self._console.app.suspend)
