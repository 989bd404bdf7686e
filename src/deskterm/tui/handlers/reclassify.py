"""Correct what a ticket is: another severity, priority, type or client changes its targets, over the same history. The
effect on due times is shown beside each choice before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.desk.core.people import list_clients
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.tickets import update
from deskterm.errors import UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.tui.pages.due_preview import DuePreview, Field

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def change_severity(console: Console, target: Target, argument: str) -> None:
    """Set the severity. argument: its key or label. Raises UsageError where the procedure has none."""
    choices = list(console.vocabulary.severities.values())
    if not choices:
        raise UsageError("This procedure has no severities: set the priority with P.")
    current = target.lines[0].importance
    await _change_field(console, target, "severity", "Severity of", choices, current, argument)


async def change_priority(console: Console, target: Target, argument: str) -> None:
    """Set the priority. argument: its key or label. Raises UsageError where the procedure has no scale of them."""
    choices = list(console.vocabulary.priorities.values())
    if not choices:
        raise UsageError("This procedure has no priorities beside its severities: set the severity with S.")
    await _change_field(console, target, "priority", "Priority of", choices, "", argument)


async def change_type(console: Console, target: Target, argument: str) -> None:
    """Set the type of request. argument: its key or label."""
    current = target.lines[0].type
    await _change_field(console, target, "type", "Type of", list(console.vocabulary.types.values()), current, argument)


async def change_client(console: Console, target: Target, argument: str) -> None:
    """Set the client. argument: its key or name. Raises UsageError when the desk has no clients to choose from."""
    choices: list[Choice] = []
    if not argument:
        choices = await console.run(_list_clients)
        if not choices:
            raise UsageError("This desk has no clients: an admin can add them with `deskterm seed clients FILE`.")
    current = target.lines[0].organisation
    await _change_field(console, target, "organisation", "Client of", choices, current, argument, search=True)


def _list_clients(desk: DeskSession) -> list[Choice]:
    with desk.store.reading() as session:
        return [Choice(key, sanitize(name), sanitize(domain)) for key, name, domain in list_clients(session)]


async def _change_field(
    console: Console,
    target: Target,
    field: Field,
    title: str,
    choices: Sequence[Choice],
    current: str,
    value: str,
    *,
    search: bool = False,
) -> None:
    """Set a field of the tickets. value: asked for where it is empty."""
    if not value:
        preview = DuePreview(console, target.lines, field)
        question = f"{title} {target.name}"
        value = await console.choose(question, choices, current, search=search, preview=preview.describe) or ""
    if not value:
        return
    now = console.now()

    def change(desk: DeskSession, number: int) -> CommandResult:
        return update.update_ticket(desk, number, now=now, **{field: value})  # type: ignore[arg-type]

    label = next((str(choice.label) for choice in choices if choice.key == value), value)
    await console.run_on(target.numbers, change, f"Set the {title.removesuffix(' of').lower()} of {{}} to {label}")
