"""Labels and calendars of a procedure, read from its stored document without Pydantic, which would take longer to
import than the first rows take to read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from deskterm.present.form_fields import FormField, list_form_fields
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.time_bases import TimeBase, find_base, mixes_bases
from deskterm.sla.calendar import Calendar
from deskterm.sla.opening_hours import DAY
from deskterm.store.db.reader import fold


class Vocabulary:
    """Labels, definitions and calendars by key. A key that the procedure does not have stands for itself, so that
    tickets of an older version can be shown. document: a procedure as JSON; empty for none. timezone: the desk's; that
    of the first calendar where left out."""

    def __init__(self, document: str = "", version: int = 0, timezone: str = "") -> None:
        content = _parse(document)
        priority = content.get("priority") or {}
        closing = content.get("closing") or {}
        development = content.get("development") or {}
        self.version = version
        self.types = _choices({**part, "definition": _describe_type(part)} for part in content.get("types", ()))
        self.severities = _choices(content.get("severities", ()))
        self.urgent = tuple(part["key"] for part in content.get("severities", ()) if part.get("urgent"))
        """The keys of the severities that the procedure marks as urgent."""
        self.priorities = _choices(priority.get("scale", ()))
        self.urgent_priorities = tuple(part["key"] for part in priority.get("scale", ()) if part.get("urgent"))
        self.impacts = _choices(priority.get("impacts", ()))
        self.urgencies = _choices(priority.get("urgencies", ()))
        self.statuses = _choices(content.get("statuses", ()))
        self.stages = _choices(content.get("stages", ()))
        self._stage_of = {part["key"]: part.get("stage") for part in content.get("statuses", ())}
        self.metrics = _choices(content.get("metrics", ()))
        self.policies = _choices(content.get("policies", ()))
        self.teams = _choices(content.get("teams", ()))
        self.departments = _choices(content.get("departments", ()))
        self.products = _choices(content.get("products", ()))
        self.topics = _choices(content.get("topics", ()))
        self.fields = _choices(content.get("fields", ()))
        self.field_kinds: dict[str, str] = {part["key"]: part.get("kind", "text") for part in content.get("fields", ())}
        self.item_statuses = _choices(development.get("statuses", ()))
        self.routes = _choices(development.get("routes", ()))
        self.item_label = sanitize(development.get("label") or "Development item")
        self.rules = _choices(content.get("rules", ()))
        self.roles = _choices(content.get("roles", ()))
        self.checklists = _choices(content.get("checklists", ()))
        self.outcomes = {part["key"]: _choices(part.get("outcomes", ())) for part in content.get("checklists", ())}
        self.exempt_reasons = _choices((content.get("sla") or {}).get("exempt_reasons", ()))
        self.closing_codes = _choices((*closing.get("resolutions", ()), *closing.get("reasons", ())))
        self.quote_states = _choices((content.get("money") or {}).get("quote_states", ()))
        self.tiers = {str(tier["level"]): sanitize(tier["label"]) for tier in content.get("tiers", ())}
        self.channels = tuple(sanitize(channel) for channel in content.get("channels", ()))
        self.intake = sanitize((content.get("about") or {}).get("intake", ""), multiline=True)
        self.default_type: str | None = (content.get("about") or {}).get("default_type")
        self._without_severity = {
            kind["key"] for kind in content.get("types", ()) if not kind.get("has_severity", True)
        }
        self.default_severity: dict[str, str] = {
            kind["key"]: kind["default_severity"] for kind in content.get("types", ()) if kind.get("default_severity")
        }
        """Type → the severity of a request whose severity nobody has judged."""
        self._form_fields = {kind: list_form_fields(content, kind) for kind in self.types}
        self._duplicate_scope: str = (content.get("duplicates") or {}).get("suggest", "organisation")
        self._calendars: Mapping[str, Any] = content.get("calendars", {})
        first: Mapping[str, Any] = next(iter(self._calendars.values()), {})
        self.timezone: str = timezone or first.get("timezone") or "UTC"
        self._policies = content.get("policies", ())
        self.views: Sequence[Mapping[str, Any]] = content.get("views", ())
        """The procedure's views of the queue, as its document has them."""
        self.copies_answers = _copies_answers(content)
        """True where those on CC get an answer by mail as the requester does (M-46)."""
        self._built_calendars: dict[str, Calendar | None] = {}

    def choices(self, part: str) -> Mapping[str, Choice]:
        """Return the choices that a declared field of a ticket names (`procedure.ticket_fields`): `products` …"""
        found: Mapping[str, Choice] = getattr(self, part)
        return found

    def has_severity(self, kind: str) -> bool:
        """Return whether requests of a type have a severity at all."""
        return kind not in self._without_severity

    def get_stage(self, status: str) -> Choice | None:
        """Return the stage that a status belongs to (S4-10)."""
        return self.stages.get(self._stage_of.get(status) or "")

    def form_fields(self, kind: str) -> tuple[FormField, ...]:
        """Return the fields of a type of request beside those that every form has."""
        return self._form_fields.get(kind, ())

    @property
    def duplicate_scope(self) -> str:
        """The tickets that are searched for similar ones when a new one is opened: `organisation`, `all` or `never`."""
        return self._duplicate_scope

    def get_calendar(self, key: str) -> Calendar | None:
        """Return a calendar; None for one that the document does not describe."""
        if key not in self._built_calendars:
            part = self._calendars.get(key)
            self._built_calendars[key] = _build_calendar(part) if part else None
        return self._built_calendars[key]

    @cached_property
    def mixes_bases(self) -> bool:
        """True when some targets are counted in working time and others in calendar time (C-10)."""
        return mixes_bases(self._policies, self._calendars)

    @cached_property
    def scales(self) -> Mapping[str, tuple[str, ...]]:
        """Column of a ticket → the procedure's keys in the order that lists sort them by (C-10): scales and statuses in
        the procedure's order, everything else by label."""
        by_label = {"type": self.types, "department": self.departments, "next_metric": self.metrics}
        return {
            **{"severity": tuple(self.severities), "priority": tuple(self.priorities), "status": tuple(self.statuses)},
            **{name: tuple(sorted(found, key=lambda key: fold(found[key].label))) for name, found in by_label.items()},
        }

    def find_base(self, target: str, calendar: str) -> TimeBase:
        """Return the time base of a target; empty when all targets of the desk have the same. calendar: its key."""
        return find_base(target, calendar, self._calendars, DAY) if self.mixes_bases else ""

    def importance(self, severity: str | None, priority: str | None) -> Safe:
        """Return the short label of a ticket's severity, or of its priority where it has no severity."""
        if severity is not None:
            return get_short_label(self.severities, severity)
        return get_short_label(self.priorities, priority)


