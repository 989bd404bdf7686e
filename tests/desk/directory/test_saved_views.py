"""Views that agents make and that leads share with a team (C-11), on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import saved_views
from deskterm.errors import DeskError, UsageError
from deskterm.present.views import arrange_views, list_reserved_names
from deskterm.store.db.reader import ReadConnection
from deskterm.store.personal.saved_views import SavedView, ViewChoices, load_saved_views, load_view_choices
from shipped_desk import as_agent
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-11")

HOSTILE = "\x1b]0;t\x07\u202eViews'); DROP TABLE saved_view; -- 🙂"


def save(desk: DeskSession, name: str, **shown: Any) -> SavedView:
    view = SavedView("", name, desk.agent.login)._replace(**shown)
    return saved_views.save_view(desk, view, reserved=list_reserved_names(), now=at(1))


def load(desk: DeskSession, login: str) -> list[SavedView]:
    with ReadConnection(desk.store.url) as reader:
        return load_saved_views(reader, login)


def test_an_agent_makes_changes_renames_and_deletes_a_view_that_nobody_else_has(store_url: str) -> None:
    sam = small_desk(store_url, login="sam")
    kept = save(sam, "VIP", base="mine", filter="tag:vip", order="due", columns=("number",), after_action="stay")
    assert load(sam, "sam") == [kept]
    assert load(sam, "lea") == load(sam, "kim") == []
    changed = save(sam, "vip", filter=HOSTILE)
    assert (changed.key, changed.name, changed.columns) == (kept.key, "VIP", ()), "the same view, whatever the case"
    with pytest.raises(DeskError, match="That view is gone"):
        saved_views.delete_view(as_agent(sam, "kim"), kept.key)
    assert saved_views.rename_view(sam, kept.key, "Bär'); --", reserved=[]) == "View VIP is called Bär'); -- now"
    save(sam, "Other")
    with pytest.raises(DeskError, match="already"):
        saved_views.rename_view(sam, kept.key, "other", reserved=[])
    assert saved_views.delete_view(sam, kept.key).startswith("Deleted view")
    assert [view.name for view in load(sam, "sam")] == ["Other"]
    for name in ("", "  ", "7", "My team", "save", "x" * 41, "\u200b", HOSTILE):
        with pytest.raises(UsageError):
            save(sam, name)


def test_a_lead_shares_a_view_with_a_team_whose_agents_see_it_and_only_leads_change_it(store_url: str) -> None:
    """The owner is an agent here, whom a lead helps: both may change it, a colleague may not."""
    lea = small_desk(store_url, login="lea")
    kept, sam, kim = save(lea, "Morning", filter="sla:<1h"), as_agent(lea, "sam"), as_agent(lea, "kim")
    with pytest.raises(DeskError, match="An agent may not share a view"):
        saved_views.share_view(sam, save(sam, "Own").key, "first-line")
    with pytest.raises(DeskError, match="There is no team"):
        saved_views.share_view(lea, kept.key, "nobody")
    assert saved_views.share_view(lea, kept.key, "First line") == "Shared view Morning with first-line"
    assert [view.name for view in load(lea, "kim")] == ["Morning"]
    assert [view.name for view in load(lea, "sam")] == ["Own", "Morning"], "their own first"
    with pytest.raises(DeskError, match="View Morning is lea's, for the team first-line"):
        saved_views.delete_view(kim, kept.key)
    with pytest.raises(DeskError, match="Save it under a name of your own"):
        saved_views.save_view(kim, kept._replace(filter="is:late"), reserved=[], now=at(2))
    own = save(kim, "Morning", filter="is:late")
    assert own.key != kept.key, "one of the same name beside it"
    ann = as_agent(lea, "ann")
    assert saved_views.save_view(ann, kept._replace(filter="is:late"), reserved=[], now=at(3)).login == "lea"
    assert saved_views.share_view(lea, kept.key, "") == "View Morning is lea's alone again"
    assert [view.key for view in load(lea, "kim")] == [own.key]


def test_choices_are_an_agents_own_and_outlive_a_view(store_url: str) -> None:
    sam = small_desk(store_url, login="sam")
    kept = save(sam, "VIP")
    saved_views.choose_default_view(sam, kept.key)
    saved_views.place_views(sam, [kept.key, "closed"])
    with ReadConnection(sam.store.url) as reader:
        assert load_view_choices(reader, "sam") == ViewChoices(kept.key, (kept.key, "closed"))
        assert load_view_choices(reader, "kim") == ViewChoices()
        places = load_view_choices(reader, "sam").places
        labels = [view.label for view in arrange_views(load_saved_views(reader, "sam"), places)]
    assert labels[:3] == ["VIP", "Closed", "Mine"]
    assert "VIP" not in [view.label for view in arrange_views([], places)]
