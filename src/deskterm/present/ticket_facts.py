"""What is to be minded about a ticket beside its facts: that it is exempt, held or put off, what is asked of whom, what
it waits for. Keys become words, instants the desk's local time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from deskterm.desk.domain import links
from deskterm.present.formats import to_local
from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.store.queries.ticket_detail import RecordView, TicketDetail

LINKS = {
    links.DUPLICATE_OF: "Duplicate of",
    links.DUPLICATES: "Duplicates",
    links.MERGED_INTO: "Merged into",
    links.MERGED: "Merged here",
    links.SPLIT_FROM: "Split from",
    links.SPLIT_TO: "Split into",
    links.FOLLOW_UP_OF: "Follows",
    links.FOLLOW_UPS: "Followed by",
    links.INCIDENT: "Incident",
    links.ATTACHED: "Attached tickets",
}
"""Fields that hold the numbers of other tickets, and what they are called."""


def format_fields(sheet: TicketDetail, vocabulary: Vocabulary) -> Iterator[tuple[str, Safe]]:
    """The fields of a request, each with its label and its value as a person reads it."""
    known = {key: Choice(key, sanitize(words)) for key, words in LINKS.items()} | vocabulary.fields
    for key, value in sheet.fields.items():
        yield get_label(known, key), sanitize(_value(value, vocabulary.field_kinds.get(key, ""), vocabulary.timezone))


def format_target(target: str, vocabulary: Vocabulary) -> Safe:
    """A target with the role that sets it under its name."""
    head, by, role = target.partition("set by ")
    return sanitize(f"{head}{by}{get_label(vocabulary.roles, role)}" if by else target)


def list_circumstances(sheet: TicketDetail, vocabulary: Vocabulary) -> Iterator[tuple[str, Safe]]:
    """The lines, each a name and what there is to say, what stops a promise first."""
    for name, words in _lines(sheet, vocabulary):
        yield name, sanitize(" ".join(words.split()))


def format_instant(seconds: int, timezone: str) -> str:
    """An instant with its day: `Mon 23 Nov 2026 08:15`."""
    return f"{to_local(seconds, ZoneInfo(timezone)):%a %d %b %Y %H:%M}"


def format_amount(values: dict[str, Any]) -> str:
    """`EUR 1,200.00`; nothing where there is no amount."""
    amount = values.get("amount")
    return f"{values.get('currency', '')} {Decimal(amount):,}".strip() if amount else ""


def _lines(sheet: TicketDetail, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if sheet.exempt is not None:
        yield "Exempt", f"{get_label(vocabulary.exempt_reasons, sheet.exempt)} (no target counts)"
    if sheet.held is not None:
        yield "Held", sheet.held
    if sheet.snoozed_until is not None:
        yield "Put off", f"until {format_instant(sheet.snoozed_until, vocabulary.timezone)}"
    if sheet.sprint is not None:
        yield "Scheduled to", sheet.sprint
    for record in sheet.records:
        line = _record(record, sheet, vocabulary)
        if line is not None:
            yield line
    if part := [_participant(record, sheet) for record in sheet.records if record.kind == "participant"]:
        yield "Taking part", ", ".join(dict.fromkeys(part))


def _record(record: RecordView, sheet: TicketDetail, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """What a record means to whoever looks at the ticket now; None for what is over, or has a list of its own."""
    marked = "flag" in record.values
    match record.kind:
        case "escalation" if record.state == "open":
            return "Escalated", _escalated(record, sheet, vocabulary)
        case "dispute" if record.state == "open":
            wanted = record.values.get("wanted")
            more = f", they want {get_label(vocabulary.priorities, wanted)}" if wanted else ""
            return (
                "Priority disputed",
                f"since {format_instant(record.at, vocabulary.timezone)}{more}{_quoted(record, sheet)}",
            )
        case "suggestion" if record.state == "open":
            return f"Suggestion {record.key}", str(record.values.get("ask", ""))
        case "item" if marked:
            return vocabulary.item_label, _item(record, vocabulary)
        case "joined" if marked:
            values = record.values
            state = get_label(vocabulary.item_statuses, record.state)
            return "Waits for", f"item {values.get('item')} of {values.get('ticket')}: {state}{_out(values)}"
        case "quote":
            parts = [get_label(vocabulary.quote_states, record.state), format_amount(record.values)]
            return f"Quote {record.key}", " · ".join(part for part in parts if part)
        case "agreement":
            amount = format_amount(record.values)
            return "Agreed", f"the customer is charged{f' up to {amount}' if amount else ''}"
        case "outstanding" if record.state == "open":
            return "Outstanding", "the permanent fix"
        case "resolution" if record.values.get("turn", 0) == sheet.reopened and record.state != "rejected":
            code = record.values.get("code") or record.state
            return "Ended" if record.state == "without" else "Resolution", get_label(vocabulary.closing_codes, code)
        case "missing" if marked:
            fields = [get_label(vocabulary.fields, key) for key in record.values.get("fields", ())]
            return "Missing", ", ".join(fields)
        case "checklist":
            return get_label(vocabulary.checklists, record.key), _checklist(record, vocabulary)
        case "handoff" if record.state == "open":
            tier = get_tier_label(record.values.get("tier"), vocabulary)
            return "Pass on", f"{tier} is the client's own: to {record.who or 'their support contact'}"
        case "feedback" if record.state == "answered":
            score = record.values.get("score")
            said = [
                f"score {score}" if score is not None else "",
                "a complaint" if record.values.get("complaint") else "",
            ]
            return "Feedback", f"{', '.join(word for word in said if word) or 'words'}{_quoted(record, sheet)}"
        case "entry" if marked:
            return f"Time entry {record.key}", "chargeable, and the customer has not agreed to it"
    return None


_AS = {"caller": " (called)", "notify": " (to be told)"}
"""What somebody is to a ticket beside taking part."""


def _participant(record: RecordView, sheet: TicketDetail) -> str:
    name = sheet.contact_names.get(record.values.get("contact", 0)) or "somebody who was erased"
    return f"{name}{_AS.get(record.state, '')}"


def _escalated(record: RecordView, sheet: TicketDetail, vocabulary: Vocabulary) -> str:
    values = record.values
    role = get_label(vocabulary.roles, record.who or None)
    asked = f" ({role} is asked)" if role and role != values.get("label") else ""
    by = "the customer" if values.get("by_customer") else "a rule" if values.get("by_rule") else values.get("by", "")
    reason = f": {values['reason']}" if values.get("reason") else ""
    since = f"since {format_instant(record.at, vocabulary.timezone)} by {by}"
    return f"{values.get('label', '')}{asked} {since}{reason}{_quoted(record, sheet)}"


def _item(record: RecordView, vocabulary: Vocabulary) -> str:
    values = record.values
    parts = [f"{record.key} {get_label(vocabulary.item_statuses, record.state)}{_out(values)}"]
    if values.get("route"):
        parts.append(get_label(vocabulary.routes, values["route"]))
    parts += [str(values[name]) for name in ("title", "system", "reference", "url") if values.get(name)]
    return " · ".join(parts)


def _out(values: dict[str, Any]) -> str:
    return f", release {values['release']}" if values.get("release") else ""


def _checklist(record: RecordView, vocabulary: Vocabulary) -> str:
    items = record.values.get("items", ())
    done = sum(bool(item.get("done")) for item in items)
    outcome = record.values.get("outcome")
    ended = f", {get_label(vocabulary.outcomes.get(record.key, {}), outcome)}" if outcome else ""
    return f"{done} of {len(items)} done{ended}"


def get_tier_label(level: Any, vocabulary: Vocabulary) -> str:
    """What a level of support is called."""
    return vocabulary.tiers.get(str(level)) or f"tier {level}"


def _quoted(record: RecordView, sheet: TicketDetail) -> str:
    """What somebody said of it, behind a dash."""
    said = [sheet.texts.get(record.values[name], "") for name in ("body", "comment", "note") if name in record.values]
    return "".join(f" – “{words}”" for words in said if words)


def _value(value: Any, kind: str, timezone: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    if kind == "instant":
        try:
            return format_instant(int(datetime.fromisoformat(str(value)).timestamp()), timezone)
        except ValueError:  # written by hand, or by an importer: shown as it stands
            return str(value)
    return str(value)
