"""The generated part of docs/reports.md: standing reports, members of a report's file, parts, dimensions, measures."""

from __future__ import annotations

from collections.abc import Iterable

from deskterm.reports.measures.dimensions import DIMENSIONS
from deskterm.reports.measures.table import MEASURES
from deskterm.reports.pages.definition_file import MEMBERS
from deskterm.reports.pages.definitions import STANDING
from deskterm.reports.pages.parts import PARTS, PREFIXES

_BEGIN, _END = "<!-- tables: begin -->", "<!-- tables: end -->"
_NEEDS = {"messages": " Needs messages.", "targets": " Needs clocks.", "survey": " Needs a survey.", "": ""}


def renew(text: str) -> str:
    """Return the manual of reports with its tables anew."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    named = ((f"`{key}`", kind.sentence) for key, kind in PARTS.items())
    prefixed = ((f"`{prefix}DIMENSION`", sentence) for prefix, (sentence, _) in PREFIXES.items())
    measured = ((f"`{one.key}`", f"{one.label}, in {one.unit}: {one.sentence}{_NEEDS[one.needs]}") for one in MEASURES)
    standing = ((f"`{one.key}`", ", ".join(f"`{part}`" for part in one.parts)) for one in STANDING)
    tables = [
        *_table("member of the file", ((f"`{key}`", sentence) for key, sentence in MEMBERS.items())),
        *("", "## Reports that every desk has", "", *_table("report", standing, "parts")),
        *("", "## Parts", "", *_table("part", (*named, *prefixed))),
        *("", f"Dimensions: {', '.join(f'`{name}`' for name in DIMENSIONS)}. What has no value in one is `(none)`."),
        "They are as of the instant of the report; the severity at opening is the one that a ticket was registered",
        "with; team, tier and agent of a resolution, and the status of what was open or in a status, are those that it",
        "had then.",
        *("", "## Measures", "", "The key of a measure is a part too, of all its figures.", ""),
        *_table("measure", measured, "what it counts"),
    ]
    return f"{before}{_BEGIN}\n\n" + "\n".join(tables) + f"\n\n{_END}{after}"


def _table(head: str, rows: Iterable[tuple[str, str]], meaning: str = "meaning") -> list[str]:
    return [f"| {head} | {meaning} |", "|---|---|", *(f"| {name} | {words} |" for name, words in rows)]
