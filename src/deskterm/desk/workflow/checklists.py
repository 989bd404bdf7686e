"""Checklists on a ticket: those that come with its request type (S5-07) and those that a status requires (S1-28).

A checklist is a record `checklist.KEY` with `state` (`open` or `done`), `items` (`text`, `required`, and for a ticked
item `done`, `by` and `at`) and the chosen `outcome`. It keeps the texts that the procedure had when it was started, so
that a later edition of the procedure does not change what somebody has already ticked off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from deskterm.desk.core.closed_tickets import require_changeable
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.records import Record, Records, build_record_change, records_of_kind
from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Checklist, ChecklistItem, RequestType, Status

CHECKLIST = "checklist"
_OPEN_ESCALATION = ("escalation", "open")


class RecordView(Protocol):
    """The part of a record that this module reads: a `deskterm.desk.domain.records.Record`, or the store's row of
    one."""

    @property
    def kind(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


def build_type_checklist_change(procedure: CompiledProcedure, records: Records, request_type: RequestType) -> Changes:
    """Return the change that adds the checklist of a request type to a ticket; none if the type has no checklist or the
    ticket already has it."""
    if request_type.checklist is None or (CHECKLIST, request_type.checklist) in records:
        return {}
    return build_record_change(
        records, CHECKLIST, request_type.checklist, **_new_values(_get_checklist(procedure, request_type.checklist))
    )


def tick_items(
    desk: DeskSession,
    number: int,
    items: Sequence[int] = (),
    *,
    checklist: str | None = None,
    outcome: str | None = None,
    untick: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Tick off items of a checklist, or remove their ticks, and set its outcome.

    items: positions, from 1. checklist: key or label; left out, the one that is open on the ticket or that the
    procedure requires next. outcome: key or label of one of the list's outcomes. untick: remove ticks instead of
    setting them. A list is done once all its required items are ticked and, where it has outcomes, one is chosen.

    Raises UsageError for an unknown position or when nothing is given to do, and DeskError when nothing would change.
    """
    with desk.ticket(number, "check", now, version, allow_closed=True) as work:
        definition = _resolve_checklist(work, checklist)
        # The review of an escalation may follow after closing (S4-21); any other list needs a ticket that can change.
        if not _is_review_checklist(work, definition):
            require_changeable(work, "check")
        record = work.state.records.get((CHECKLIST, definition.key))
        values = dict(record.values) if record is not None else _new_values(definition)
        # Copies, because the record itself is part of the folded state
        rows = [dict(row) for row in values["items"]]
        # A list that was not begun yet is begun even with nothing ticked
        if not items and outcome is None and record is not None:
            hint = format_tick_hint(work.procedure, number, definition, record)
            raise UsageError(f"Say what is done: {_format_open_items(rows)} {hint}")
        for position in items:
            if not 1 <= position <= len(rows):
                raise UsageError(f"{definition.label} has no item {position}: it has 1 to {len(rows)}.")
            if not untick:
                _require_other_person(rows, position, desk.agent.login)
            rows[position - 1] = _tick_item(rows[position - 1], desk.agent.login, work.at, untick=untick)
        if outcome is not None:
            if not definition.outcomes:
                raise UsageError(f"{definition.label} ends in no outcome: tick its items off.")
            values["outcome"] = resolve_choice("outcome", outcome, definition.outcomes).key
        unfinished = _list_open_texts(rows) or (definition.outcomes and not values.get("outcome"))
        values |= {"items": rows, "state": "open" if unfinished else "done"}
        if record is not None and values == record.values:
            raise DeskError(
                f"{definition.label} of {number} stands so already: {_format_progress(definition, values)}."
            )
        work.append(
            "checked",
            build_record_change(work.state.records, CHECKLIST, definition.key, **values),
            checklist=definition.key,
        )
        result = work.build_result(f"{number}: {definition.label}, {_format_progress(definition, values)}")
    return result


