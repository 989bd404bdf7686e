"""Checklists on a ticket: what comes with a request of a type (S5-07), and what a status asks for (S1-28).

A list is a record `checklist.KEY` with `state` (`open` or `done`), `items` (`text`, `required`, and when one is done
`done`, `by` and `at`) and the `outcome` that was chosen. It keeps the words that it had when it was begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from deskterm.desk.core.session import DeskSession, require_changeable
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.events import Changes
from deskterm.desk.domain.records import Record, Records, change, of_kind
from deskterm.desk.policy.status_graph import chosen
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Checklist, RequestType, Status

CHECKLIST = "checklist"
_CLIMBED = ("escalation", "open")


class RecordView(Protocol):
    """What hangs on a ticket, whoever read it: `deskterm.desk.domain.records.Record` or the store's view of one."""

    @property
    def kind(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


def build_type_checklist_change(procedure: CompiledProcedure, records: Records, kind: RequestType) -> Changes:
    """The change that hangs the list of a request type on a ticket of it, unless it is there."""
    if kind.checklist is None or (CHECKLIST, kind.checklist) in records:
        return {}
    return change(records, CHECKLIST, kind.checklist, **_fresh(_part(procedure, kind.checklist)))


def tick_items(
    desk: DeskSession,
    number: int,
    items: Sequence[int] = (),
    *,
    checklist: str | None = None,
    outcome: str | None = None,
    off: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Tick items off (by their place, from 1), or take ticks off again, and say what the list ended in. checklist:
    which one, by key or label; left out, the one that is on the ticket or that the procedure asks for here. A list is
    done when all that is required is, and an outcome is chosen where it has any."""
    with desk.ticket(number, "check", now, version, final=True) as work:
        part = _wanted(work, checklist)
        if not _of_a_review(work, part):
            require_changeable(work, "check")
        record = work.state.records.get((CHECKLIST, part.key))
        values = dict(record.values) if record is not None else _fresh(part)
        rows = [dict(row) for row in values["items"]]
        if not items and outcome is None and record is not None:
            raise UsageError(
                f"Say what is done: {_places(rows)} {format_tick_hint(work.procedure, number, part, record)}"
            )
        for place in items:
            if not 1 <= place <= len(rows):
                raise UsageError(f"{part.label} has no item {place}: it has 1 to {len(rows)}.")
            rows[place - 1] = _ticked(rows[place - 1], desk.agent.login, work.at, off=off)
        if outcome is not None:
            if not part.outcomes:
                raise UsageError(f"{part.label} ends in no outcome: tick its items off.")
            values["outcome"] = chosen("outcome", outcome, part.outcomes).key
        waits = _open(rows) or (part.outcomes and not values.get("outcome"))
        values |= {"items": rows, "state": "open" if waits else "done"}
        if record is not None and values == record.values:
            raise DeskError(f"{part.label} of {number} stands so already: {_standing(part, values)}.")
        work.append("checked", change(work.state.records, CHECKLIST, part.key, **values), checklist=part.key)
        done = work.done(f"{number}: {part.label}, {_standing(part, values)}")
    return done


def _of_a_review(work: TicketTransaction, part: Checklist) -> bool:
    """Whether a list is what the review of an escalation goes through that is open, which a complaint may bring about
    after the ticket was closed (S4-21)."""
    begun = {one.values.get("ladder") for one in of_kind(work.state.records, "escalation") if one.state == "open"}
    return any(ladder.checklist == part.key for ladder in work.procedure.definition.ladders if ladder.key in begun)


def load_current_checklist(
    desk: DeskSession, number: int, *, now: datetime
) -> tuple[Checklist, list[Mapping[str, Any]]]:
    """The list that is open on a ticket, or that would be begun, and its items as they stand."""
    with desk.ticket(number, "check", now, rehearse=True) as work:
        part = _wanted(work, None)
        record = work.state.records.get((CHECKLIST, part.key))
        return part, list((record.values if record is not None else _fresh(part))["items"])


def list_open_items(record: Record | None) -> list[str]:
    """What is required and not done yet."""
    return [] if record is None else _open(record.values.get("items", ()))


def find_applicable_checklists(
    procedure: CompiledProcedure, kind: str, status: str, hanging: Iterable[RecordView]
) -> list[Checklist]:
    """The lists that a ticket has to do with, the likeliest first: those that are open on it, what a review of its open
    escalations goes through, what a status it may go to asks for, what comes before development, and last those that
    are done. hanging: the ticket's records."""
    records = list(hanging)
    done = [record.key for record in records if (record.kind, record.state) == (CHECKLIST, "done")]
    keys = [record.key for record in records if record.kind == CHECKLIST and record.state != "done"]
    ladders = [record.values.get("ladder") for record in records if (record.kind, record.state) == _CLIMBED]
    keys += [ladder.checklist or "" for ladder in procedure.definition.ladders if ladder.key in ladders]
    keys += [status.requires_checklist or "" for status in procedure.next_statuses(kind, status)]
    keys += [procedure.definition.development.checklist or ""]
    known = {part.key: part for part in procedure.definition.checklists}
    return [known[key] for key in dict.fromkeys([*(key for key in keys if key not in done), *done]) if key in known]


def format_tick_hint(
    procedure: CompiledProcedure, number: int | None, part: Checklist, record: RecordView | None, *, ends: bool = True
) -> str:
    """The sentence that says how a list is gone through from where it stands. ends: it is to end in an outcome too."""
    begun = record.values.get("items") if record is not None else None
    rows: Sequence[Mapping[str, Any]] = begun or _fresh(part)["items"]
    places = [str(place) for place, row in enumerate(rows, 1) if row["required"] and not row.get("done")]
    which = f" --list {part.key}" if len(procedure.definition.checklists) > 1 else ""
    call = f"`deskterm ticket check {number}{which}"
    ended = record is not None and record.values.get("outcome")
    if not part.outcomes or ended or not ends:
        return f"Tick off what is done with {call} {' '.join(places) or '1'}`."
    known = ", ".join(outcome.key for outcome in part.outcomes)
    if not places:
        return f"Say what it ended in with {call} --outcome {part.outcomes[0].key}`: one of {known}."
    return (
        f"Tick off what is done with {call} {' '.join(places)}`, and say what it ended in with --outcome:"
        f" one of {known}."
    )


def require_checklist_done(work: TicketTransaction, target: Status) -> None:
    """DeskError, naming what is left, unless the list that a status asks for is done and ended as it must (S1-28)."""
    if target.requires_checklist is None:
        return
    part = _part(work.procedure, target.requires_checklist)
    record = work.state.records.get((CHECKLIST, part.key))
    how = format_tick_hint(work.procedure, work.number, part, record)
    if record is None:
        raise DeskError(f"{target.label} needs the list “{part.label}” to be done first. {how}")
    missing = list_open_items(record)
    if missing:
        raise DeskError(f"{target.label} needs the list “{part.label}”; left: {_numbered(record, missing)}. {how}")
    if part.outcomes and not record.values.get("outcome"):
        raise DeskError(f"{target.label} needs what the list “{part.label}” ended in. {how}")
    wanted = target.requires_outcome
    if wanted is not None and record.values.get("outcome") != wanted:
        labels = {outcome.key: outcome.label for outcome in part.outcomes}
        ended = str(record.values.get("outcome"))
        raise DeskError(
            f"{target.label} is for what ended in {labels.get(wanted, wanted)!r}, and {part.label!r} ended in"
            f" {labels.get(ended, ended)!r}."
        )


def _wanted(work: TicketTransaction, checklist: str | None) -> Checklist:
    parts = work.procedure.definition.checklists
    if checklist is not None:
        return chosen("checklist", checklist, parts)
    if found := find_applicable_checklists(
        work.procedure, work.state.type, work.state.status, work.state.records.values()
    ):
        return found[0]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        raise DeskError("This procedure has no checklists: there is nothing to tick off.")
    known = ", ".join(f"{part.key} ({part.label})" for part in parts)
    raise UsageError(f"No list is asked for here: name one with --list, of {known}.")


def _part(procedure: CompiledProcedure, key: str) -> Checklist:
    return next(part for part in procedure.definition.checklists if part.key == key)


def _fresh(part: Checklist) -> dict[str, Any]:
    return {"state": "open", "items": [{"text": item.text, "required": item.required} for item in part.items]}


def _ticked(row: dict[str, Any], by: str, at: int, *, off: bool) -> dict[str, Any]:
    bare = {"text": row["text"], "required": row["required"]}
    if off:
        return bare
    return row if row.get("done") else bare | {"done": True, "by": by, "at": at}


def _open(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(row["text"]) for row in rows if row["required"] and not row.get("done")]


def _numbered(record: RecordView, texts: Sequence[str]) -> str:
    """Items with their places, from 1."""
    rows = record.values["items"]
    return " · ".join(
        f"{place}. {row['text'].rstrip('.')}" for place, row in enumerate(rows, 1) if row["text"] in texts
    )


def _places(rows: Sequence[Mapping[str, Any]]) -> str:
    return " ".join(f"{place}. {row['text']}" for place, row in enumerate(rows, 1) if not row.get("done"))


def _standing(part: Checklist, values: Mapping[str, Any]) -> str:
    missing = len(_open(values["items"]))
    ended = next((outcome.label for outcome in part.outcomes if outcome.key == values.get("outcome")), None)
    if missing:
        return f"{missing} left"
    if part.outcomes and ended is None:
        return "all done, say what it ended in"
    return f"done: {ended}" if ended else "done"
