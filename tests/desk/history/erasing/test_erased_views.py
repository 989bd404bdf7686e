"""Names of people who are erased leave the views that agents made (C-11)."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import saved_views
from deskterm.desk.history.erasing import erasure
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.grammar import parse_filter
from deskterm.store.personal.saved_views import SavedView, load_saved_views
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-11")


def save(desk: DeskSession, name: str, text: str = "") -> None:
    saved_views.save_view(desk, SavedView("", name, desk.agent.login, filter=text), reserved=[], now=at(1))


def load(desk: DeskSession) -> list[SavedView]:
    with ReadConnection(desk.store.url) as reader:
        return load_saved_views(reader, desk.agent.login)


def test_the_name_of_a_person_who_is_erased_leaves_views_whose_filters_can_still_be_read(store_url: str) -> None:
    ann, words = small_desk(store_url), ('requester:"Kim Doe" -tag:old', "kim@larch.example", "Kim", "(a or b)")
    register(ann, subject="Login fails", type="fault", requester="Kim Doe", email="kim@larch.example", now=at(0))
    for text in words:
        save(ann, f"View of {text}"[:39], text)
    save(ann, "Kim Doe")
    save(ann, "kim doe ?")
    erasure.erase_person(ann, "kim@larch.example", now=at(5))
    found = load(ann)
    assert not any("Doe" in view.name + view.filter or "kim" in (view.name + view.filter).casefold() for view in found)
    assert len({view.name for view in found}) == len(words) + 2
    assert all(parse_filter(view.filter) is not None for view in found if view.filter)
    assert "(a or b)" in {view.filter for view in found}