def _is_review_checklist(work: TicketTransaction, checklist: Checklist) -> bool:
    """Return True if a checklist belongs to the review of an open escalation."""
    open_ladders = {
        record.values.get("ladder")
        for record in records_of_kind(work.state.records, "escalation")
        if record.state == "open"
    }
    return any(
        ladder.checklist == checklist.key for ladder in work.procedure.definition.ladders if ladder.key in open_ladders
    )


def load_current_checklist(
    desk: DeskSession, number: int, *, now: datetime
) -> tuple[Checklist, list[Mapping[str, Any]]]:
    """Return the checklist that is open on a ticket, or would be started next, with its items as they are now."""
    with desk.ticket(number, "check", now, dry_run=True) as work:
        checklist = _resolve_checklist(work, None)
        record = work.state.records.get((CHECKLIST, checklist.key))
        return checklist, list((record.values if record is not None else _new_values(checklist))["items"])


def list_open_items(record: Record | None) -> list[str]:
    """List the texts of the required items that are not done yet."""
    return [] if record is None else _list_open_texts(record.values.get("items", ()))


def find_applicable_checklists(
    procedure: CompiledProcedure, type_key: str, status: str, records: Iterable[RecordView]
) -> list[Checklist]:
    """List the checklists that apply to a ticket, most likely first: open ones, those of the review of its open
    escalations, those that a next status requires, the one before development, and finished ones last.

    type_key, status: keys of the ticket's request type and status. records: the records of the ticket.
    """
    all_records = list(records)
    done_keys = [record.key for record in all_records if (record.kind, record.state) == (CHECKLIST, "done")]
    keys = [record.key for record in all_records if record.kind == CHECKLIST and record.state != "done"]
    ladders = [record.values.get("ladder") for record in all_records if (record.kind, record.state) == _OPEN_ESCALATION]
    keys += [ladder.checklist or "" for ladder in procedure.definition.ladders if ladder.key in ladders]
    keys += [status.requires_checklist or "" for status in procedure.find_next_statuses(type_key, status)]
    keys += [procedure.definition.development.checklist or ""]
    definitions = {checklist.key: checklist for checklist in procedure.definition.checklists}
    unique = dict.fromkeys([*(key for key in keys if key not in done_keys), *done_keys])
    return [definitions[key] for key in unique if key in definitions]


def format_tick_hint(
    procedure: CompiledProcedure,
    number: int | None,
    checklist: Checklist,
    record: RecordView | None,
    *,
    with_outcome: bool = True,
) -> str:
    """Format the sentence that names the command for the remaining items of a checklist.

    record: the list on the ticket; None if it has not been started. with_outcome: name the command for the outcome as
    well, where the list has outcomes.
    """
    started = record.values.get("items") if record is not None else None
    rows: Sequence[Mapping[str, Any]] = started or _new_values(checklist)["items"]
    positions = [str(position) for position, row in enumerate(rows, 1) if row["required"] and not row.get("done")]
    # Only where the command could be about another list
    option = f" --list {checklist.key}" if len(procedure.definition.checklists) > 1 else ""
    call = f"deskterm ticket check {number}{option}"
    outcome_chosen = record is not None and record.values.get("outcome")
    if not checklist.outcomes or outcome_chosen or not with_outcome:
        return f"Tick off what is done with `{call} {' '.join(positions) or '1'}`."
    keys = ", ".join(outcome.key for outcome in checklist.outcomes)
    if not positions:
        return f"Say what it ended in with `{call} --outcome {checklist.outcomes[0].key}`: one of {keys}."
    return (
        f"Tick off what is done and say what it ended in with `{call} {' '.join(positions)} --outcome"
        f" {checklist.outcomes[0].key}`: one of {keys}."
    )


