"""Views of the queue that agents made for themselves, or that a lead shares with a team (C-11), over a bare
`ReadConnection`. `desk.directory.saved_views` writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from deskterm.store.db.reader import ReadConnection, fold
from deskterm.store.rows.list_orders import SortOrder, parse_order


class SavedView(NamedTuple):
    """A view that an agent made. login: its owner; team: whose agents have it too, empty for nobody else; base: the
    view of every desk that it narrows, or `awake`; columns: empty for those that suit the width; after_action: as the
    setting of that name, empty for the setting itself."""

    key: str
    name: str
    login: str
    team: str = ""
    base: str = "open"
    filter: str = ""
    order: SortOrder = "order"
    columns: tuple[str, ...] = ()
    after_action: str = ""


class ViewChoices(NamedTuple):
    """An agent's choices about views, by their keys. default: the view that opens first, empty for the desk's default;
    places: views in the order that the agent chose."""

    default: str = ""
    places: tuple[str, ...] = ()


def load_saved_views(reader: ReadConnection, login: str) -> list[SavedView]:
    """Load the views that an agent made or that their team has, the agent's own first, by name. A lead without a team
    has those of all teams."""
    found = reader.rows(
        "SELECT v.key, v.name, v.login, v.team, v.data FROM saved_view v JOIN agent a ON a.login = :login "
        "WHERE v.login = :login OR (v.team <> '' AND (v.team = a.team OR (coalesce(a.team, '') = '' "
        "AND a.role IN ('lead', 'admin')))) ORDER BY v.name, v.key",
        {"login": login},
    )
    views = [read_saved_view(*row) for row in found]
    return sorted(views, key=lambda view: (view.login != login, fold(view.name)))


UNDELIVERED = SavedView("desk:undelivered", "Undelivered", "", base="all", filter="flag:undelivered")
"""The tickets, closed ones too, with a letter that did not arrive."""


def load_passing_views(reader: ReadConnection) -> list[SavedView]:
    """Load the views that a desk has only while something is in them."""
    lost = "SELECT 1 FROM record WHERE kind = 'letter' AND state IN ('failed', 'bounced') LIMIT 1"
    return [UNDELIVERED] if reader.rows(lost) else []


def load_view_choices(reader: ReadConnection, login: str) -> ViewChoices:
    """Load an agent's choices about views."""
    found = reader.rows("SELECT data FROM view_choice WHERE login = :login", {"login": login})
    return read_view_choices(found[0][0]) if found else ViewChoices()


def read_saved_view(key: str, name: str, login: str, team: str, data: str) -> SavedView:
    """Return the view of a row. Values that another version of deskterm wrote, and this one does not know, are left
    out."""
    shown: Mapping[str, Any] = json.loads(data)
    return SavedView(
        key,
        name,
        login,
        team,
        str(shown.get("base", "open")),
        str(shown.get("filter", "")),
        parse_order(str(shown.get("order", ""))) or "order",
        tuple(map(str, shown.get("columns", ()))),
        str(shown.get("after_action", "")),
    )


def write_saved_view(view: SavedView) -> str:
    """Return the JSON of a view for its row."""
    names = ("base", "filter", "order", "columns", "after_action")
    return json.dumps({name: value for name in names if (value := getattr(view, name))}, ensure_ascii=False)


def read_view_choices(data: str) -> ViewChoices:
    """Return the choices of a row."""
    chosen: Mapping[str, Any] = json.loads(data)
    return ViewChoices(str(chosen.get("default", "")), tuple(map(str, chosen.get("places", ()))))


def write_view_choices(choices: ViewChoices) -> str:
    """Return the JSON of choices for their row."""
    return json.dumps({"default": choices.default, "places": choices.places}, ensure_ascii=False)
