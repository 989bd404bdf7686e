"""Quality of resolutions: by the first team, in the first contact, without hand-offs (R-24, R-25, R-30)."""

from __future__ import annotations

from collections.abc import Iterator

from deskterm.reports.lives.life import Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

_Rows = Iterator[tuple[Part, Row]]


def _collect_first_team(life: Life, scope: Scope) -> _Rows:
    resolution, first = life.resolution, life.first_resolution
    if resolution is None or first is None or not scope.has(resolution.visit.since):
        return
    if first.visit.teams <= 1 and not any(entry.kind == "reopened" for entry in life.entries):
        yield (), Row(life, resolution.visit.since, hands=resolution.visit)


def _collect_first_contact(life: Life, scope: Scope) -> _Rows:
    first = life.first_resolution
    # Messages of the registration only are no conversation that could be judged
    if first is None or not scope.has(first.visit.since):
        return
    row = Row(life, first.visit.since, hands=first.visit)
    over = first.visit.since + scope.rules.first_contact_within
    if over > scope.as_of:
        yield ("too-early",), row
        return
    yield ("judged",), row
    said = [mark for mark in life.messages if mark.is_public and not mark.is_automatic and mark.seq > 1]
    answers = [mark for mark in said if mark.author == "agent" and mark.at <= over]
    if len(answers) != 1:
        return
    if any(mark.author == "requester" and not mark.is_thanks and answers[0].at < mark.at <= over for mark in said):
        return
    if not any(entry.kind == "reopened" and entry.visit.since <= over for entry in life.entries):
        yield (), row


def _collect_hand_offs(life: Life, scope: Scope) -> _Rows:
    resolution = life.resolution
    if resolution is None or not scope.has(resolution.visit.since):
        return
    row = Row(life, resolution.visit.since, resolution.visit.hand_offs, hands=resolution.visit)
    yield (), row
    if not resolution.visit.hand_offs:
        yield ("none",), row


MEASURES = (
    Measure(
        "first-team",
        "Resolved by the first team",
        "Of the tickets resolved in the period those that had at most one team before their first resolution and were "
        "never reopened.",
        _collect_first_team,
        over="entries",
    ),
    Measure(
        "first-contact",
        "Resolved in the first contact",
        "Of the tickets first resolved in the period whose time of grace is over (`first_contact_within` under "
        "[figures] of the procedure, else 7 days), those with exactly one reply of an agent, and within it no later "
        "message of the customer and no reopening; apart those of which it is too early to say.",
        _collect_first_contact,
        over="entries",
        parts=lambda scope: ((), ("judged",), ("too-early",)),
        needs="messages",
    ),
    Measure(
        "hand-offs",
        "Hand-offs",
        "Changes of team or agent before the standing resolution, of the tickets resolved in the period; and the "
        "tickets that had none.",
        _collect_hand_offs,
        over="entries",
        statistic="numbers",
        parts=lambda scope: ((), ("none",)),
        counted=frozenset({"none"}),
    ),
)
