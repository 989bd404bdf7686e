"""Run a macro on a ticket: all of its steps in one transaction, with one undo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from deskterm.desk.conversation import messages
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.participants import is_unreachable
from deskterm.desk.domain.changes import join_changes
from deskterm.desk.policy.permissions import Act
from deskterm.desk.templates.definitions import ME, NOBODY, Macro, ReplyTemplate
from deskterm.desk.templates.library import find_template
from deskterm.desk.templates.placeholders import describe_placeholder, list_placeholders, render
from deskterm.desk.templates.values import build_values
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.tickets.supply import supply_fields
from deskterm.desk.tickets.update import tag, update_ticket
from deskterm.desk.workflow.snooze import parse_snooze, snooze
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError, Unchanged, UsageError
from deskterm.procedure.channels import MAIL


class MissingValue(UsageError):
    """A text has placeholders without a value. names: which."""

    def __init__(self, number: int, names: tuple[str, ...]) -> None:
        listed = ", ".join(f"{{{name}}} ({describe_placeholder(name)})" for name in names)
        super().__init__(f"Ticket {number} has no value for {listed}: give one.", option="--set")
        self.names = names


class _Step(NamedTuple):
    """A step of a macro. act: what the agent's role must allow; is_done: the ticket has the result already; run: the
    command."""

    act: Act
    is_done: Callable[[TicketTransaction], bool]
    run: Callable[[TicketTransaction], CommandResult]


@dataclass(frozen=True, slots=True)
class MacroCall:
    """A call of a macro. values: of placeholders, instead of the ticket's own; template: of its reply; named: the
    history names the macro; False when a recorded act is repeated."""

    macro: Macro
    template: ReplyTemplate | None = None
    values: Mapping[str, str] | None = None
    named: bool = True

    @property
    def reply_body(self) -> str:
        """The text of its reply, with placeholders; empty where it has none."""
        return self.template.body if self.template is not None else self.macro.reply


def prepare_macro(desk: DeskSession, macro: Macro, values: Mapping[str, str] | None = None) -> MacroCall:
    """Prepare a call of a macro with the template of its reply. Raises DeskError when that template is gone, or not for
    the agent."""
    template = find_template(desk, macro.template, macro.language) if macro.template is not None else None
    return MacroCall(macro, template, values)


def list_needed(call: MacroCall) -> list[str]:
    """List the placeholders of the texts of a macro."""
    return list_placeholders("\n".join((call.macro.note, call.macro.handover, call.reply_body)))


def run_macro(
    desk: DeskSession, number: int, call: MacroCall, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Run all steps of a macro on a ticket, or none. Steps whose result the ticket has already are left out. Raises
    Unchanged when that is all of them, MissingValue for placeholders without a value, and whatever a step raises;
    nothing is written then."""
    macro = call.macro
    steps = list(_list_steps(desk, number, call, now))
    phrases: list[str] = []
    missing = ""
    with desk.joining(number, steps[0].act, now, macro=macro.label if call.named else "", version=version) as work:
        _require_fitting(work, macro)
        for step in steps:
            if step.is_done(work):
                desk.require(step.act)
                continue
            result = step.run(work)
            missing = result.missing_in_letter or missing
            phrases.append(re.sub(rf"^{number}\b:? ?", "", result.summary))
        if not phrases:
            after = f"as {macro.label} would make it" if call.named else "as this would make it"
            raise Unchanged(f"Ticket {number} is already {after}.")
        changes = join_changes(event.changes for event in work.new_events)
        version_now = work.state.version
    summary = f"{number}: {macro.label}: {'; '.join(phrases)}" if call.named else f"{number}: {'; '.join(phrases)}"
    return replace(CommandResult(number, summary, changes, version_now), missing_in_letter=missing)


def render_text(work: TicketTransaction, text: str, given: Mapping[str, str] | None) -> str:
    """Render a text with the values of a ticket. given: values that replace those. Raises MissingValue when one is
    missing."""
    rendered = render(text, build_values(work) | dict(given or {}))
    if rendered.gaps:
        raise MissingValue(work.number or 0, rendered.gaps)
    return rendered.text


