"""Where a ticket may go: the procedure's status graph."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Protocol, TypeVar

from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Status


class LabelledItem(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...


T = TypeVar("T", bound=LabelledItem)


def resolve_choice(what: str, word: str, among: Iterable[T]) -> T:
    """The one whose key, label or short form a person wrote, letter case aside. DeskError names the nearest, and all
    there are."""
    known = list(among)
    wanted = word.strip().casefold()
    for item in known:
        if wanted in (item.key.casefold(), item.label.casefold(), getattr(item, "short", "").casefold()):
            return item
    words = {name.casefold(): item.key for item in known for name in (item.key, item.label)}
    near = get_close_matches(wanted, words, n=1)
    hint = f" Did you mean {words[near[0]]}?" if near else ""
    listed = ", ".join(item.key for item in known) or "none"
    raise DeskError(f"There is no {what} {word!r}.{hint} Known: {listed}.")


def list_next_statuses(procedure: CompiledProcedure, kind: str, status: str) -> list[Status]:
    """The statuses that a ticket of a type may go to from a status."""
    return procedure.next_statuses(kind, status)


def resolve_next_status(procedure: CompiledProcedure, kind: str, status: str, wanted: str) -> Status:
    """The status that was asked for. DeskError when it is unknown or may not follow, with those that may (S1-25)."""
    target = resolve_choice("status", wanted, procedure.definition.statuses)
    if target.key == status:
        raise DeskError(f"The ticket is {target.label} already.")
    options = list_next_statuses(procedure, kind, status)
    if target.key not in {option.key for option in options}:
        here = procedure.statuses[status].label if status in procedure.statuses else status
        ways = ", ".join(f"{option.label} ({option.key})" for option in options) or "nowhere, it is final"
        raise DeskError(f"From {here} a ticket cannot go to {target.label}; it can go to: {ways}.")
    return target


def find_duplicate_status(procedure: CompiledProcedure, kind: str, number: int | None) -> Status:
    """Return the status of duplicates and merged tickets of a type; any ticket may go there, whatever the graph says.

    number: the ticket that is named when it raises DeskError, because no closed status is for tickets of its type.
    """
    preferred = procedure.definition.duplicates.status
    for status in procedure.statuses.values():
        if procedure.knows(kind, status) and (
            status.key == preferred or (preferred is None and status.category == "closed")
        ):
            return status
    raise DeskError(f"No closed status is for tickets like {number}: give [duplicates] a status in the procedure.")
