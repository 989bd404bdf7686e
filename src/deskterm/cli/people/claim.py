"""`deskterm people claim`: become an admin of one's own desk when none of its admins can log in."""

from __future__ import annotations

from contextlib import closing

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_summary
from deskterm.desk.directory.claim import claim_desk
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.desk_facts import load_desk_facts


def claim(context: typer.Context, as_json: AsJson = False) -> None:
    """Become an admin of a desk of your own when none of its admins can log in: it came from another machine, say."""
    cli: CliContext = context.obj
    # Not `cli.open_reader`, which is for agents: whoever calls this is none yet
    with open_reader(cli.url) as reader, closing(open_store(cli.url)) as store:
        summary = claim_desk(store, reader, cli.own_login, now=cli.now(load_desk_facts(reader)))
    print_summary(summary, as_json, admin=cli.own_login)
