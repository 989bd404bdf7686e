"""Insert templates into letters and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.core.session import DeskSession
from deskterm.desk.templates.definitions import ReplyTemplate, Writing
from deskterm.desk.templates.library import find_template, is_for, list_templates
from deskterm.desk.templates.placeholders import format_gap, render
from deskterm.desk.templates.values import load_values
from deskterm.errors import DeskError
from deskterm.present.formats import format_count
from deskterm.present.models import Choice, QueueLine
from deskterm.present.sanitize import sanitize
from deskterm.tui.control.composing import ComposerController
from deskterm.tui.dialogs.compose import Composer
from deskterm.tui.dialogs.find_text import FindText
from deskterm.tui.panes.colours import ACCENT

if TYPE_CHECKING:
    from deskterm.tui.console import Console, Workspace
    from deskterm.tui.target import Target


async def insert_template(console: Console, controller: ComposerController, composer: Composer) -> None:
    """Ask for a template, and insert it at the cursor of the composer."""
    ticket = console.open_ticket
    line = ticket.line if ticket is not None and ticket.number == composer.number else None
    template = await _choose(console, composer.number, line, composer.kind)
    if template is not None:
        await _insert(console, composer, template)


async def write_from_template(console: Workspace, target: Target, argument: str) -> None:
    """Open a reply with a template (a note, if the template is for notes only). argument: its name; asked for by
    default. Raises DeskError for an unknown name."""
    if argument:
        template: ReplyTemplate | None = await console.run(lambda desk: find_template(desk, argument))
    else:
        template = await _choose(console, target.number, target.line, None)
    if template is None:
        return
    kind = "reply" if "reply" in template.use else "note"
    if kind not in template.use:
        raise DeskError(f"The template {template.key} is for letters that resolve: :resolve, and ctrl+g there.")
    await console.write(kind, target.number)
    if console.composer is not None and console.composer.number == target.number:
        await _insert(console, console.composer, template)


async def _insert(console: Console, composer: Composer, template: ReplyTemplate) -> None:
    number, now = composer.number, console.now()
    values = await console.run(lambda desk: load_values(desk, number, now=now))
    rendered = render(template.body, values)
    composer.insert(rendered.text, rendered.cursor)
    if rendered.gaps:
        gaps = ", ".join(map(format_gap, rendered.gaps))
        console.notify(
            f"{format_count(len(rendered.gaps), 'gap')} to fill in before it is sent: {gaps}", severity="warning"
        )


async def _choose(console: Console, number: int, line: QueueLine | None, use: Writing | None) -> ReplyTemplate | None:
    """Ask for a template. use: the kind of text; None for a reply or a note. Templates for the ticket's type and status
    come first. Raises DeskError when there are none."""
    now = console.now()

    def load(desk: DeskSession) -> tuple[list[ReplyTemplate], dict[str, str]]:
        wanted = {use} if use is not None else {"reply", "note"}
        return [one for one in list_templates(desk) if wanted & set(one.use)], load_values(desk, number, now=now)

    found, values = await console.run(load)
    if not found:
        raise DeskError(
            "There are no templates for this yet: an admin puts them in with `deskterm template apply example`."
        )
    if line is not None:
        found.sort(key=lambda one: not is_for(one, line.type, line.status))
    choices = [_present(place, one) for place, one in enumerate(found)]
    texts = {str(place): f"{' '.join(one.words)} {one.body}" for place, one in enumerate(found)}

    async def preview(key: str) -> Content:
        return show_text(found[int(key)].body, values)

    chosen = await console.show(FindText(f"Template for {number}", choices, texts, preview))
    return found[int(chosen)] if chosen is not None else None


def show_text(text: str, values: Mapping[str, str]) -> Content:
    """Return a preview of a template with a ticket's values, the place of the cursor marked."""
    rendered = render(text, values)
    words, place = rendered.text, rendered.cursor
    if place is None:
        return Content(sanitize(words, multiline=True))
    return Content.assemble(
        sanitize(words[:place], multiline=True), ("▏", ACCENT), sanitize(words[place:], multiline=True)
    )


def _present(place: int, template: ReplyTemplate) -> Choice:
    label = f"{template.label} · {template.language}" if template.language else template.label
    return Choice(str(place), sanitize(label), sanitize(_join((template.key, template.description))))


def _join(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)
