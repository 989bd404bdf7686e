"""Views by their names on the command line (C-11): those of every desk, and those that agents made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.filtering.filter_words import read_filter_text
from deskterm.errors import UsageError
from deskterm.present.labels import Vocabulary
from deskterm.present.views import View, arrange_views, find_views
from deskterm.store.db.reader import ReadConnection
from deskterm.store.personal.saved_views import load_passing_views, load_saved_views, load_view_choices
from deskterm.store.queries.desk_facts import DeskFacts, load_desk_facts

if TYPE_CHECKING:
    from deskterm.store.filters.conditions import Condition


def load_views(reader: ReadConnection, login: str) -> list[View]:
    """Load all views that an agent has, in their order."""
    saved = [*load_saved_views(reader, login), *load_passing_views(reader)]
    vocabulary = Vocabulary(load_desk_facts(reader).document)
    if vocabulary.views:
        # The parser takes longer to import than a list without a filter takes to print
        from deskterm.present.filters.procedure_views import list_procedure_views  # noqa: PLC0415

        saved = [*list_procedure_views(vocabulary.views), *saved]
    return arrange_views(saved, load_view_choices(reader, login).places)


def find_view(reader: ReadConnection, login: str, name: str) -> View:
    """Return the view that a person named by its name, a beginning of it that no other has, or its number. Raises
    UsageError where there is none."""
    views = load_views(reader, login)
    found = find_views(views, name)
    if len(found) != 1:
        names = ", ".join(view.label if view.saved else view.key for view in found or views)
        raise UsageError(f"{name!r} may be {names}." if found else f"There is no view {name!r}: use {names}.")
    return found[0]


def read_view_filter(cli: CliContext, reader: ReadConnection, facts: DeskFacts, view: View) -> Condition | None:
    """Return the condition that a view of an agent adds to the view that it narrows; None when it adds none."""
    return None if view.saved is None else read_filter_text(cli, reader, facts, view.saved.filter).condition
