"""`deskterm people on-call`: who is on call."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import to_rfc3339
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.desk.notify.on_call import Turn, list_turns
from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize


def list_on_call(context: typer.Context, as_json: AsJson = False) -> None:
    """List who is on call by each rota, and until when."""
    cli: CliContext = context.obj
    turns = list(list_turns(cli.open_desk(), cli.now()))
    if as_json:
        print_json([{"rota": turn.rota.key, "login": turn.login, "until": to_rfc3339(turn.until)} for turn in turns])
        return
    if not turns:
        raise DeskError("This procedure has no rota: give it one under [[rotas]].")
    print_lines([describe_turn(turn) for turn in turns])


def describe_turn(turn: Turn) -> str:
    """Describe a turn: `Pumps: sam, until Mon 30 Nov 09:00`."""
    until = datetime.fromtimestamp(turn.until, UTC).astimezone(ZoneInfo(turn.rota.timezone))
    who = turn.login or "nobody, everybody who takes turns is away"
    return sanitize(f"{turn.rota.label}: {who}, until {until:%a %d %b %H:%M}")
