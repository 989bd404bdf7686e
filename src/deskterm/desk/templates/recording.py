"""Recording of macros from what was just done on a ticket (C-21)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import load_events
from deskterm.desk.domain.event_kinds.phrases import name_event
from deskterm.desk.domain.event_kinds.table import SYSTEM_EVENTS
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import select_effective_events
from deskterm.desk.templates.definitions import ME, NOBODY, Macro
from deskterm.desk.templates.placeholders import escape
from deskterm.desk.templates.values import load_values
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.ticket_fields import SUPPLIED_FIELDS
from deskterm.store.db.tables import PersonalText, table_of

_SET = ("type", "impact", "urgency", "severity", "priority")
"""Fields whose recorded change a macro repeats with the same value."""
_SUPPLIED = frozenset(field.name for field in SUPPLIED_FIELDS)
_NAMED = ("subject", "requester", "client", "organisation", "agent", "first_name", "number")
"""Placeholders whose values are searched in what was written; of equal values, the first placeholder is taken."""
_LEAST_LETTERS = 3
"""Fewest letters of a value that is replaced by a placeholder: a shorter one occurs inside other words too."""


class Recording(NamedTuple):
    """A macro that was recorded from acts. left_out: short phrases about what no macro can repeat."""

    macro: Macro
    left_out: tuple[str, ...]


def make_key(name: str) -> str:
    """Return the key of a macro from the name that a person gives it. Raises UsageError where nothing is left of it."""
    key = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60].strip("-")
    if not key:
        raise UsageError(f"{name!r} is no name for a macro: use letters or digits.")
    return key


def record_macro(desk: DeskSession, name: str, acts: Sequence[Mapping[int, int]], *, now: datetime) -> Recording:
    """Record a macro from some acts, in their order. acts: for each, ticket → the number of its first event there; only
    the first ticket of an act is used. name: of the macro, as a person writes it. Values of the ticket in its texts
    (the requester's name, say) become placeholders. Raises DeskError when nothing of the acts can be repeated."""
    steps: dict[str, Any] = {}
    left_out: list[str] = []
    with desk.store.reading() as session:
        for heads in acts:
            number, head = next(iter(heads.items()))
            values = load_values(desk, number, now=now)
            for event in _list_act_events(session, number, head):
                if event.kind in SYSTEM_EVENTS or event.data.get("by_rule"):
                    continue
                texts = {key: _generalise(body, values) for key, body in _load_texts(session, event).items()}
                if not _add_steps(steps, event, texts, desk):
                    left_out.append(name_event(event.kind, event.changes).rsplit(" ", 1)[0])
    try:
        macro = Macro(key=make_key(name), label=_clean(" ".join(name.split()))[:120], **steps)
    except ValidationError as error:
        raise DeskError("Nothing was done that a macro could do again: change something, or write, first.") from error
    return Recording(macro, tuple(dict.fromkeys(left_out)))


def list_own_acts(desk: DeskSession, number: int, count: int) -> list[dict[int, int]]:
    """List the last acts on a ticket, as `record_macro` takes them, as long as they are the agent's. Raises DeskError
    where there is none."""
    with desk.open_reader() as reader, desk.store.reading() as session:
        events = [] if reader.is_hidden(number) else select_effective_events(load_events(session, number))
    marks: dict[object, int] = {}
    own: list[tuple[int, bool]] = []
    for event in events:
        if event.kind in SYSTEM_EVENTS or event.data.get("act"):
            continue
        mark: object = event.data.get("bulk") or event.seq
        if mark not in marks:
            marks[mark] = event.seq
            own.append((event.seq, event.actor == desk.agent.login))
    heads: list[dict[int, int]] = []
    for head, is_own in reversed(own):
        if not is_own or len(heads) == count:
            break
        heads.insert(0, {number: head})
    if not heads:
        raise DeskError(f"The last thing on {number} is not yours: do first what the macro is to do.")
    return heads


def _list_act_events(session: Session, number: int, head: int) -> Iterator[Event]:
    """Yield the events of an act on a ticket that still stand, by the number of its first one."""
    events = list(load_events(session, number, head - 1))
    bulk = events[0].data.get("bulk") if events else None
    heads = {event.seq for event in events if event.seq == head or (bulk and event.data.get("bulk") == bulk)}
    standing = {event.seq for event in select_effective_events(load_events(session, number))}
    for event in events:
        if event.data.get("act", event.seq) in heads and event.seq in standing:
            yield event


def _load_texts(session: Session, event: Event) -> dict[str, str]:
    table = table_of(PersonalText)
    ids = {reference.id: name for name, reference in event.texts.items()}
    if not ids:
        return {}
    rows = session.execute(select(table.c.id, table.c.body).where(table.c.id.in_(list(ids))))
    return {ids[number]: body or "" for number, body in rows}


def _generalise(text: str, values: Mapping[str, str]) -> str:
    """Return a text of one ticket as a template: values of this ticket become placeholders, so that one customer's name
    never goes to another."""
    names: dict[str, str] = {}
    for name in _NAMED:
        if len(values.get(name, "")) >= _LEAST_LETTERS:
            names.setdefault(values[name], name)
    text = _clean(text)
    if not names:
        return escape(text)
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(value) for value in longest_first)})(?!\w)")
    parts: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        parts += [escape(text[end : match.start()]), f"{{{names[match[0]]}}}"]
        end = match.end()
    return "".join((*parts, escape(text[end:])))


