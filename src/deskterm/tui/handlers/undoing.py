"""Undo the acts of this console, or one chosen from a list; show why tickets refused an act."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.history.undo_acts import UndoableAct, list_undoable_acts, undo_commands
from deskterm.errors import DeskError
from deskterm.present import formats
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.store.db.errors import UnavailableDesk
from deskterm.tui.commands.keys import name_keys
from deskterm.tui.commands.search import translate_calls
from deskterm.tui.dialogs.page import Page
from deskterm.tui.handlers.questions import parse_ticket_number
from deskterm.tui.panes.colours import ACCENT, BOLD

if TYPE_CHECKING:
    from deskterm.tui.acts import Refused
    from deskterm.tui.console import Workspace
    from deskterm.tui.dialogs.compose import Kind
    from deskterm.tui.target import Target


async def undo(console: Workspace, target: Target, argument: str) -> None:
    """Undo the last act of this console, wherever the cursor is now. When that cannot be undone, say so once; the next
    call is about the act before it."""
    act = console.acts.last
    if act is None:
        raise DeskError("Nothing was done here that can be undone.")
    try:
        await _undo(console, act.heads, together=act.together)
    except UnavailableDesk:
        raise  # it can be undone once the desk is available again
    except DeskError:
        console.acts.drop(act.heads)
        raise


async def choose_act(console: Workspace, target: Target, argument: str) -> None:
    """Undo an act that the agent chooses from a list and confirms. argument: a ticket's number, for its last act alone.
    Raises DeskError when there is none."""
    one = parse_ticket_number(argument) if argument else None
    beside = [one] if one is not None else [target.current.number] if target.current is not None else []
    acts = await console.run(lambda desk: list_undoable_acts(desk, numbers=beside, recent=one is None))
    if not acts:
        raise DeskError(f"Nothing on {one} can be undone." if one is not None else "Nothing here can be undone.")
    choices = [_present(console, place, act) for place, act in enumerate(acts)]
    # The cursor begins at an act on the ticket that the agent looks at, if there is one
    at_ticket = next((str(place) for place, act in enumerate(acts) if not act.heads.keys().isdisjoint(beside)), "")
    title = f"Undo on {one}" if one is not None else "Undo: choose what"
    chosen = await console.choose(title, choices, at_ticket, search=True)
    if chosen is None:
        return
    act = acts[int(chosen)]
    question = f"Undo {_name(act)}? {_format_time(console, act)} {act.actor} {act.what}."
    if await console.confirm(question, "undo it", "leave it as it is"):
        await _undo(console, act.heads, together=True)


async def show_refusals(console: Workspace, target: Target, argument: str) -> None:
    """Show the tickets that refused the last act on several, each with its reason (C-04). Raises DeskError where there
    are none."""
    refused = console.acts.refused
    if not refused.tickets:
        raise DeskError("Nothing was refused by the last command on several tickets.")
    parts: list[tuple[str, str] | str] = [(f"{refused.name()}, of {refused.selected}\n", ACCENT)]
    for ticket, *others in _group_by_reason(refused.tickets):
        reason = name_keys(translate_calls(ticket.reason), console.keys_of)
        parts += [(f"\n{ticket.number}  ", BOLD), sanitize(reason)]
        if others:
            numbers = ", ".join(str(other.number) for other in others)
            parts += ["\n      The same for ", (numbers, BOLD), "."]
    await console.show(Page("Refused", Content.assemble(*parts)))


def _group_by_reason(tickets: Sequence[Refused]) -> list[list[Refused]]:
    """Group tickets whose reasons differ only in the ticket's number, in the order of the first of each group."""
    groups: dict[str, list[Refused]] = {}
    for ticket in tickets:
        groups.setdefault(re.sub(rf"\b{ticket.number}\b", "", ticket.reason), []).append(ticket)
    return list(groups.values())


async def _undo(console: Workspace, heads: Mapping[int, int], *, together: bool) -> None:
    """Undo an act. A reply that is taken back is opened in the composer again."""
    now = console.now()
    console.begin_act(list(heads))
    undone = await console.run(lambda desk: undo_commands(desk, heads, now=now, together=together))
    console.acts.drop(heads)
    summary = undone.result.summary
    if undone.left:
        others = f" (and {len(undone.left) - 1} more)" if len(undone.left) > 1 else ""
        summary += f" · Not on {undone.left[0].number}{others}: {undone.left[0].reason}"
    console.notify(summary, severity="warning" if undone.left else "information")
    console.refresh_lists()
    drafts = [console.drafts.take_back(row) for row in undone.drafts]
    if drafts and not console.writing:
        draft = drafts[0]
        kind: Kind = "resolve" if draft.kind == "resolve" else "reply"
        await console.write(kind, draft.number or 0, draft=draft)


def _present(console: Workspace, place: int, act: UndoableAct) -> Choice:
    words = f"{_format_time(console, act)}  {_name(act)}"
    return Choice(str(place), sanitize(words), sanitize(f"{act.actor} {act.what}"))


def _name(act: UndoableAct) -> str:
    number = next(iter(act.heads))
    others = len(act.heads) - 1
    return f"{act.name} {number}{f' and {others} more' if others else ''}"


def _format_time(console: Workspace, act: UndoableAct) -> str:
    return formats.format_message_time(act.at, console.epoch(), console.zone)
