"""The composer of the console: opening it, leaving it, and the drafts it leaves behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.errors import DeskError
from deskterm.present.formats import format_count
from deskterm.present.sanitize import sanitize
from deskterm.procedure.channels import MAIL
from deskterm.tui.attached_files import (
    HEADER,
    add_headers,
    keep_named,
    list_attached,
    set_attached,
    show_attached,
    split_headers,
)
from deskterm.tui.control.external_editor import edit_text
from deskterm.tui.control.quoting import add_conversation, cut_conversation, find_words_below, quote_last
from deskterm.tui.dialogs.compose import ACTION_HANDLERS, Composer, Kind
from deskterm.tui.panes.colours import BOLD

if TYPE_CHECKING:
    from deskterm.present.models import TicketView
    from deskterm.tui.dialogs.compose import ComposerAction
    from deskterm.tui.drafts import Draft, Drafts
    from deskterm.tui.hosts import ComposerHost


class ComposerController:
    """The controller of the one composer that can be open at a time. drafts: keep its text."""

    def __init__(self, console: ComposerHost, drafts: Drafts) -> None:
        self._console = console
        self._turn = asyncio.Lock()  # a composer is opened only when the one before it is gone
        self._drafts = drafts
        self._draft: Draft | None = None
        self.composer: Composer | None = None

    @property
    def draft(self) -> Draft | None:
        """The draft of the open composer."""
        return self._draft

    def find_handler(self, action: ComposerAction) -> str:
        """Return the handler of a request of the writer."""
        return ACTION_HANDLERS[action]

    async def open(
        self,
        kind: Kind,
        number: int,
        text: str = "",
        resolution: str = "",
        *,
        attached: bool = False,
        draft: Draft | None = None,
    ) -> None:
        """Open the composer for a ticket, with its draft if there is one; the text is appended to that. resolution: the
        kind of resolution that the letter states; attached: it resolves the tickets attached to this one too; draft:
        which one to go on with, the newest by default. Raises DeskError where there is no such ticket."""
        if self.composer is not None:
            if (self.composer.kind, self.composer.number) == (kind, number) and draft is None:
                self._add(self.composer, text)
                self._console.show_pane("conversation")
                return
            await self.close(self.composer)
        # The writer answers what they see, so the pane must show this ticket (C-01)
        ticket = await self._console.read_ticket(number)
        async with self._turn:
            found = draft or self._drafts.find(kind, ticket.number)
            if found is None:
                self._draft = self._drafts.begin(kind, ticket.number, text, version=ticket.version)
            else:
                self._draft = found
                self._drafts.take(found)
            composer = self._make_composer(kind, ticket, self._draft)
            composer.resolution = resolution or composer.resolution
            composer.attached = attached or composer.attached
            self._console.begin_writing(ticket.number)
            await self._console.mount_composer(composer)
            show_attached(composer)
            self.composer = composer
            if found is not None:
                composer.resume(found.data.get("cursor"), found.history)
                self._add(composer, text)
                _show_news(composer, ticket)
            composer.changed = self.keep
            await composer.wait_for_focus()
        self.keep()
        self._console.composer_changed()

    def keep(self) -> None:
        """Store the present text of the open composer in its draft."""
        composer, draft = self.composer, self._draft
        if composer is None or draft is None or not composer.is_mounted:
            return
        self._drafts.change(
            draft,
            composer.text,
            # The version that the text answers, not the one in view: a change since then holds the letter back
            version=composer.base_version,
            status=composer.next_status.key if composer.next_status is not None else "",
            resolution=composer.resolution,
            attached=composer.attached,
            channel=composer.channel,
            cursor=list(composer.cursor),
            extra=composer.extra,
        )

    async def close(self, composer: Composer, *, keep: bool = True) -> None:
        """Close the composer. keep: its text stays as a draft; otherwise it was sent."""
        draft = self._draft
        if self.composer is composer and draft is not None:
            if keep:
                self.keep()
                draft.history = composer.history
                self._drafts.leave(draft)
            else:
                draft.history = composer.history
                self._drafts.sent(draft)
        async with self._turn:
            # Another call may have closed it while this one waited for its turn
            if self.composer is composer:
                self.composer = self._draft = None
                # before it is removed: a widget that is removed with the focus gives it to any pane beside it
                self._console.end_writing()
                await composer.remove()

    async def leave(self, composer: Composer) -> None:
        """Close the composer, and say how its draft is taken up again."""
        draft = self._draft
        await self.close(composer)
        if draft is not None and not draft.is_over:
            self._console.notify(f"Draft for {composer.number} saved. Press <key {composer.kind}> to continue.")

    async def edit(self, composer: Composer) -> None:
        """Edit the text in `$VISUAL` or `$EDITOR`, with the conversation below a cut line (C-20)."""
        self.keep()
        self._drafts.flush()  # while the editor has the terminal, nothing else may write to it
        console, ticket = self._console, self._console.open_ticket
        timeline = ticket.timeline if ticket is not None and ticket.number == composer.number else ()
        attached = list_attached(composer)
        text = add_conversation(add_headers(composer.text, attached), timeline, console.epoch(), console.zone)
        edited = edit_text(text, f"{composer.kind}-{composer.number}.md", console.app.suspend)
        below = find_words_below(text, edited.text)
        paths, letter = split_headers(cut_conversation(edited.text))
        if composer.text.strip() and not (letter.strip() or below or paths):
            # An editor on a full disk may leave an empty file
            raise DeskError("The editor left an empty letter: the words here are unchanged.")
        composer.text = "\n".join([letter.rstrip(), "", *below]).lstrip("\n") if below else letter
        kept, others = keep_named(attached, paths)
        set_attached(composer, kept)
        if edited.problem:
            console.notify(sanitize(f"{edited.problem} ctrl+_ takes it back."), severity="warning")
        if below:
            count = format_count(len(below), "line")
            console.notify(
                f"{count} written below the cut line: at the end of the letter now. Look before you send.",
                severity="warning",
            )
        try:
            await console.call("files.attaching.attach_paths", composer, others)
        except DeskError:
            # A line that looks like the path of a file may be part of the letter
            composer.text = "".join(f"{HEADER}{path}\n" for path in others) + "\n" + composer.text
            raise

    async def quote(self, composer: Composer) -> None:
        """Insert the requester's last message as a quotation at the cursor (C-20)."""
        console, ticket = self._console, self._console.open_ticket
        timeline = ticket.timeline if ticket is not None and ticket.number == composer.number else ()
        quotation = quote_last(timeline, console.epoch(), console.zone)
        if not quotation:
            console.notify(f"There is no message of the requester on {composer.number} to quote.", severity="warning")
        composer.insert(quotation)

    def _make_composer(self, kind: Kind, ticket: TicketView, draft: Draft) -> Composer:
        """Make a composer with the text and the other data of a draft."""
        data = draft.data
        status = self._console.vocabulary.statuses.get(data.get("status", ""))
        composer = Composer(
            kind, ticket.number, ticket.line.requester, data.get("version", ticket.version), draft.text, status
        )
        composer.people = [person for person in self._console.people if person.login != self._console.agent.login]
        composer.copied = ticket.participants if self._console.vocabulary.copies_answers else ()
        composer.resolution, composer.attached = data.get("resolution", ""), bool(data.get("attached"))
        composer.channel, composer.extra = data.get("channel") or MAIL, dict(data.get("extra") or {})
        return composer

    def _add(self, composer: Composer, text: str) -> None:
        """Append a text to what is in the composer."""
        if text:
            composer.text = f"{composer.text.rstrip()}\n{text}" if composer.text.strip() else text


def _show_news(composer: Composer, ticket: TicketView) -> None:
    """Show above the text what happened on the ticket since the draft was written."""
    news: list[str] = []
    if ticket.line.category in ("solved", "closed") and composer.kind != "note":
        news.append(f"{ticket.number} is {ticket.line.status_label} by now.")
    said = [entry for entry in ticket.timeline if entry.seq > composer.base_version and entry.voice != "history"]
    if said:
        news.append(f"{format_count(len(said), 'message')} came since you wrote this.")
    elif ticket.version > composer.base_version:
        news.append("The ticket was changed since you wrote this.")
    if news:
        composer.hold(Content.styled(" ".join(news), BOLD))
