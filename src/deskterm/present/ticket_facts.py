"""Circumstances of a ticket that an agent has to know before acting: an exemption, a hold, an open escalation, the
development item it waits for. Keys become labels, instants the desk's local time."""

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
"""Labels of the fields that hold the numbers of other tickets."""


def format_fields(detail: TicketDetail, vocabulary: Vocabulary) -> Iterator[tuple[str, Safe]]:
    """Yield the label and the formatted value of each field of a request."""
    labels = {key: Choice(key, sanitize(label)) for key, label in LINKS.items()} | vocabulary.fields
    for key, value in detail.fields.items():
        yield (
            get_label(labels, key),
            sanitize(_format_value(value, vocabulary.field_kinds.get(key, ""), vocabulary.timezone)),
        )


def format_target(target: str, vocabulary: Vocabulary) -> Safe:
    """Format a target; the role that sets it stands under its label."""
    head, by, role = target.partition("set by ")
    return sanitize(f"{head}{by}{get_label(vocabulary.roles, role)}" if by else target)


def list_circumstances(detail: TicketDetail, vocabulary: Vocabulary) -> Iterator[tuple[str, Safe]]:
    """Yield the label and the text of each circumstance, first those that stop or move a due time."""
    for label, text in _list_unsafe(detail, vocabulary):
        yield label, sanitize(" ".join(text.split()))


def format_instant(seconds: int, timezone: str) -> str:
    """Format an instant with its day: `Mon 23 Nov 2026 08:15`."""
    return f"{to_local(seconds, ZoneInfo(timezone)):%a %d %b %Y %H:%M}"


def format_amount(values: dict[str, Any]) -> str:
    """Format an amount of money: `EUR 1,200.00`; empty where there is none."""
    amount = values.get("amount")
    return f"{values.get('currency', '')} {Decimal(amount):,}".strip() if amount else ""


