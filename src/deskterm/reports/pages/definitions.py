"""Definitions of reports: those that every desk has, and those of its procedure, by name (R-49, S1-46).

A report is a list of parts in order. `PARTS` names all that there are; `by-DIMENSION` breaks flow down, and the key of
any measure shows its figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from deskterm.errors import UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.measures.dimensions import DIMENSIONS
from deskterm.reports.measures.table import BY_KEY
from deskterm.reports.pages import flow_parts, promise_parts, quality_parts, time_parts
from deskterm.reports.pages.page import Part
from deskterm.reports.pages.review import Review

BuildPart = Callable[[Review], Iterator[Part]]

PARTS: Mapping[str, BuildPart] = {
    "tiles": flow_parts.build_tiles,
    "days": flow_parts.build_days,
    "attainment": promise_parts.build_attainment,
    "budget": promise_parts.build_budgets,
    "objectives": promise_parts.build_objectives,
    "times": time_parts.build_times,
    "time-in-status": time_parts.build_time_in_status,
    "age": time_parts.build_age,
    "quality": quality_parts.build_quality,
    "recorded-late": quality_parts.build_late_records,
}

_MONTH = (
    "tiles", "days", "by-type", "by-severity", "by-client", "by-product", "by-channel", "by-team", "attainment",
    "budget", "objectives", "times", "time-in-status", "quality", "age", "recorded-late",
)  # fmt: skip


class Definition(NamedTuple):
    """A report by name. parts: keys of its parts; metrics: of the clocks that it is about, all where it names none;
    when: conditions on tickets, as in a procedure."""

    key: str
    title: str
    parts: Sequence[str]
    sentence: str = ""
    metrics: Sequence[str] = ()
    when: Mapping[str, Any] = {}

    def format_filter(self) -> str:
        """Return the conditions in the filter language; empty for none."""
        words = []
        for name, wanted in self.when.items():
            values = wanted if isinstance(wanted, (tuple, list)) else (wanted,)
            words.append(f"{name}:{','.join(str(value) for value in values)}")
        return " ".join(words)


_SAME: Mapping[str, str] = {
    "first-contact-resolution": "quality",
    "reopened": "quality",
    "mean": "objectives",
    "exempt": "attainment",
    "open": "backlog",
    "due-soon": "due",
    "organisation": "client",
}
"""Names of figures and dimensions in procedures → the part that shows them, and our name of the dimension."""


def find_part(key: str) -> str:
    """Return the part that shows a figure of a procedure: `by-client` for `created-by-organisation`, `by-type` for
    `TYPE-raised`."""
    if "by-" in key:
        dimension = key.rpartition("by-")[2]
        return f"by-{_SAME.get(dimension, dimension)}"
    return "by-type" if key.endswith("-raised") else _SAME.get(key, key)


_OWN = (
    Definition("month", "Monthly report", _MONTH),
    Definition("time-in-status", "Time in status", ("time-in-status",)),
    Definition("agents", "Agents", ("tiles", "by-agent", "by-team"), "Each number stands beside how many it is of."),
)
"""The reports that every desk has."""


def list_definitions(procedure: CompiledProcedure) -> dict[str, Definition]:
    """Return all reports of a desk by name; one of the procedure stands before ours of the same name."""
    found = {one.key: one for one in _OWN}
    for report in procedure.definition.reports:
        parts = tuple(dict.fromkeys(("tiles", *map(find_part, report.shows))))
        found[report.key] = Definition(
            report.key, report.label, parts, report.definition, report.metrics, dict(report.when)
        )
    return found


def find_definition(procedure: CompiledProcedure, key: str) -> Definition:
    """Return a report by its name. Raises UsageError, which names the nearest, where there is none."""
    definitions = list_definitions(procedure)
    if key not in definitions:
        near = get_close_matches(key, definitions, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(definitions)}."
        raise UsageError(f"There is no report {key!r}: {hint}")
    return definitions[key]


def build_parts(definition: Definition, review: Review) -> Iterator[Part]:
    """Yield the parts of a report, each once. A key that names nothing that is counted is left out: `check_parts` has
    said so before."""
    for key in definition.parts:
        if key in PARTS:
            yield from PARTS[key](review)
        elif key.startswith("by-") and key[3:] in DIMENSIONS:
            yield from flow_parts.build_breakdown(review, key[3:])
        elif key in BY_KEY:
            yield from quality_parts.build_measure(review, BY_KEY[key])


def find_unknown_parts(parts: Sequence[str]) -> list[str]:
    """Return the keys of parts that there are not."""
    return [
        key for key in parts if not (key in PARTS or key in BY_KEY or (key.startswith("by-") and key[3:] in DIMENSIONS))
    ]
