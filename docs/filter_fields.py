"""The generated part of docs/filters.md: the fields of the filter language and the values of `is:` and `has:`."""

from __future__ import annotations

from collections.abc import Iterable

from deskterm.present.filters.fields import FIELDS, HAS_VALUES, IS_VALUES

_BEGIN, _END = "<!-- fields: begin -->", "<!-- fields: end -->"


def renew(text: str) -> str:
    """Return the manual of filters with its tables anew."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    fields = (
        (", ".join(f"`{name}:`" for name in (field.name, *field.aliases)), field.help)
        for field in FIELDS
        if field.kind not in ("is", "has")
    )
    tables = [
        *("## Fields", "", *_table("field", fields)),
        *("", "## `is:`", "", *_table("value", ((f"`{name}`", meaning) for name, (_, meaning) in IS_VALUES.items()))),
        *("", "## `has:`", "", *_table("value", ((f"`{name}`", meaning) for name, (_, meaning) in HAS_VALUES.items()))),
        *("", "Every field is a value of `has:` too, as in `has:assignee` or, of the procedure, `has:room`."),
    ]
    return f"{before}{_BEGIN}\n\n" + "\n".join(tables) + f"\n\n{_END}{after}"


def _table(head: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"| {head} | meaning |", "|---|---|", *(f"| {name} | {meaning} |" for name, meaning in rows)]
