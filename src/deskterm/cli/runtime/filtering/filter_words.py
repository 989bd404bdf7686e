"""Filters on the command line (C-12): `ticket list sev:p1 -tag:spam`, `--filter "assignee:none"`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.errors import DeskError, UsageError
from deskterm.present.labels import Vocabulary
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts, load_agents, load_desk_facts

if TYPE_CHECKING:
    from deskterm.store.filters.conditions import Condition

FilterWords = Annotated[
    list[str] | None,
    typer.Argument(
        help="Only tickets that match it, such as: assignee:me sev:p1,p2 -tag:spam printer (docs/filters.md).",
        metavar="FILTER",
    ),
]
_LANGUAGE = re.compile(r'[:"()]|(?:^|\s)or(?:\s|$)', re.IGNORECASE)
"""Matches syntax of the filter language: a word of the call that has it is a filter, or a part of one."""


class CliFilter(NamedTuple):
    """A filter that was parsed. condition: None for an empty filter; chooses_scope: it says itself whether open or
    closed tickets are meant."""

    text: str
    condition: Condition | None = None
    chooses_scope: bool = False


def join_words(words: Sequence[str]) -> str:
    """Join the words of a call to the text of a filter. Plain words that the shell kept together in quotes are a
    phrase."""
    joined = []
    for word in words:
        if word.startswith("--"):
            raise UsageError(f"There is no option {word!r} here: put it in quotes within a filter.")
        is_phrase = len(word.split()) > 1 and not _LANGUAGE.search(word) and "\\" not in word
        joined.append(f'"{word}"' if is_phrase else word)
    return " ".join(joined)


def read_filter_text(
    cli: CliContext, reader: ReadConnection, facts: DeskFacts, text: str, instant: int | None = None
) -> CliFilter:
    """Read a filter on the desk. instant: the one from which its lengths of time and days are counted, epoch seconds;
    None for now. Raises FilterError, which shows the place, for one that cannot be read."""
    if not text.strip():
        return CliFilter("")
    # The parser takes longer to import than a list without a filter takes to print
    from deskterm.present.filters.reading import FilterContext, read_filter  # noqa: PLC0415
    from deskterm.present.filters.scope import chooses_scope  # noqa: PLC0415

    now = int(cli.now(facts).timestamp()) if instant is None else instant
    vocabulary = Vocabulary(facts.document, facts.procedure_version, facts.timezone)
    context = FilterContext(vocabulary, load_agents(reader), cli.check_login(), now, cli.impersonator)
    return CliFilter(text, read_filter(text, context), chooses_scope(text))


def find_filtered_numbers(cli: CliContext, text: str) -> list[int]:
    """Return the numbers of the tickets that match a filter: only open ones, unless the filter chooses itself. Raises
    DeskError when there are none, and UsageError for an empty filter, which would be every ticket."""
    # As in read_filter_text
    from deskterm.store.queries.search import load_filtered_numbers  # noqa: PLC0415

    with cli.open_current_reader() as reader:
        facts = load_desk_facts(reader)
        found = read_filter_text(cli, reader, facts, text)
        if found.condition is None:
            raise UsageError("--filter is empty: say which tickets are meant, as in --filter assignee:none.")
        now = int(cli.now(facts).timestamp())
        numbers = load_filtered_numbers(reader, found.condition, now, open_only=not found.chooses_scope)
    if not numbers:
        kind = "ticket" if found.chooses_scope else "open ticket"
        raise DeskError(f"No {kind} fits {text.strip()!r}: `deskterm ticket list` takes the same filter.")
    return numbers
