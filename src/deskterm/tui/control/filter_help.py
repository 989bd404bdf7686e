"""Help with a filter while it is typed (C-12): its mistakes with their places, and completion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deskterm.tui.dialogs.prompt import Problem

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace

_LANGUAGE = re.compile(r"[:(),]|(?:^|\s)(?:-|(?:and|or)(?:\s|$))", re.IGNORECASE)
"""Syntax of the filter language. A text without it is plain words, which are always valid."""

_LAST_WORD = re.compile(r"(?:(?:^|\s+)(?:or|and))?[\s(-]*[^\s(]*$", re.IGNORECASE)
"""The last word of a text, with the separator before it."""


def _close_groups(text: str) -> str:
    return text + ")" * (text.count("(") - text.count(")"))


class FilterHelp:
    """Checks filters as the read thread will. `prepare` imports the parser in a thread, so that the first `/` does not
    block the console."""

    suggests_in_thread = False

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._is_ready = False

    def prepare(self) -> None:
        """Import what reads filters, and build its parser. Called in a thread."""
        self.find_problem("is:open", at_once=True)
        self._is_ready = True

    def find_problem(self, text: str, *, at_once: bool = False) -> Problem | None:
        """Return the problem of a filter; None for a valid one. at_once: check it even before `prepare` has ended;
        otherwise any text but plain words counts as a temporary problem until then."""
        if not _LANGUAGE.search(text):
            return None
        if not at_once and not self._is_ready:
            return Problem("", len(text), is_unfinished=True)
        # Neither the start of the console nor plain words wait for the parser
        from deskterm.present.filters.reading import FilterContext, read_filter  # noqa: PLC0415
        from deskterm.store.filters.tree import FilterError  # noqa: PLC0415

        workspace = self._workspace
        context = FilterContext(workspace.vocabulary, workspace.people, workspace.agent.login, workspace.epoch())

        def is_filter(words: str) -> bool:
            try:
                read_filter(words, context)
            except FilterError:
                return False
            return True

        try:
            read_filter(text, context)
        except FilterError as error:
            possible = map(_close_groups, (text, _LAST_WORD.sub("", text[: error.start])))
            rest = next(filter(is_filter, possible), None)
            return Problem(error.sentence, error.start, is_unfinished=error.is_unfinished, rest=rest)
        return None

    def suggest(self, text: str) -> str | None:
        """Return a filter with its last word completed."""
        # As above
        from deskterm.present.filters.completion import complete_filter  # noqa: PLC0415

        logins = [person.login for person in self._workspace.people if person.active]
        return complete_filter(text, self._workspace.vocabulary, logins)