def _clean(text: str) -> str:
    """Return a text without characters that a terminal acts on or nobody sees."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")


def _add_steps(steps: dict[str, Any], event: Event, texts: Mapping[str, str], desk: DeskSession) -> bool:
    """Add what an event did to the steps of a macro; return whether anything of it can be repeated."""
    before = dict(steps)
    changes = {name: after for name, (_, after) in event.changes.items()}
    for name in _SET:
        if name in changes:
            steps[name] = changes[name]
    if "status" in changes:
        steps["status"] = (*steps.get("status", ()), changes["status"])
    if reason := event.data.get("because") or event.data.get("reason"):
        steps["reason"] = str(reason)[:400]
    if "tags" in event.changes:
        steps["tags"] = _merge_tags(steps.get("tags", ()), *event.changes["tags"])
    fields = {name.removeprefix("fields."): value for name, value in changes.items() if name.startswith("fields.")}
    fields |= {name: value for name, value in changes.items() if name in _SUPPLIED}
    plain = {key: value for key, value in fields.items() if isinstance(value, (str, int)) and event.kind == "edited"}
    if plain:
        steps["fields"] = steps.get("fields", {}) | plain
    if changes.get("snoozed_until"):
        steps["snooze"] = _describe_snooze(changes["snoozed_until"], event.at, desk.timezone)
    match event.kind:
        case "assigned":
            login = changes.get("assignee")
            steps["assign"] = NOBODY if login is None else ME if login == desk.agent.login else login
        case "transferred":
            steps |= {name: changes[name] for name in ("department", "team") if changes.get(name)}
            steps.pop("assign", None)
            _add_text(steps, "handover", texts.get("body", ""))
        case "noted":
            _add_text(steps, "note", texts.get("body", ""))
        case "replied" if event.data.get("author_kind") == "agent":
            _add_text(steps, "reply", texts.get("body", ""))
            steps |= {name: event.data[name] for name in ("resolution", "next_steps") if event.data.get(name)}
    return steps != before


def _add_text(steps: dict[str, Any], name: str, text: str) -> None:
    if text:
        steps[name] = f"{steps[name]}\n\n{text}" if steps.get(name) else text


def _merge_tags(earlier: Iterable[str], before: Sequence[str] | None, after: Sequence[str] | None) -> tuple[str, ...]:
    """Return the tags of a macro with a further change of them; a minus in front takes one away."""
    merged = dict.fromkeys(earlier)
    for tag in [*(after or ()), *(before or ())]:
        added, removed = tag in (after or ()), tag in (before or ())
        if added != removed:
            merged.pop(tag, None)
            merged.pop(f"-{tag}", None)
            merged[tag if added else f"-{tag}"] = None
    return tuple(merged)


def _describe_snooze(until: int, at: int, timezone: str) -> str:
    """Return the end of a snooze relative to the moment when it began. until, at: epoch seconds."""
    zone = ZoneInfo(timezone)
    end, start = (datetime.fromtimestamp(moment, UTC).astimezone(zone) for moment in (until, at))
    days = (end.date() - start.date()).days
    if days == 1:
        return f"tomorrow {end:%H:%M}"
    if days > 1:
        return f"{days}d"
    hours, minutes = divmod((until - at) // 60, 60)
    return f"{hours}h{minutes}m" if hours and minutes else f"{hours}h" if hours else f"{max(minutes, 1)}m"
