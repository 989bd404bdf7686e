"""`deskterm wall`: the console, opened on the wall; in a pipe, the figures of the wall."""

from __future__ import annotations

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import typer

from deskterm.cli.console import open_console
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import to_rfc3339
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.policy.duty import find_duty
from deskterm.present.formats import format_instant
from deskterm.present.labels import Vocabulary
from deskterm.present.wall import WallView, present_wall
from deskterm.procedure.compiled import compile_document
from deskterm.reports.forecast import Forecast
from deskterm.reports.outlook import PastFigures, load_past_figures, look_ahead
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.lead.wall import WallFacts, load_wall


def show_wall(context: typer.Context, as_json: AsJson = False) -> None:
    """Open the console on the wall, for a screen that leads look at; in a pipe, print its figures.

    What is late, what is next and what is likely to breach, who has how much, which escalations wait, and how many
    targets were met in the last 30 days.
    """
    cli: CliContext = context.obj
    if sys.stdin.isatty() and sys.stdout.isatty() and not as_json:
        open_console(cli, "wall")
        return
    with cli.open_current_reader() as reader:
        desk = load_desk_facts(reader)
        zone, now = ZoneInfo(desk.timezone), int(cli.now(desk).timestamp())
        vocabulary = Vocabulary(desk.document, desk.procedure_version, desk.timezone)
        procedure = compile_document(desk.document, desk.procedure_version)
        midnight = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0)
        facts = load_wall(reader, now, int(midnight.timestamp()), vocabulary.urgent)
        past = load_past_figures(reader, procedure, now)
        ahead = look_ahead(reader, procedure, past, facts.loads, now)
    if as_json:
        _print_document(facts, past, ahead)
        return
    duty = find_duty(procedure, now)
    wall = present_wall(facts, [], vocabulary, now, zone, levels=past.levels, ahead=ahead, duty=duty)
    _print_figures(wall, zone)


def _print_figures(wall: WallView, zone: ZoneInfo) -> None:
    figures = [f"{wall.open:,} open", *(f"{tile.figure:,} {tile.label.lower()}" for tile in wall.tiles)]
    print_lines([" · ".join(figures)])
    print_lines([f"Today {sum(wall.arrived):,} arrived, {sum(wall.closed):,} closed"])
    moves = ", ".join(f"{number} to {login}" for number, login in wall.outlook.moves)
    named = ", ".join(map(str, wall.outlook.numbers))
    print_lines([wall.outlook.sentence + (f" ({named})" if named else "")])
    if moves:
        print_lines([f"There is room for {moves}."])
    print_lines([" · ".join(filter(None, (wall.handover, f"away: {wall.away}" if wall.away else "")))])
    if wall.kept:
        print_lines(["", "Met in 30 days"])
        rows = [(line.label, f"{line.met:,}", f"{line.late:,}", line.share, line.budget or "–") for line in wall.kept]
        print_table(("Metric", "Met", "Late", "Share", "Error budget"), rows, right=("Met", "Late", "Share"))
    if wall.escalations:
        print_lines(["", "Escalations"])
        print_table(
            ("#", "Since", "Waits for", "Subject"),
            [
                (str(one.number), format_instant(one.at, wall.read_at, zone), one.waits_for or one.level, one.subject)
                for one in wall.escalations
            ],
            right=("#",),
        )
    print_lines(["", "Load"])
    print_table(
        ("Who", "Team", "Open", "Due in 1 h", "Late", "Away until"),
        [
            (
                load.name,
                load.team or "–",
                str(load.open),
                str(load.due),
                str(load.late),
                format_instant(load.away, wall.read_at, zone) if load.away is not None else "–",
            )
            for load in wall.loads
        ],
        right=("Open", "Due in 1 h", "Late"),
    )


def _print_document(facts: WallFacts, past: PastFigures, ahead: Forecast) -> None:
    print_json(
        {
            **facts.counts._asdict(),
            "arrived_today": len(facts.arrived),
            "closed_today": len(facts.closed),
            "loads": [
                {
                    **{key: value for key, value in load._asdict().items() if key not in ("login", "away")},
                    "login": load.login or None,
                    "away_until": to_rfc3339(load.away),
                }
                for load in facts.loads
            ],
            "escalations": [
                {"number": one.number, "since": to_rfc3339(one.at), "level": one.label, "role": one.role}
                for one in facts.escalations
            ],
            "levels": [
                {
                    "metric": level.metric,
                    "met": level.tally.met,
                    "late": level.tally.late,
                    "budgets": [
                        {"objective": one.key, "judged": one.judged, "allowed": one.allowed, "left": one.left}
                        for one in level.budgets
                    ],
                }
                for level in past.levels
            ],
            "forecast": {
                "until": to_rfc3339(ahead.until),
                "due": ahead.due,
                "measured": ahead.is_measured,
                "breaches": [
                    {
                        "number": one.clock.ticket,
                        "metric": one.clock.metric,
                        "due_at": to_rfc3339(one.clock.due),
                        "chance": round(one.chance, 3),
                    }
                    for one in ahead.breaches
                ],
                "moves": [{"number": move.ticket, "login": move.login} for move in ahead.moves],
            },
        }
    )
