"""Contacts: what customers answered when they were asked, and their thanks (R-27, R-29)."""

from __future__ import annotations

from collections.abc import Iterator

from deskterm.reports.lives.life import Life, RecordChange
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

_Rows = Iterator[tuple[Part, Row]]


def _collect_answers(life: Life, scope: Scope) -> _Rows:
    resolution = life.resolution
    hands = resolution.visit if resolution else None
    answered: dict[str, RecordChange] = {}
    for change in life.changes:
        if change.kind != "feedback" or change.after is None:
            continue
        if change.before is None and change.after.get("state") == "asked" and scope.has(change.at):
            yield ("asked",), Row(life, change.at, hands=hands)
        if change.event == "feedback":
            # An answer that is given again replaces the one before
            answered[change.key] = change
    for change in answered.values():
        if change.is_automatic or not scope.has(change.at):
            continue
        score = (change.after or {}).get("score")
        row = Row(life, change.at, score if isinstance(score, int) else None, hands=hands)
        yield ("answered",), row
        if isinstance(score, int):
            yield ("score",), row
            yield ("score", str(score)), row


def _collect_reviews(life: Life, scope: Scope) -> _Rows:
    states: dict[str, RecordChange] = {}
    for change in life.changes:
        if change.kind == "feedback" and change.at <= scope.end:
            states[change.key] = change
    for change in states.values():
        if change.after is not None and change.after.get("state") == "answered":
            yield (), Row(life, change.at)


def _collect_thanks(life: Life, scope: Scope) -> _Rows:
    arrivals = {str(mark.seq): mark.at for mark in life.messages}
    for record in life.records:
        at = arrivals.get(record.key, record.at)
        if record.kind == "thanks" and scope.has(at):
            yield (), Row(life, at)
            if record.state == "overruled":
                yield ("reopened",), Row(life, at)


MEASURES = (
    Measure(
        "satisfaction",
        "Satisfaction",
        "Surveys that were sent in the period, and answers that came in it, automatic ones left out; their scores.",
        _collect_answers,
        over="changes",
        unit="answers",
        statistic="numbers",
        parts=lambda scope: (
            ("asked",),
            ("answered",),
            ("score",),
            *(("score", str(score)) for score in range(1, scope.rules.procedure.definition.feedback.scale + 1)),
        ),
        counted=frozenset({"asked", "answered", *map(str, range(1, 11))}),
        needs="survey",
    ),
    Measure(
        "reviews-open",
        "Answers to review",
        "Answers that nobody had reviewed at the end of the period.",
        _collect_reviews,
        over="changes",
        unit="answers",
        needs="survey",
    ),
    Measure(
        "thanks",
        "Thanks",
        "Messages of mere thanks in the period that left their ticket closed, and those of them that a person took for "
        "more.",
        _collect_thanks,
        over="records",
        unit="events",
        parts=lambda scope: ((), ("reopened",)),
    ),
)