def _list_unsafe(detail: TicketDetail, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if detail.exempt is not None:
        yield "Exempt", f"{get_label(vocabulary.exempt_reasons, detail.exempt)} (no target counts)"
    if detail.held is not None:
        yield "Held", detail.held
    if detail.snoozed_until is not None:
        yield "Snoozed", f"until {format_instant(detail.snoozed_until, vocabulary.timezone)}"
    if detail.sprint is not None:
        yield "Scheduled to", detail.sprint
    for record in detail.records:
        line = describe_record(record, detail, vocabulary)
        if line is not None:
            yield line
    if participants := [
        _format_participant(record, detail) for record in detail.records if record.kind == "participant"
    ]:
        yield "CC", ", ".join(dict.fromkeys(participants))


def describe_record(record: RecordView, detail: TicketDetail, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """Return the label and the text of a record; None for one that is settled, or that has a list of its own."""
    marked = "flag" in record.values
    match record.kind:
        case "escalation" if record.state == "open":
            return "Escalated", _describe_escalation(record, detail, vocabulary)
        case "call" if record.state == "open":
            count = int(record.values.get("calls", 1))
            times = "once" if count == 1 else f"{count} times"
            return "Calling", f"{record.values.get('what', '')}: called {times}, and nobody has acknowledged it"
        case "dispute" if record.state == "open":
            priority = record.values.get("wanted")
            more = f", they want {get_label(vocabulary.priorities, priority)}" if priority else ""
            return (
                "Priority disputed",
                f"since {format_instant(record.at, vocabulary.timezone)}{more}{_quote_texts(record, detail)}",
            )
        case "scheduled_reply" if record.state == "waiting":
            return "Reply later", f"by {record.who}, {format_instant(record.values['due'], vocabulary.timezone)}"
        case "scheduled_reply" if record.state == "held":
            return "Reply held back", f"of {record.who}: {record.values.get('reason', '')}"
        case "suggestion" if record.state == "open":
            return f"Suggestion {record.key}", str(record.values.get("ask", ""))
        case "item" if marked:
            return vocabulary.item_label, _describe_item(record, vocabulary)
        case "joined" if marked:
            values = record.values
            state = get_label(vocabulary.item_statuses, record.state)
            return "Waits for", f"item {values.get('item')} of {values.get('ticket')}: {state}{_format_release(values)}"
        case "quote":
            parts = [get_label(vocabulary.quote_states, record.state), format_amount(record.values)]
            return f"Quote {record.key}", " · ".join(part for part in parts if part)
        case "agreement":
            amount = format_amount(record.values)
            return "Agreed", f"the customer is charged{f' up to {amount}' if amount else ''}"
        case "outstanding" if record.state == "open":
            return "Outstanding", "the permanent fix"
        case "resolution" if record.values.get("turn", 0) == detail.reopened and record.state != "rejected":
            # Resolutions from before a reopening hold no longer
            code = record.values.get("code") or record.state
            return "Ended" if record.state == "without" else "Resolution", get_label(vocabulary.closing_codes, code)
        case "missing" if marked:
            fields = [get_label(vocabulary.fields, key) for key in record.values.get("fields", ())]
            return "Missing", ", ".join(fields)
        case "checklist":
            return get_label(vocabulary.checklists, record.key), _describe_checklist(record, vocabulary)
        case "handoff" if record.state == "open":
            tier = get_tier_label(record.values.get("tier"), vocabulary)
            return "Pass on", f"{tier} is the client's own: to {record.who or 'their support contact'}"
        case "feedback" if record.state == "answered":
            score = record.values.get("score")
            parts = [
                f"score {score}" if score is not None else "",
                "a complaint" if record.values.get("complaint") else "",
            ]
            return "Feedback", f"{', '.join(part for part in parts if part) or 'words'}{_quote_texts(record, detail)}"
        case "entry" if marked:
            return f"Time entry {record.key}", "chargeable, and the customer has not agreed to it"
    return None


_ROLES = {"caller": " (called)", "notify": " (to be told)"}
"""Labels of roles that a participant may have beside taking part."""


def _format_participant(record: RecordView, detail: TicketDetail) -> str:
    name = detail.contact_names.get(record.values.get("contact", 0)) or "somebody who was erased"
    return f"{name}{_ROLES.get(record.state, '')}"


def _describe_escalation(record: RecordView, detail: TicketDetail, vocabulary: Vocabulary) -> str:
    values = record.values
    role = get_label(vocabulary.roles, record.who or None)
    addressee = f" ({role} is asked)" if role and role != values.get("label") else ""
    by = "the customer" if values.get("by_customer") else "a rule" if values.get("by_rule") else values.get("by", "")
    reason = f": {values['reason']}" if values.get("reason") else ""
    since = f"since {format_instant(record.at, vocabulary.timezone)} by {by}"
    return f"{values.get('label', '')}{addressee} {since}{reason}{_quote_texts(record, detail)}"


def _describe_item(record: RecordView, vocabulary: Vocabulary) -> str:
    values = record.values
    parts = [f"{record.key} {get_label(vocabulary.item_statuses, record.state)}{_format_release(values)}"]
    if values.get("route"):
        parts.append(get_label(vocabulary.routes, values["route"]))
    parts += [str(values[name]) for name in ("title", "system", "reference", "url") if values.get(name)]
    return " · ".join(parts)


def _format_release(values: dict[str, Any]) -> str:
    return f", release {values['release']}" if values.get("release") else ""


def _describe_checklist(record: RecordView, vocabulary: Vocabulary) -> str:
    items = record.values.get("items", ())
    done = sum(bool(item.get("done")) for item in items)
    outcome = record.values.get("outcome")
    ended = f", {get_label(vocabulary.outcomes.get(record.key, {}), outcome)}" if outcome else ""
    return f"{done} of {len(items)} done{ended}"


def get_tier_label(level: Any, vocabulary: Vocabulary) -> str:
    """Return the label of a level of support."""
    return vocabulary.tiers.get(str(level)) or f"tier {level}"


def _quote_texts(record: RecordView, detail: TicketDetail) -> str:
    """Quote the texts of a record, each behind a dash."""
    texts = [detail.texts.get(record.values[name], "") for name in ("body", "comment", "note") if name in record.values]
    return "".join(f" – “{text}”" for text in texts if text)


def _format_value(value: Any, kind: str, timezone: str) -> str:
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
