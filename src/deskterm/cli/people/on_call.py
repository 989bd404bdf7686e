"""`deskterm people on-call`: who is on call."""

from __future__ import annotations

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import to_rfc3339
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.desk.notify.on_call import describe_turns, list_turns


def list_on_call(context: typer.Context, as_json: AsJson = False) -> None:
    """List who is on call by each rota, and until when."""
    cli: CliContext = context.obj
    turns = list(list_turns(cli.open_desk(), cli.now()))
    if as_json:
        print_json([{"rota": turn.rota.key, "login": turn.login, "until": to_rfc3339(turn.until)} for turn in turns])
        return
    print_lines(describe_turns(turns))
