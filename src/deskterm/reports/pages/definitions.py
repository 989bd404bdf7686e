"""Definitions of reports: those that every desk has, and those of its procedure, by name (R-49, S1-46).

A report is a list of parts in order (`parts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from deskterm.errors import UsageError
from deskterm.procedure.compiled import CompiledProcedure

Origin = Literal["every desk", "procedure", "own file"]
"""Origin of a report: every desk has it, those with its procedure, or whoever has its file."""


class Definition(NamedTuple):
    """A report by name. parts: keys of its parts; metrics: of the clocks that it is about, all where it names none;
    when: conditions on tickets, as in a procedure; filter: in the filter language; by: dimensions of its figures;
    period: the one that it is of where none is given; origin: who has it."""

    key: str
    title: str
    parts: Sequence[str]
    sentence: str = ""
    metrics: Sequence[str] = ()
    when: Mapping[str, Any] = {}
    filter: str = ""
    by: Sequence[str] = ()
    period: str = "last-month"
    origin: Origin = "every desk"

    def format_filter(self) -> str:
        """Return the conditions in the filter language; empty for none."""
        words = []
        for name, wanted in self.when.items():
            values = wanted if isinstance(wanted, (tuple, list)) else (wanted,)
            words.append(f"{name}:{','.join(str(value) for value in values)}")
        return join_filters(self.filter, " ".join(words))


def join_filters(*filters: str) -> str:
    """Return what fulfils all of several filters; an `OR` of one of them does not reach into the others."""
    found = [one for one in filters if one]
    return " ".join(f"({one})" for one in found) if len(found) > 1 else "".join(found)


_SAME: Mapping[str, str] = {
    "first-contact-resolution": "quality",
    "reopened": "quality",
    "mean": "objectives",
    "exempt": "attainment",
    "open": "backlog",
    "breached": "overdue",
    "due-soon": "due",
    "stale": "waiting",
    "organisation": "client",
}
"""Names of figures and dimensions in procedures → the part that shows them, and our name of the dimension."""

_PERIODS = {
    "live": "today",
    "week": "last-week",
    "month": "last-month",
    "quarter": "last-quarter",
    "year": "last-year",
}
"""Periods for which the procedure asks a report → those that we call so."""

_MONTH = (
    "tiles", "days", "by-type", "by-severity", "by-client", "by-product", "by-channel", "by-team", "attainment",
    "budget", "objectives", "times", "time-in-status", "quality", "escalations", "by-tier", "age", "satisfaction",
    "thanks", "work", "recorded-late",
)  # fmt: skip

STANDING = (
    Definition("month", "Monthly report", _MONTH),
    Definition("time-in-status", "Time in status", ("time-in-status",)),
    Definition("agents", "Agents", ("tiles", "by-agent", "by-team"), "Each number stands beside how many it is of."),
    Definition("customer-trend", "Customer trend", ("trend", "trend-by-client"), "Twelve months of each client."),
    Definition(
        "sla-trend", "SLA trend", ("attainment-trend", "times-trend"), "Twelve months of clocks kept, and of times."
    ),
    Definition(
        "operations",
        "Operations",
        ("open-by-status", "open-by-team", "due", "overdue", "unassigned", "waiting", "age"),
        "What is open now, and what is due next.",
        period="today",
    ),
)
"""The reports that every desk has."""


def find_part(key: str) -> str:
    """Return the part that shows a figure of a procedure: `by-client` for `created-by-organisation`, `by-type` for
    `TYPE-raised`."""
    if key.startswith(("open-by-", "trend-by-")):
        return key
    if "by-" in key:
        dimension = key.rpartition("by-")[2]
        return f"by-{_SAME.get(dimension, dimension)}"
    return "by-type" if key.endswith("-raised") else _SAME.get(key, key)


def list_definitions(procedure: CompiledProcedure) -> dict[str, Definition]:
    """Return all reports of a desk by name; one of the procedure stands before ours of the same name. Where it is named
    as one of ours, or as that with more words behind a dash (`sla-trend-support`), it has the parts of ours first."""
    found = {one.key: one for one in STANDING}
    for report in procedure.definition.reports:
        ours = next((one for one in STANDING if f"{report.key}-".startswith(f"{one.key}-")), None)
        first = ours.parts if ours is not None else ("tiles",)
        found[report.key] = Definition(
            report.key,
            report.label,
            tuple(dict.fromkeys((*first, *map(find_part, report.shows)))),
            report.definition or (ours.sentence if ours is not None else ""),
            report.metrics,
            dict(report.when),
            period=_PERIODS[report.every],
            origin="procedure",
        )
    return found


def find_definition(
    procedure: CompiledProcedure, key: str, known: Mapping[str, Definition] | None = None
) -> Definition:
    """Return a report by its name. known: all that there are, those of the desk where they are left out. Raises
    UsageError, which names the nearest, where there is none."""
    definitions = list_definitions(procedure) if known is None else known
    if key not in definitions:
        near = get_close_matches(key, definitions, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(definitions)}."
        raise UsageError(f"There is no report {key!r}: {hint}")
    return definitions[key]
