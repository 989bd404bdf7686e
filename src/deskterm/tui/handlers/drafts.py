"""List the agent's drafts, and open or discard one. Nothing of the desk is imported here, so that drafts can be opened
before the write thread has imported it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.errors import DeskError, UsageError
from deskterm.present.formats import format_count, format_instant
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.dialogs.page import Page
from deskterm.tui.handlers.view import type_command
from deskterm.tui.panes.colours import BOLD, FAINT

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace
    from deskterm.tui.drafts import Draft
    from deskterm.tui.target import Target

_FIRST_WORDS = 200
"""Most characters of a draft in the list."""


async def show_drafts(workspace: Workspace, target: Target, argument: str) -> None:
    """List the drafts, and open the chosen one. argument: `discard` and the number of a ticket, to discard its drafts.
    Raises UsageError for anything else."""
    word, _, number = argument.strip().partition(" ")
    if word and word != "discard":
        raise UsageError("Drafts are listed by `:drafts`, and discarded by `:drafts discard 1042`.")
    if word:
        _discard(workspace, number.strip().lstrip("#"))
        return
    drafts = [draft for draft in workspace.drafts.every() if not draft.is_open]
    if not drafts:
        workspace.notify("You have no drafts.")
        return
    choices = [Choice(str(place), _label(draft), _summary(workspace, draft)) for place, draft in enumerate(drafts)]
    chosen = await workspace.choose("Your drafts", choices)
    if chosen is not None:
        await _go_on(workspace, target, drafts[int(chosen)])


async def _go_on(workspace: Workspace, target: Target, draft: Draft) -> None:
    """Open a draft in the composer or form that it belongs to."""
    if draft.kind == "command":
        await type_command(workspace, target, draft)
    elif draft.kind == "ticket":
        # By name, because its module imports the desk
        await workspace.call("registering.go_on", draft)
    elif draft.number is not None:
        try:
            await workspace.write(draft.kind, draft.number, draft=draft)
        except DeskError as error:
            await _show_words(workspace, draft, str(error))


async def _show_words(workspace: Workspace, draft: Draft, reason: str) -> None:
    """Show the text of a draft whose ticket cannot be opened, and copy it to the clipboard."""
    workspace.app.copy_to_clipboard(draft.text)
    await workspace.show(
        Page(
            f"Draft: {draft.name}",
            Content.assemble(
                (f"{sanitize(reason)}\n", BOLD),
                ("Your words are kept, and on the clipboard now.\n\n", FAINT),
                sanitize(draft.text, multiline=True),
            ),
        )
    )


def _discard(workspace: Workspace, number: str) -> None:
    """Discard the drafts of a ticket."""
    if not number.isdecimal():
        raise UsageError("Name the ticket whose drafts to discard: `:drafts discard 1042`.")
    found = [draft for draft in workspace.drafts.every() if str(draft.number) == number and not draft.is_open]
    if not found:
        raise DeskError(f"You have no draft for {number}.")
    for draft in found:
        workspace.drafts.discard(draft)
    workspace.notify(f"Discarded {format_count(len(found), 'draft')} for {number}")


def _label(draft: Draft) -> Safe:
    return sanitize(draft.name.capitalize())


def _summary(workspace: Workspace, draft: Draft) -> Safe:
    """Return when a draft was saved, and its first words."""
    words = str(draft.data.get("form", {}).get("subject", "")) or draft.text.strip()
    first_line = words.splitlines()[0] if words else ""
    stamp = format_instant(draft.saved_at, workspace.epoch(), workspace.zone) if draft.saved_at else ""
    return sanitize(f"{stamp}  {first_line[:_FIRST_WORDS]}".strip())