def get_label(choices: Mapping[str, Choice], key: str | None) -> Safe:
    """Return the label of a key; the key itself where it is not among the choices, empty for None."""
    if key is None:
        return Safe("")
    found = choices.get(key)
    return found.label if found else sanitize(key)


def get_short_label(choices: Mapping[str, Choice], key: str | None) -> Safe:
    """Return the short label of a key, or its label where it has none; as `get_label` for other keys and None."""
    if key is None:
        return Safe("")
    found = choices.get(key)
    return (found.short or found.label) if found else sanitize(key)


def _parse(document: str) -> dict[str, Any]:
    if not document:
        return {}
    content: dict[str, Any] = json.loads(document)
    return content


def _copies_answers(content: Mapping[str, Any]) -> bool:
    notices = [set(part.get("to", ())) for part in content.get("notices", ()) if part.get("on") == "replied"]
    by_default = (content.get("letters") or {}).get("replies") != "none" and not any(
        "requester" in to for to in notices
    )
    return by_default or any("participants" in to for to in notices)


def _describe_type(part: Mapping[str, Any]) -> str:
    """Return the meaning of a type of request with its cases, and who raises it and takes it on."""
    examples = "; ".join(part.get("examples") or ())
    people = [
        f"{words} {part[key]}"
        for key, words in (("raised_by", "raised by"), ("responsible", "taken on by"))
        if part.get(key)
    ]
    return " ".join(
        text
        for text in (
            part.get("definition") or "",
            f"For example: {examples}." if examples else "",
            f"It is {' and '.join(people)}." if people else "",
        )
        if text
    )


def _describe(part: Mapping[str, Any]) -> str:
    """Return the meaning of a choice, with the case that the procedure gives for it."""
    example = part.get("example") or ""
    return " ".join(filter(None, (part.get("definition") or "", f"For example: {example}" if example else "")))


def _choices(parts: Iterable[Mapping[str, Any]]) -> dict[str, Choice]:
    return {
        part["key"]: Choice(
            part["key"],
            sanitize(part.get("label", part["key"])),
            sanitize(" ".join(_describe(part).split())),
            sanitize(part.get("short") or ""),
        )
        for part in parts
    }


def _build_calendar(part: Mapping[str, Any]) -> Calendar | None:
    def parse_spans(texts: Iterable[str]) -> list[tuple[str, str]]:
        return [(opens, closes) for opens, _, closes in (text.partition("-") for text in texts)]

    try:
        return Calendar(
            part["timezone"],
            {day: parse_spans(texts) for day, texts in part["week"].items()},
            {day["date"]: day.get("name", "holiday") for day in part.get("holidays", ())},
            {day: parse_spans(texts) for day, texts in part.get("exceptions", {}).items()},
        )
    except (ValueError, KeyError):
        # written by another version of deskterm: due times still hold, and the time left is counted in wall time
        return None
