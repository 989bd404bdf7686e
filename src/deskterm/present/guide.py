"""The guide to a procedure: what it says to the people who work by it, in words and by subject.

Every definition, example, criterion and address of the file is found here; what the desk itself enforces is only named.
Texts are sanitised, because a procedure file comes from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from deskterm.desk.workflow.ladder_levels import describe_criteria
from deskterm.present.sanitize import Safe, sanitize

if TYPE_CHECKING:
    from deskterm.procedure.schema import Choice, LadderLevel, Procedure, RequestType, Rota, Status

_CATEGORIES = {
    "new": "nobody has acted yet",
    "open": "ours to act",
    "waiting": "somebody else's turn",
    "solved": "answered, not final",
    "closed": "done",
}
"""Category of a status → its meaning in a few words."""


class GuideEntry(NamedTuple):
    """Something that the procedure names: its label, and what it says about it, a line each."""

    label: Safe
    lines: tuple[Safe, ...]


class GuideSection(NamedTuple):
    """The entries of one subject, such as the statuses."""

    title: str
    entries: tuple[GuideEntry, ...]


def build_guide(procedure: Procedure, words: str = "") -> list[GuideSection]:
    """Return the guide by subject, without subjects that the procedure says nothing about.

    words: keep only entries that have all of these words in their label, their lines or the title of their subject,
    whatever the case."""
    wanted = words.casefold().split()
    sections = []
    for title, entries in _build_sections(procedure):
        kept = tuple(
            entry
            for entry in entries
            if all(word in " ".join((title, entry.label, *entry.lines)).casefold() for word in wanted)
        )
        if kept:
            sections.append(GuideSection(title, kept))
    return sections


def _build_sections(procedure: Procedure) -> Iterator[tuple[str, list[GuideEntry]]]:
    yield "This procedure", list(_describe_procedure(procedure))
    yield "Types of request", [_entry(kind.label, *_describe_type(kind)) for kind in procedure.types]
    yield "Severity", _describe_choices(procedure.severities)
    yield "Priority", _describe_choices(procedure.priority.scale)
    yield "Impact", _describe_choices(procedure.priority.impacts)
    yield "Urgency", _describe_choices(procedure.priority.urgencies)
    yield "Reasons to lift a ticket out of its order", _describe_choices(procedure.priority.overrides)
    yield "Stages", [_entry(stage.label, stage.definition) for stage in procedure.stages]
    yield "Statuses", [_entry(status.label, *_describe_status(procedure, status)) for status in procedure.statuses]
    yield "What is asked at intake", [_entry(field.label, field.help) for field in procedure.fields]
    yield "Products", _describe_choices(procedure.products)
    yield "Topics", _describe_choices(procedure.topics)
    yield "Service levels", [_entry(metric.label, metric.definition) for metric in procedure.metrics]
    yield "Reasons to exempt a ticket", _describe_choices(procedure.sla.exempt_reasons)
    yield "Hours", list(_describe_hours(procedure))
    yield (
        "On call",
        [_entry(rota.label, rota.definition, _describe_rota(procedure, rota)) for rota in procedure.rotas],
    )
    yield "Departments", [_entry(part.label, part.definition) for part in procedure.departments]
    yield "Teams", [_entry(part.label, part.definition) for part in procedure.teams]
    yield (
        "Levels of support",
        [
            _entry(
                tier.label,
                tier.definition,
                "its agents may come to the premises" if tier.field_visits else "",
                "its agents need a certificate" if tier.certified else "",
            )
            for tier in procedure.tiers
        ],
    )
    yield "Roles", [_entry(role.label, role.definition, _join("may", role.may)) for role in procedure.roles]
    yield (
        "Escalation",
        [
            _entry(ladder.label, ladder.definition, *_describe_levels(procedure, ladder.levels))
            for ladder in procedure.ladders
        ],
    )
    yield (
        "Checklists",
        [
            _entry(
                part.label,
                part.definition,
                *(f"{place}. {item.text}" for place, item in enumerate(part.items, 1)),
                _join("ends in", [outcome.label for outcome in part.outcomes]),
            )
            for part in procedure.checklists
        ],
    )
    yield (
        f"{procedure.development.label}: statuses",
        [_entry(part.label, part.definition) for part in procedure.development.statuses],
    )
    yield (
        f"{procedure.development.label}: routes",
        [
            _entry(
                route.label,
                route.definition,
                *(f"{place}. {step}" for place, step in enumerate(route.steps, 1)),
                route.decision,
            )
            for route in procedure.development.routes
        ],
    )
    yield "Sprints and releases", [_entry(part.label, part.rule) for part in procedure.cadences]
    yield "Resolutions", _describe_choices(procedure.closing.resolutions)
    yield "Reasons to close without one", _describe_choices(procedure.closing.reasons)
    yield "What a resolution letter says", [_entry(part.label, part.definition) for part in procedure.letter_checks]
    yield "Letters", [_entry(part.label, part.subject) for part in procedure.templates]
    yield "What happens by itself", [_entry(rule.label, rule.definition) for rule in procedure.rules]
    yield "Words", _describe_choices(procedure.glossary)
    yield "Addresses", [_entry(key, address) for key, address in procedure.links.items()]


def _describe_procedure(procedure: Procedure) -> Iterator[GuideEntry]:
    about = procedure.about
    yield _entry(about.name, about.description, *about.intake.splitlines())
    for label, text in (
        ("Follows", about.source),
        ("Approved by", about.approved_by),
        ("Holds from", about.effective_from and str(about.effective_from)),
        ("Looked at again by", about.next_review and str(about.next_review)),
    ):
        if text:
            yield _entry(label, text)


def _describe_type(kind: RequestType) -> Iterator[str]:
    yield kind.definition
    yield _join("for example", kind.examples, "; ")
    yield f"raised by: {kind.raised_by}" if kind.raised_by else ""
    yield "only for organisations that are clients" if kind.clients_only else ""
    yield f"taken on by: {kind.responsible}" if kind.responsible else ""
    if kind.has_severity:
        setter = "the requester, and an agent confirms it" if kind.severity_by == "requester" else "an agent"
        yield f"severity is set by {setter}"


def _describe_status(procedure: Procedure, status: Status) -> Iterator[str]:
    stage = next((part.label for part in procedure.stages if part.key == status.stage), "")
    metrics = {part.key: part.label for part in procedure.metrics}
    statuses = {part.key: part.label for part in procedure.statuses}
    yield status.definition
    yield " · ".join(part for part in (_CATEGORIES[status.category], stage) if part)
    yield _join("SLA paused", [metrics[key] for key in status.pauses])
    yield _join("then", [statuses[key] for key in status.to])


def _describe_levels(procedure: Procedure, levels: Iterable[LadderLevel]) -> Iterator[str]:
    for place, level in enumerate(levels, 1):
        details = describe_criteria(procedure, level)
        yield f"{place}. {level.label}{f': {details}' if details else ''}"


def _describe_hours(procedure: Procedure) -> Iterator[GuideEntry]:
    for key, part in procedure.calendars.items():
        week = ", ".join(f"{day} {' '.join(spans)}" for day, spans in part.week.items() if spans)
        yield _entry(part.label or key, f"{week} ({part.timezone})")
    for shift in procedure.shifts:
        team = next((part.label for part in procedure.teams if part.key == shift.team), shift.team)
        week = ", ".join(f"{day} {' '.join(spans)}" for day, spans in shift.week.items() if spans)
        yield _entry(shift.label, f"{team}: {week} ({shift.timezone})")


def _describe_rota(procedure: Procedure, rota: Rota) -> str:
    role = next(part.label for part in procedure.roles if part.key == rota.role)
    return f"{role} in turns of {rota.days} days from {rota.first}, {rota.at} ({rota.timezone})"


def _describe_choices(choices: Iterable[Choice]) -> list[GuideEntry]:
    return [
        _entry(
            part.label,
            part.definition,
            f"for example: {part.example}" if part.example else "",
        )
        for part in choices
    ]


def _join(word: str, parts: Iterable[str], separator: str = ", ") -> str:
    """Return a word and a list after it; empty for an empty list."""
    listed = separator.join(parts)
    return f"{word}: {listed}" if listed else ""


def _entry(label: str, *lines: str) -> GuideEntry:
    safe = (sanitize(" ".join(line.split())) for line in lines)
    return GuideEntry(sanitize(" ".join(label.split())), tuple(line for line in safe if line))
