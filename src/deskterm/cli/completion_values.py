"""`deskterm --complete KIND`: the values that a shell offers while somebody types.

It imports neither the parser of the command line nor what writes, so that it answers within a tenth of a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from deskterm.cli.runtime.context import CliContext
from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.store.queries.desk_facts import load_agents, load_desk_facts

_MOST_NUMBERS = 200
"""Open tickets whose numbers are offered, the newest first."""


def print_values(kind: str, login: str | None = None) -> int:
    """Print the values of a kind, a line each, and return the exit code. A desk that cannot be read offers none: a
    shell must not print an error into the line that somebody types."""
    try:
        for value in _list_values(kind, CliContext(login=login)):
            print(sanitize(value))
    except DeskError:
        return 1
    return 0


def _list_values(kind: str, cli: CliContext) -> Iterator[str]:
    with cli.open_reader() as reader:
        if kind == "numbers":
            sql = "SELECT id FROM ticket WHERE is_open = 1 ORDER BY id DESC LIMIT :limit"
            yield from (str(number) for (number,) in reader.rows(sql, {"limit": _MOST_NUMBERS}))
            return
        if kind == "people":
            yield from (agent.login for agent in load_agents(reader) if agent.active)
            return
        document = json.loads(load_desk_facts(reader).document)
        parts = document.get("priority", {}).get("scale", ()) if kind == "priorities" else document.get(kind, ())
        yield from (part["key"] for part in parts)
