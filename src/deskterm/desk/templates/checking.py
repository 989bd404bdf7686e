"""Checks of templates and macros against a procedure: every key and placeholder that they name must exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from deskterm.desk.domain.instant_text import parse_instant
from deskterm.desk.templates.definitions import ME, NOBODY, Entry, Macro, ReplyTemplate
from deskterm.desk.templates.placeholders import CURSOR, FIELD, LINK, PLACEHOLDERS, list_names
from deskterm.errors import UsageError
from deskterm.procedure.checking.problems import Problem, suggest
from deskterm.procedure.checking.references import ENTRY_NAMES, collect_keys, walk_references
from deskterm.procedure.schema import Procedure
from deskterm.procedure.ticket_fields import SUPPLIED_FIELDS

MOST_ENTRIES = 2_000
"""Most templates and macros of a desk, and of an agent: in a longer list nobody would find anything."""


def find_problems_of(
    entry: Entry, procedure: Procedure, logins: Iterable[str] | None, templates: Iterable[str]
) -> Iterator[Problem]:
    """Yield what is wrong with a template or macro, with its place in it. logins: of agents who may get tickets, None
    where they are not known; templates: keys that a macro may name."""
    known = collect_keys(procedure)
    name = f'{"macro" if isinstance(entry, Macro) else "template"} "{entry.key}"'
    if not procedure.teams:  # a procedure without teams has departments for them
        known["teams"] = known["departments"]
    for path, value, table in walk_references(type(entry), entry, ()):
        if str(value) not in known[table]:
            sentence = f'there is no {ENTRY_NAMES[table]} "{value}"{suggest(str(value), known[table])}'
            yield Problem(path, f"{name}: {sentence}")
    fields = [field.key for field in procedure.fields]
    for key, text in _list_texts(entry):
        for sentence in find_placeholder_problems(text, fields, procedure.links):
            yield Problem((key,), f"{name}: {sentence}")
    if isinstance(entry, Macro):
        yield from _check_macro(entry, procedure, name, logins, list(templates))


def find_placeholder_problems(text: str, fields: Iterable[str], links: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with the placeholders of a template, a sentence each. fields, links: keys that `{field:KEY}`
    and `{link:KEY}` may name."""
    known = [*PLACEHOLDERS, CURSOR, *(f"{FIELD}{key}" for key in fields), *(f"{LINK}{key}" for key in links)]
    names = list_names(text)
    for name in dict.fromkeys(names):
        if name not in known:
            near = suggest(name.lower(), known)
            hint = near if near.endswith("?") else f"; known are {', '.join(f'{{{one}}}' for one in PLACEHOLDERS)}."
            yield f"{{{name}}} is no placeholder{hint} For braces as they are write {{{{{name}}}}}."
    if names.count(CURSOR) > 1:
        yield f"{{{CURSOR}}} is there {names.count(CURSOR)} times: the cursor can stand in one place."


def _list_texts(entry: Entry) -> Sequence[tuple[str, str]]:
    if isinstance(entry, ReplyTemplate):
        return [("body", entry.body)]
    if isinstance(entry, Macro):
        return [(key, getattr(entry, key)) for key in ("note", "reply", "handover")]
    return []


def _check_macro(
    macro: Macro, procedure: Procedure, name: str, logins: Iterable[str] | None, templates: list[str]
) -> Iterator[Problem]:
    if macro.template is not None and macro.template not in templates:
        yield Problem(
            ("template",), f'{name}: there is no template "{macro.template}"{suggest(macro.template, templates)}'
        )
    if macro.assign and logins is not None and macro.assign not in (known := [ME, NOBODY, *logins]):
        yield Problem(("assign",), f'{name}: there is no agent "{macro.assign}"{suggest(macro.assign, known)}')
    ways = {status.key: status.to for status in procedure.statuses}
    for place, (here, there) in enumerate(pairwise(macro.status), 1):
        if here in ways and there in ways and there not in ways[here]:
            sentence = f'no way leads from "{here}" to "{there}"{suggest(there, ways[here])}'
            yield Problem(("status", place), f"{name}: {sentence}")
    fields = [*(field.key for field in procedure.fields), *(field.name for field in SUPPLIED_FIELDS)]
    for key in macro.fields:
        if key not in fields:
            yield Problem(("fields", key), f'{name}: there is no field "{key}"{suggest(key, fields)}')
    if macro.snooze and not _is_from_now(macro.snooze):
        yield Problem(
            ("snooze",), f'{name}: "{macro.snooze}" is no time from now on: write it as 2h, 3d or tomorrow 09:00.'
        )


def _is_from_now(text: str) -> bool:
    """Return whether a text names an instant relative to now; a date would soon have passed."""
    moment = datetime(2026, 1, 5, 12, tzinfo=UTC)
    try:
        first, later = (parse_instant(text, "UTC", now) for now in (moment, moment + timedelta(days=7)))
    except UsageError:
        return False
    return first > moment and later - first == timedelta(days=7)
