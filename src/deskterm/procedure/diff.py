"""Differences between two procedures, in lines for a person who is about to replace one by the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher

from deskterm.procedure.schema import NamedDay, Part, Procedure
from deskterm.procedure.stored_document import to_model

_LONG_TEXT = 60
"""Characters above which a text is shown by the words that changed."""
_WORDS_BESIDE = 4
"""Words that are shown on both sides of a change."""


def diff_procedures(old: Procedure, new: Procedure) -> list[str]:
    """Return the additions, removals and changes, a line each, by table and key; empty when both say the same."""
    # Tables of a stored procedure have no equality, models have
    return list(_diff_tables("", to_model(old), to_model(new)))


def _diff_tables(where: str, old: Part, new: Part) -> Iterator[str]:
    for name in type(old).model_fields:
        yield from _diff_values(f"{where}, {name}" if where else name, getattr(old, name), getattr(new, name))


def _diff_values(where: str, old: object, new: object) -> Iterator[str]:
    # Mappings with the same entries are equal in any order
    if old == new and not _is_reordered(old, new):
        return
    match old, new:
        case Part(), Part():
            yield from _diff_tables(where, old, new)
        case Mapping(), Mapping():
            yield from _diff_entries(where, old, new)
            if _is_reordered(old, new):
                yield f"{where}: the order is now {', '.join(new)}"
        case tuple(), tuple() if any(isinstance(item, NamedDay) for item in (*old, *new)):
            # Before other tables: a year's holidays would be a line each
            yield from _diff_days(where, old, new)
        case tuple(), tuple() if any(isinstance(item, Part) for item in (*old, *new)):
            before, after = _name_entries(old), _name_entries(new)
            yield from _diff_entries(where, before, after)
            kept = [name for name in before if name in after]
            if kept != [name for name in after if name in before]:
                yield f"{where}: the order is now {', '.join(map(str, after))}"
        case tuple(), tuple():
            yield from _diff_lists(where, old, new)
        case str(), str() if max(len(old), len(new)) > _LONG_TEXT:
            yield f"{where}: {format_text_change(old, new)}"
        case _:
            yield f"{where}: {_format_value(old)} → {_format_value(new)}"


def _is_reordered(old: object, new: object) -> bool:
    """Return True if the tables of a mapping are in another order. It counts: the first calendar is the one in which
    instants are shown."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return False
    tables = any(isinstance(value, Part) for value in new.values())
    return tables and [key for key in old if key in new] != [key for key in new if key in old]


def _diff_entries(where: str, old: Mapping[object, object], new: Mapping[object, object]) -> Iterator[str]:
    for name in old:
        if name not in new:
            yield f'{where} "{name}": removed'
    for name, value in new.items():
        if name not in old:
            yield f'{where} "{name}": added{_format_summary(value)}'
        else:
            yield from _diff_values(f'{where} "{name}"', old[name], value)


def _name_entries(items: Sequence[object]) -> dict[object, object]:
    """Return entries by the name that a person knows them by; the same name twice is numbered."""
    named: dict[object, object] = {}
    for item in items:
        name = next((str(value) for field in _NAMES if (value := getattr(item, field, None)) is not None), "entry")
        twins = sum(1 for other in named if other == name or str(other).startswith(f"{name} #"))
        named[f"{name} #{twins + 1}" if twins else name] = item
    return named


_NAMES = ("key", "level", "label", "text", "on")
"""Fields that an entry may be known by, the best first."""


def _diff_days(where: str, old: Sequence[NamedDay], new: Sequence[NamedDay]) -> Iterator[str]:
    before, after = {day.date: day.name for day in old}, {day.date: day.name for day in new}
    for what, days in (
        ("removed", [day for day in before if day not in after]),
        ("added", [day for day in after if day not in before]),
        ("renamed", [day for day in after if day in before and before[day] != after[day]]),
    ):
        if days:
            yield f"{where}: {_format_days(sorted(days), before | after)} {what}"


def _format_days(days: Sequence[date], names: Mapping[date, str]) -> str:
    if len(days) <= 3:
        return ", ".join(f"{day} ({names[day]})" for day in days)
    return f"{len(days)} days from {days[0]} to {days[-1]}"


def _diff_lists(where: str, old: Sequence[object], new: Sequence[object]) -> Iterator[str]:
    added = [item for item in new if item not in old]
    removed = [item for item in old if item not in new]
    if not added and not removed:
        yield f"{where}: the order is now {', '.join(map(str, new))}"
        return
    # A list of one or two is clearer as a whole
    if len(old) < 3 and len(new) < 3:
        yield f"{where}: {_format_value(old)} → {_format_value(new)}"
        return
    changes = [f"+{item}" for item in added] + [f"−{item}" for item in removed]
    yield f"{where}: {', '.join(changes)}"


def format_text_change(old: str, new: str) -> str:
    """Format a change of a long text: the words that differ, with a few beside them, so that no part of the change is
    cut off (D-30)."""
    before, after = old.split(), new.split()
    if before == after:
        return "only its spaces and line breaks changed"
    shown: list[str] = []
    # autojunk would take the frequent words of a long text for noise
    for part in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_WORDS_BESIDE):
        found: list[str] = ["…"] if part[0][1] > 0 else []
        for kind, first, last, new_first, new_last in part:
            if kind == "equal":
                found += before[first:last]
                continue
            found.append(f"[{' '.join(before[first:last])} → {' '.join(after[new_first:new_last])}]")
        shown.append(" ".join(found))
    ending = "" if part[-1][2] == len(before) else " …"
    return f'"{" ".join(shown)}{ending}"'


def _format_summary(value: object) -> str:
    if isinstance(value, Part):
        label = getattr(value, "label", None)
        return f" ({label})" if label else ""
    return f" ({_format_value(value)})" if isinstance(value, str | tuple) else ""


def _format_value(value: object) -> str:
    match value:
        case None | "":
            return "nothing"
        case True | False:
            return "yes" if value else "no"
        case str():
            return f'"{" ".join(value.split())}"'
        case tuple():
            return ", ".join(map(str, value)) or "nothing"
        case Part():
            return "a table"
    return str(value)