def _require_fitting(work: TicketTransaction, macro: Macro) -> None:
    """Raise DeskError where a macro is not for the ticket's type or status."""
    procedure, state = work.procedure, work.state
    for keys, key, table in (
        (macro.types, state.type, procedure.types),
        (macro.statuses, state.status, procedure.statuses),
    ):
        if keys and key not in keys:
            here = table[key].label if key in table else key
            wanted = ", ".join(table[one].label if one in table else one for one in keys)
            raise DeskError(f"{macro.label} is for {wanted}, and {work.number} is {here}.")


def _list_steps(desk: DeskSession, number: int, call: MacroCall, now: datetime) -> Iterator[_Step]:
    """Yield the steps of a macro in the order in which they run: those that decide about others first, the note before
    the reply, and the snooze last."""
    macro = call.macro
    for name, act in _VALUES.items():
        if (value := getattr(macro, name)) is not None:
            yield _set_value(desk, number, name, value, act, macro.reason, now)
    if macro.department or macro.team:
        yield _Step(
            "transfer",
            lambda work: macro.department in (None, work.state.department) and macro.team in (None, work.state.team),
            lambda work: transfer(
                desk,
                number,
                department=macro.department,
                team=macro.team,
                note=render_text(work, macro.handover, call.values),
                now=now,
            ),
        )
    if macro.assign:
        login = None if macro.assign == NOBODY else desk.agent.login if macro.assign == ME else macro.assign
        yield _Step(
            "assign",
            lambda work: work.state.assignee == login,
            lambda work: assign(desk, number, login, now=now),
        )
    if macro.tags:
        add = [one for one in macro.tags if not one.startswith("-")]
        remove = [one[1:] for one in macro.tags if one.startswith("-")]
        yield _Step(
            "tag",
            lambda work: set(add) <= set(work.state.tags) and not set(remove) & set(work.state.tags),
            lambda work: tag(desk, number, add, remove, now=now),
        )
    if macro.fields:
        yield _Step(
            "edit",
            lambda work: all(_has_field(work, key, value) for key, value in macro.fields.items()),
            lambda work: supply_fields(desk, number, macro.fields, now=now),
        )
    if macro.note:
        yield _Step(
            "note",
            _never,
            lambda work: messages.add_note(desk, number, render_text(work, macro.note, call.values), now=now),
        )
    body = call.reply_body
    for place in range(len(macro.status) - bool(body)):
        yield _move(desk, number, macro, place, now)
    if body:
        yield _Step(
            "reply",
            _never,
            lambda work: messages.reply(
                desk,
                number,
                render_text(work, body, call.values),
                status=macro.status[-1] if macro.status else None,
                next_steps=macro.next_steps,
                resolution=macro.resolution,
                unaddressed=is_unreachable(work, MAIL),
                now=now,
            ),
        )
    if macro.snooze:
        until = parse_snooze(desk.procedure, macro.snooze, now)
        yield _Step(
            "snooze",
            lambda work: work.state.snoozed_until == to_epoch(until),
            lambda work: snooze(desk, number, until, now=now),
        )


_VALUES: Mapping[str, Act] = {
    "type": "edit",
    "impact": "priority",
    "urgency": "priority",
    "severity": "severity",
    "priority": "priority",
}
"""Field that a macro sets to a key of the procedure → the act that it needs, in the order in which they are set."""


def _set_value(desk: DeskSession, number: int, name: str, value: str, act: Act, reason: str, now: datetime) -> _Step:
    given: dict[str, Any] = {name: value}
    return _Step(
        act,
        lambda work: getattr(work.state, name) == value,
        lambda work: update_ticket(desk, number, **given, reason=reason, now=now),
    )


def _move(desk: DeskSession, number: int, macro: Macro, place: int, now: datetime) -> _Step:
    """Return the step to a status of the macro. A ticket that has reached it, or a later one, does not go back."""
    return _Step(
        "move",
        lambda work: work.state.status in macro.status[place:],
        lambda work: update_ticket(desk, number, status=macro.status[place], reason=macro.reason, now=now),
    )


def _has_field(work: TicketTransaction, key: str, value: object) -> bool:
    """Return whether a field of a ticket has a value; False for fields whose text is kept apart."""
    return work.state.fields.get(key, getattr(work.state, key, None)) == value


def _never(work: TicketTransaction) -> bool:
    return False
