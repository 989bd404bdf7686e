"""The table of all measures, and the shares that are made of them."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.reports.measures import backlog, contacts, due, flow, objectives, promises, quality, statuses, times, work
from deskterm.reports.measures.measure import Measure, Scope, Share

MEASURES: tuple[Measure, ...] = (
    *flow.MEASURES,
    *backlog.MEASURES,
    *times.MEASURES,
    *statuses.MEASURES,
    *promises.MEASURES,
    *due.MEASURES,
    *objectives.MEASURES,
    *quality.MEASURES,
    *contacts.MEASURES,
    *work.MEASURES,
)
"""In the order in which figures are listed."""

BY_KEY = {measure.key: measure for measure in MEASURES}


def list_shares(scope: Scope) -> Sequence[Share]:
    """Return the shares of a desk, in the order in which they are listed."""
    attainment = BY_KEY["attainment"]
    kept = [
        Share(
            f"kept/{metric.key}",
            f"Kept: {metric.label}",
            f"Met, of the cycles of this clock that were decided. {attainment.sentence}",
            f"attainment/{metric.key}/met",
            (f"attainment/{metric.key}/met", f"attainment/{metric.key}/late"),
        )
        for metric in scope.rules.metrics
    ]
    return (
        *kept,
        Share(
            "share/reopened",
            "Reopened",
            "Tickets that were reopened within the time that the procedure says, of those first resolved in the "
            "period.",
            "first-resolved/reopened",
            ("first-resolved",),
        ),
        Share(
            "share/first-team", "Resolved by the first team", BY_KEY["first-team"].sentence, "first-team", ("resolved",)
        ),
        Share(
            "share/first-contact",
            "Resolved in the first contact",
            BY_KEY["first-contact"].sentence,
            "first-contact",
            ("first-contact/judged",),
        ),
        Share(
            "share/without-hand-off",
            "Without a hand-off",
            "Tickets resolved in the period that changed neither team nor agent before.",
            "hand-offs/none",
            ("resolved",),
        ),
    )
