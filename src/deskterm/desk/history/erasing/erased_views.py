"""Names of people in the views that agents made, whose filters may look for them (C-11)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, update
from sqlmodel import Session

from deskterm.desk.history.erasing.erased_drafts import overwrite_deleted
from deskterm.store.db.tables import SavedViewRow, table_of
from deskterm.store.personal.saved_views import read_saved_view, write_saved_view

_view = table_of(SavedViewRow)


def redact_views(session: Session, redact: Callable[[str], str], erased: str) -> None:
    """Replace a person's name in the names and filters of every agent's views. redact: replaces it in a text; erased:
    the word that `redact` puts in its place."""
    overwrite_deleted(session)
    rows = session.execute(select(_view).order_by(_view.c.key)).all()
    names = {(row.login, row.name) for row in rows}
    for row in rows:
        view = read_saved_view(row.key, row.name, row.login, row.team, row.data)
        name, text = (redact(words) for words in (view.name, view.filter))
        if (name, text) == (view.name, view.filter):
            continue
        # Parentheses around the word that stands for a name would be a group of the filter
        text = text.replace(erased, erased.strip("()"))
        while (
            name != view.name and (row.login, name) in names
        ):  # an agent may have had two views named after the person
            name += "'"
        names.add((row.login, name))
        data = write_saved_view(view._replace(filter=text))
        session.execute(update(_view).where(_view.c.key == row.key).values(name=name, data=data))
