"""Clocks that run, as lists show them: by view, with the labels and calendars of their versions of the procedure."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.errors import UsageError
from deskterm.present.formats import format_time_left
from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.models import GLYPHS, SOON, seconds_left
from deskterm.present.views import VIEWS_WITH_CLOCKS, format_view_keys
from deskterm.sla.calendar import Calendar
from deskterm.sla.targets import parse_target
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.deadlines import Deadline
from deskterm.store.queries.desk_facts import DeskFacts, load_agents, load_procedure_document
from deskterm.store.queries.queue import Viewer

View = Annotated[str, typer.Option(help=f"Of which tickets: {format_view_keys(VIEWS_WITH_CLOCKS)}.")]


def find_viewer(reader: ReadConnection, view: str, cli: CliContext, now: int) -> Viewer | None:
    """Return whose view it is; None for the view of all open tickets. now: epoch seconds. Raises UsageError for a view
    that there is not, or in which no clock runs."""
    if view not in VIEWS_WITH_CLOCKS:
        raise UsageError(f"There is no view {view!r} with clocks that run: use {', '.join(VIEWS_WITH_CLOCKS)}.")
    if view == "open":  # a ticket that is put off is not in this view, and its clocks run all the same
        return None
    login = cli.check_login()
    return Viewer(login, next((agent.team for agent in load_agents(reader) if agent.login == login), None), now)


class VersionVocabularies:
    """The labels and calendars of the versions of the procedure that clocks run by, each read once."""

    def __init__(self, reader: ReadConnection, facts: DeskFacts) -> None:
        self._reader = reader
        self.current = Vocabulary(facts.document, facts.procedure_version)
        self._vocabularies: dict[int, Vocabulary] = {facts.procedure_version: self.current}

    def load_vocabulary(self, version: int) -> Vocabulary:
        """Return the labels of a version."""
        if version not in self._vocabularies:
            self._vocabularies[version] = Vocabulary(load_procedure_document(self._reader, version), version)
        return self._vocabularies[version]

    def find_calendar(self, clock: Deadline) -> Calendar | None:
        """Return the calendar whose working time a clock counts; None for a target in wall-clock time."""
        calendar = self.load_vocabulary(clock.version).get_calendar(clock.calendar)
        if calendar is None:
            return None
        try:
            target = parse_target(clock.target, calendar.day_length)
        except ValueError:  # written by another version of deskterm
            return None
        return None if target.in_wall_time else calendar

    def compute_seconds_left(self, clock: Deadline, now: int) -> int | None:
        """Return the seconds until a clock is due, in working time where its target is; None without a due time."""
        return seconds_left(clock.due, self.find_calendar(clock), now, clock.since, clock.overrun)

    def format_left(self, clock: Deadline, seconds: int) -> str:
        """Format the time left of a clock; on a desk that counts in working time and in wall time, say which it is
        (C-10)."""
        base = self.load_vocabulary(clock.version).find_base(clock.target, clock.calendar)
        return format_time_left(seconds, base)

    def format_clock(self, clock: Deadline) -> str:
        """Return the label of a clock's metric, with its cycle from the second on."""
        text = get_label(self.load_vocabulary(clock.version).metrics, clock.metric)
        return text if clock.cycle == 1 else f"{text} {clock.cycle}"


def choose_sign(clock: Deadline, seconds_left: int | None, now: int) -> str:
    """Return the sign for the state of a clock."""
    if clock.breached_at is not None or (clock.due is not None and clock.due < now):
        return GLYPHS["breached"]
    if seconds_left is None:
        return GLYPHS["paused" if clock.state == "paused" else "none"]
    return GLYPHS["soon" if seconds_left < SOON else "fine"]