def require_checklist_done(work: TicketTransaction, target: Status) -> None:
    """Raise DeskError, naming the remaining items, unless the checklist that a status requires is done and has the
    required outcome (S1-28)."""
    if target.requires_checklist is None:
        return
    checklist = _get_checklist(work.procedure, target.requires_checklist)
    record = work.state.records.get((CHECKLIST, checklist.key))
    hint = format_tick_hint(work.procedure, work.number, checklist, record)
    if record is None:
        raise DeskError(f"{target.label} needs the list “{checklist.label}” to be done first. {hint}")
    missing = list_open_items(record)
    if missing:
        remaining = _format_numbered(record, missing)
        raise DeskError(f"{target.label} needs the list “{checklist.label}”; left: {remaining}. {hint}")
    if checklist.outcomes and not record.values.get("outcome"):
        raise DeskError(f"{target.label} needs what the list “{checklist.label}” ended in. {hint}")
    required = target.requires_outcome
    if required is not None and record.values.get("outcome") != required:
        names = {outcome.key: outcome.label for outcome in checklist.outcomes}
        actual = str(record.values.get("outcome"))
        raise DeskError(
            f"{target.label} is for what ended in {names.get(required, required)!r}, and {checklist.label!r} ended in"
            f" {names.get(actual, actual)!r}."
        )


def _resolve_checklist(work: TicketTransaction, checklist: str | None) -> Checklist:
    """Return the named checklist, or the one that applies to the ticket. Raises UsageError when several are
    possible."""
    definitions = work.procedure.definition.checklists
    if checklist is not None:
        return resolve_choice("checklist", checklist, definitions)
    if applicable := find_applicable_checklists(
        work.procedure, work.state.type, work.state.status, work.state.records.values()
    ):
        return applicable[0]
    if len(definitions) == 1:
        return definitions[0]
    if not definitions:
        raise DeskError("This procedure has no checklists: there is nothing to tick off.")
    names = ", ".join(f"{definition.key} ({definition.label})" for definition in definitions)
    raise UsageError(f"No list is asked for here: name one, of {names}.", option="--list")


def _get_checklist(procedure: CompiledProcedure, key: str) -> Checklist:
    return next(checklist for checklist in procedure.definition.checklists if checklist.key == key)


def _new_values(checklist: Checklist) -> dict[str, Any]:
    return {"state": "open", "items": [_new_item(item) for item in checklist.items]}


def _new_item(item: ChecklistItem) -> dict[str, Any]:
    # The mark is only kept where it is set, so that lists of older procedures stay as they are
    mark = {"second_person": True} if item.second_person else {}
    return {"text": item.text, "required": item.required, **mark}


def _require_other_person(rows: Sequence[Mapping[str, Any]], position: int, login: str) -> None:
    """Raise DeskError when somebody would tick both what is for one person and what is for a second one (D-10)."""
    is_second = bool(rows[position - 1].get("second_person"))
    if rows[position - 1].get("done"):
        return
    for number, row in enumerate(rows, 1):
        if row.get("by") == login and bool(row.get("second_person")) is not is_second:
            raise DeskError(
                f"Item {position} is for another person than item {number}, which {login} ticked off: ask a colleague."
            )


def _tick_item(row: dict[str, Any], by: str, at: int, *, untick: bool) -> dict[str, Any]:
    unticked: dict[str, Any] = {name: row[name] for name in ("text", "required", "second_person") if name in row}
    if untick:
        return unticked
    # Whoever ticked it first stays on record
    return row if row.get("done") else unticked | {"done": True, "by": by, "at": at}


def _list_open_texts(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(row["text"]) for row in rows if row["required"] and not row.get("done")]


def _format_numbered(record: RecordView, texts: Sequence[str]) -> str:
    """Format items with their positions, from 1."""
    rows = record.values["items"]
    return " · ".join(
        f"{position}. {row['text'].rstrip('.')}" for position, row in enumerate(rows, 1) if row["text"] in texts
    )


def _format_open_items(rows: Sequence[Mapping[str, Any]]) -> str:
    return " ".join(f"{position}. {row['text']}" for position, row in enumerate(rows, 1) if not row.get("done"))


def _format_progress(checklist: Checklist, values: Mapping[str, Any]) -> str:
    missing = len(_list_open_texts(values["items"]))
    outcome_label = next(
        (outcome.label for outcome in checklist.outcomes if outcome.key == values.get("outcome")), None
    )
    if missing:
        return f"{missing} left"
    if checklist.outcomes and outcome_label is None:
        return "all done, say what it ended in"
    return f"done: {outcome_label}" if outcome_label else "done"
