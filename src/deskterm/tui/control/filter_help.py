"""Help with a filter while it is typed in the line at the foot of the screen (C-12): what is wrong with it and where,
and how it may go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deskterm.tui.dialogs.prompt import Problem

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace

_LANGUAGE = re.compile(r"[:(),]|(?:^|\s)(?:-|(?:and|or)(?:\s|$))", re.IGNORECASE)
"""Signs of the filter language. A text without them is plain words, in which nothing can be wrong."""

_LAST_WORD = re.compile(r"(?:(?:^|\s+)(?:or|and))?[\s(-]*[^\s(]*$", re.IGNORECASE)
"""The word that ends a text, with what joins it to those before."""


def _close_groups(text: str) -> str:
    return text + ")" * (text.count("(") - text.count(")"))


class FilterHelp:
    """Reads filters as the read thread will. Its parser is imported by `prepare`, in a thread, so that the first `/`
    does not keep the console waiting."""

    suggests_in_thread = False

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._is_ready = False

    def prepare(self) -> None:
        """Import what reads filters, and build its parser. Called in a thread."""
        self.find_problem("is:open", at_once=True)
        self._is_ready = True

    def find_problem(self, text: str, *, at_once: bool = False) -> Problem | None:
        """Return what is wrong with a filter; None for one that can be read. at_once: also before `prepare` has ended,
        when a text that is more than plain words is a problem that passes."""
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
