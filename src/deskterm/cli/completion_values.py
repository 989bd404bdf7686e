"""`deskterm --complete KIND`: the values that a shell offers while somebody types.

It imports neither the parser of the command line, nor its context, nor what writes, so that it answers within a
tenth of a second.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from deskterm.desk.policy.read_access import find_hidden_in_document
from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.store.db.identity import read_login
from deskterm.store.db.location import resolve_database_url
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.desk_facts import load_agents, load_desk_facts

_MOST_CLIENTS = 1000
"""Clients that are offered, by key."""

_MOST_NUMBERS = 200
"""Open tickets whose numbers are offered, the newest first."""


def print_values(kind: str, login: str | None = None) -> int:
    """Print the values of a kind, a line each, and return the exit code. A desk that cannot be read offers none: a
    shell must not print an error into the line that somebody types."""
    try:
        values = [sanitize(value) for value in _list_values(kind, login)]
    except DeskError:
        return 1
    print("\n".join(values))
    return 0


def _list_values(kind: str, login: str | None) -> Iterator[str]:
    """Yield the values that whoever calls may read: nothing for somebody who is no active agent (D-21)."""
    url = resolve_database_url(None)
    with open_reader(url) as reader:
        own, agents = login or read_login(url, reader), load_agents(reader)
        if not any(agent.active and agent.login == own for agent in agents):
            return
        document = load_desk_facts(reader).document
        if kind == "numbers":
            reader.limit(find_hidden_in_document(document, agents, own), own)
            sql = "SELECT id FROM ticket WHERE is_open = 1 ORDER BY id DESC LIMIT :limit"
            yield from (str(number) for (number,) in reader.rows(sql, {"limit": _MOST_NUMBERS}))
        elif kind == "clients":
            sql = "SELECT key FROM organisation ORDER BY key LIMIT :limit"
            yield from (key for (key,) in reader.rows(sql, {"limit": _MOST_CLIENTS}))
        elif kind in ("templates", "macros"):
            sql = "SELECT DISTINCT key FROM template WHERE kind = :kind AND owner IN ('', :own) ORDER BY key"
            yield from (key for (key,) in reader.rows(sql, {"kind": kind.removesuffix("s"), "own": own}))
        elif kind == "people":
            yield from (agent.login for agent in agents if agent.active)
        elif kind == "filters":
            # Labels and calendars take longer to import than the other kinds to print
            from deskterm.present.filters.completion import list_completions  # noqa: PLC0415
            from deskterm.present.labels import Vocabulary  # noqa: PLC0415

            logins = [agent.login for agent in agents if agent.active]
            yield from list_completions(os.environ.get("DESKTERM_TYPED", ""), Vocabulary(document), logins)
        elif kind == "views":
            from deskterm.present.views import VIEWS  # noqa: PLC0415 - as above
            from deskterm.store.personal.saved_views import load_saved_views  # noqa: PLC0415

            # A shell would take a name with a space for two words
            names = [*(view.key for view in VIEWS), *(view.name for view in load_saved_views(reader, own))]
            yield from (name for name in names if " " not in name)
        else:
            parts = json.loads(document)
            found = parts.get("priority", {}).get("scale", ()) if kind == "priorities" else parts.get(kind, ())
            yield from (part["key"] for part in found)
