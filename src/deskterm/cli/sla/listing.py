"""`deskterm sla list`: every clock that is due, or was missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.errors import DeskError, UsageError

if TYPE_CHECKING:
    from deskterm.present.labels import Vocabulary
    from deskterm.sla.calendar import Calendar
    from deskterm.store.db.reader import ReadConnection
    from deskterm.store.queries.deadlines import Deadline
    from deskterm.store.queries.ticket_detail import DeskFacts

View = Annotated[str, typer.Option(help="Of which tickets: mine, team, unassigned, due, breached, waiting or open.")]


def list_clocks(
    context: typer.Context,
    due_within: Annotated[
        str | None,
        typer.Option(help="Only clocks due from now on within this time on the clock: 30m, 1h, 2d.", metavar="TIME"),
    ] = None,
    breached: Annotated[
        bool, typer.Option("--breached", help="Only clocks that have been missed; with --due-within, these too.")
    ] = False,
    view: View = "open",
    metric: Annotated[str | None, typer.Option(help="Only clocks of this metric.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the clocks that run, by due time.

    Every clock of every open ticket that runs, not only the next one of each, and all of them however many; last those
    that have no due time yet, because their ticket is unscheduled or nobody has set one. --due-within is time on the
    clock; the working time that is left of it is shown beside.
    """
    from deskterm.cli.runtime import output
    from deskterm.present.formats import counted
    from deskterm.sla.durations import parse_duration
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    within = None
    if due_within is not None:
        try:
            within = parse_duration(due_within, 86_400)
        except ValueError as error:
            raise UsageError(f"{error}, such as --due-within 1h.") from error
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        now = int(invocation.now(facts).timestamp())
        found = _chosen(reader, now, within, breached)
        found = of_view(reader, found, view, invocation, now)
        procedures = ProcedureVersions(reader, facts)
        if metric is not None:
            known = procedures.current.metrics
            if metric not in known and not any(clock.metric == metric for clock in found):
                raise DeskError(f"There is no metric {metric!r}: use {', '.join(known)}.")
            found = [clock for clock in found if clock.metric == metric]
        if as_json:
            output.print_json([_json(clock, procedures, now) for clock in found])
            return
        rows = [_cells(clock, procedures, facts.timezone, now) for clock in found]
    count = counted(len(rows), "clock")
    print(f"{output.safe(facts.name)} · {count} · {output.here(now, facts.timezone)}")
    output.print_table(
        ("", "#", "Left", "In", "Due", "Clock", "Target", "Sev", "Status", "Assignee", "Subject"),
        rows,
        right=("#", "Left", "In"),
    )


def of_view(
    reader: ReadConnection, found: Sequence[Deadline], view: str, invocation: CliContext, now: int
) -> list[Deadline]:
    """The clocks of the tickets in a view. UsageError for a view that is none, or that has no live clocks."""
    from deskterm.store.queries.queue import VIEWS, Viewer, count, queue_page
    from deskterm.store.queries.ticket_detail import agents

    known = [item.key for item in VIEWS if item.key != "closed"]
    if view not in known:
        raise UsageError(f"There is no view {view!r} with clocks that run: use {', '.join(known)}.")
    if view == "open":
        return list(found)
    login = invocation.login()
    team = next((agent.team for agent in agents(reader) if agent.login == login), None)
    viewer = Viewer(login, team, now)
    total = count(reader, view, viewer)
    numbers = {row.number for row in queue_page(reader, view, viewer, limit=total)} if total else set()
    return [clock for clock in found if clock.number in numbers]


class ProcedureVersions:
    """What the editions of the procedure call things, and their calendars, each read once."""

    def __init__(self, reader: ReadConnection, facts: DeskFacts) -> None:
        from deskterm.present.labels import Vocabulary

        self._reader = reader
        self.current = Vocabulary(facts.document, facts.procedure_version)
        self._known: dict[int, Vocabulary] = {facts.procedure_version: self.current}

    def of(self, version: int) -> Vocabulary:
        """An edition."""
        if version not in self._known:
            from deskterm.present.labels import Vocabulary
            from deskterm.store.queries.ticket_detail import procedure_document

            self._known[version] = Vocabulary(procedure_document(self._reader, version), version)
        return self._known[version]

    def calendar(self, clock: Deadline) -> Calendar | None:
        """What the time that a clock has left is counted in; None for a target that goes by the clock on the wall."""
        from deskterm.sla.targets import parse_target

        calendar = self.of(clock.version).calendar(clock.calendar)
        if calendar is None:
            return None
        try:
            target = parse_target(clock.target, calendar.day_length)
        except ValueError:  # written by another edition of deskterm
            return None
        return None if target.in_wall_time else calendar

    def label(self, clock: Deadline) -> str:
        """What a clock is called, with its cycle."""
        from deskterm.present.labels import label

        said = label(self.of(clock.version).metrics, clock.metric)
        return said if clock.cycle == 1 else f"{said} {clock.cycle}"


def glyph(clock: Deadline, left: int | None, now: int) -> str:
    """How a clock stands, in one sign."""
    from deskterm.present.models import GLYPHS, SOON

    if clock.breached_at is not None or (clock.due is not None and clock.due < now):
        return GLYPHS["breached"]
    if left is None:
        return GLYPHS["paused" if clock.state == "paused" else "none"]
    return GLYPHS["soon" if left < SOON else "fine"]


def _chosen(reader: ReadConnection, now: int, within: int | None, missed: bool) -> list[Deadline]:
    from deskterm.store.queries.deadlines import breached, due, undated

    if within is None:
        return breached(reader, now) if missed else [*due(reader), *undated(reader)]
    found = due(reader, since=now, until=now + within)
    if not missed:
        return found
    late = breached(reader, now)
    known = {(clock.number, clock.metric, clock.cycle) for clock in late}
    return late + [clock for clock in found if (clock.number, clock.metric, clock.cycle) not in known]


def _cells(clock: Deadline, procedures: ProcedureVersions, timezone: str, now: int) -> list[str]:
    from deskterm.cli.runtime import output
    from deskterm.present.formats import countdown
    from deskterm.present.labels import label
    from deskterm.present.models import left

    remaining = left(clock.due, procedures.calendar(clock), now, clock.since, clock.overrun)
    here = procedures.current
    return [
        glyph(clock, remaining, now),
        str(clock.number),
        countdown(remaining) if remaining is not None else "paused" if clock.state == "paused" else "–",
        countdown(clock.due - now) if clock.due is not None else "–",
        output.due(clock.due, timezone),
        procedures.label(clock),
        clock.target,
        here.step(clock.severity, clock.priority),
        label(here.statuses, clock.status),
        clock.assignee or "",
        clock.subject,
    ]


def _json(clock: Deadline, procedures: ProcedureVersions, now: int) -> dict[str, Any]:
    from deskterm.cli.runtime import output
    from deskterm.present.models import left

    calendar = procedures.calendar(clock)
    working = left(clock.due, calendar, now, clock.since, clock.overrun) if calendar is not None else None
    said = clock._asdict()
    for inner in ("due", "breached_at", "since", "overrun"):
        del said[inner]
    return said | {
        "due_at": output.instant(clock.due),
        "wall_seconds_left": clock.due - now if clock.due is not None else None,
        "working_seconds_left": working,
        "timezone": calendar.timezone if calendar is not None else None,
        "breached_at": output.instant(clock.breached_at),
        "overdue": clock.due is not None and clock.due < now,
    }
