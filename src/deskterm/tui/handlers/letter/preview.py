"""The letter that is being written, as its recipients will read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.conversation.letter_preview import Answer, UpcomingLetter, preview_letters
from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError, UsageError
from deskterm.mail.letters.outgoing import NoIdentity
from deskterm.mail.letters.preview import preview_letter
from deskterm.mail.settings.load import find_desk_mail_file, load_mail_file
from deskterm.present.sanitize import sanitize
from deskterm.procedure.channels import MAIL
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.tui.attached_files import list_attached
from deskterm.tui.dialogs.page import Page
from deskterm.tui.handlers.letter.guard import is_unaddressed
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.control.composing import ComposerController
    from deskterm.tui.dialogs.compose import Composer

_LABEL_WIDTH = 9
"""Cells for the name of a header."""

_Letter = tuple[list[tuple[str, str]], str]
"""Headers and text of a letter."""


async def show_letter(console: Console, controller: ComposerController, composer: Composer) -> None:
    """Show the letters that sending the text would queue, and what stands around the words. Raises UsageError when
    there is no text, and DeskError as sending it would."""
    if not composer.text.strip():
        raise UsageError("There is nothing to say yet: write a few words first.")
    if composer.channel != MAIL:
        raise DeskError(f"It goes out by {composer.channel}: no letter leaves.")
    number, now, author = composer.number, console.now(), console.agent.name
    status = composer.next_status.key if composer.next_status is not None else None
    answer = Answer(composer.text, composer.kind == "resolve", composer.resolution or None, status)
    unaddressed = is_unaddressed(composer)

    def load(desk: DeskSession) -> list[_Letter]:
        letters = preview_letters(desk, number, answer, unaddressed=unaddressed, now=now)
        file = load_mail_file(find_desk_mail_file(desk.store.url), required=False)
        with desk.open_reader() as reader:
            timezone = load_desk_facts(reader).timezone
            try:
                shown = [
                    preview_letter(reader, file, number, letter, author=author, timezone=timezone, now=now)
                    for letter in letters
                ]
            except NoIdentity as error:
                reason = str(error) if file.identity else "No mail is set up, so the letter waits."
                return [_without_identity(letter, reason) for letter in letters]
        return [([*letter.headers], letter.text) for letter in shown]

    letters = await console.run(load)
    if not letters:
        raise DeskError(f"No letter leaves with this: the procedure sends none about {number}.")
    files = ", ".join(file.name for file in list_attached(composer))
    parts: list[str | tuple[str, str]] = []
    for place, (headers, text) in enumerate(letters):
        if place:
            parts.append(("\nAnd another letter:\n\n", ACCENT))
        elif files:
            headers = [*headers, ("Files", files)]
        for name, value in headers:
            parts += [(f"{name:<{_LABEL_WIDTH}}", FAINT), (f"{sanitize(value)}\n", BOLD)]
        parts += ["\n", sanitize(text.rstrip(), multiline=True), "\n"]
    if composer.attached:
        parts.append(("\nEverybody affected has the same, each about their own ticket.\n", FAINT))
    await console.show(Page(f"The letter · {number}", Content.assemble(*parts)))


def _without_identity(letter: UpcomingLetter, reason: str) -> _Letter:
    """Return a letter that nobody sends yet: its words alone."""
    to = ", ".join(f"{name} <{address}>" if address else f"{name} (no address)" for name, address in letter.to)
    headers = [("From", f"nobody yet. {reason}"), ("To", to), ("Subject", letter.heading)]
    return [header for header in headers if header[1]], letter.text
