"""Views in the console: made of what the queue shows, opened by digits, changed, shared, counted (C-11)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.directory import saved_views
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.workflow.snooze import snooze
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.personal.saved_views import SavedView, load_saved_views, load_view_choices
from deskterm.tui.panes.views import Views
from deskterm.tui.settings.preferences import Preferences
from small_desk import at
from tui.console_session import ConsoleSession, open_console

pytestmark = pytest.mark.law("C-11")


def load(url: str, login: str = "sam") -> list[SavedView]:
    with open_reader(url) as reader:
        return load_saved_views(reader, login)


def numbers(console: ConsoleSession) -> list[int]:
    rows = (console.panes.queue._pages.row(index) for index in range(console.panes.queue.count))
    return [row.number for row in rows if row is not None]


async def wait_for_list(console: ConsoleSession, found: list[int]) -> None:
    await console.wait_until(lambda: sorted(numbers(console)) == found, f"the list {found}")


def name_shown(console: ConsoleSession) -> str:
    return next((line.label for line in console.workspace.views if line.key == console.workspace.queue_query.view), "")


async def type_words(console: ConsoleSession, words: str) -> None:
    await console.pilot.press(*(" " if key == " " else key for key in words))


async def test_a_view_is_saved_from_what_the_queue_shows_and_opened_by_its_digit(url: str) -> None:
    """Digits went to panes, and what was filtered was typed anew each day."""
    async with open_console(url, preferences=Preferences()) as console:
        await console.run("filter", "sev:low")
        await wait_for_list(console, [1002, 1004])
        await console.run("order", "received")
        await console.run("columns", "number client")
        await console.pilot.press("B", *"Low", "enter")
        await console.wait_for_notice("Saved view Low: 7 opens it.")
        await console.wait_until(lambda: name_shown(console) == "Low", "the view")
        (view,) = load(url)
        assert (view.base, view.filter, view.order, view.columns) == (
            *("open", "sev:low", "received"),
            ("number", "client"),
        )
        assert console.workspace.queue_query.match == "", "the view filters, and `/` narrows it further"
        await console.pilot.press("1")
        await wait_for_list(console, [])
        await console.pilot.press("7")
        await wait_for_list(console, [1002, 1004])
        assert console.panes.queue.column_names == ["number", "client"]
        await console.pilot.press("minus")
        await console.wait_until(lambda: console.workspace.queue_query.view == "mine", "the view before")
        await console.pilot.press("minus", "right_square_bracket")
        await console.wait_until(lambda: console.workspace.queue_query.view == "open", "the view after it")
        await console.pilot.press("left_square_bracket")
        await wait_for_list(console, [1002, 1004])
        await console.wait_until(
            lambda: console.workspace.view_list.find(view.key).total == 2,  # type: ignore[union-attr]
            "its count",
        )
        # Through a filter of its own, saved under the same name: as narrow as both
        await console.run("filter", "1004")
        await wait_for_list(console, [1004])
        await console.run("view", "save low")
        await console.wait_until(lambda: load(url)[0].filter == "(sev:low) (1004)", "the narrower one")
        await wait_for_list(console, [1004])


async def test_a_view_is_changed_and_deleted_where_it_is_shown(url: str) -> None:
    async with open_console(url, preferences=Preferences()) as console:
        await console.run("filter", "sev:low")
        await console.run("view", "save Low")
        await console.run("view", "rename Lower")
        assert [view.name for view in load(url)] == ["Lower"]
        await console.run("view", "filter sev:high")
        await wait_for_list(console, [1001])
        await console.run("view", "filter status:nothing")
        await console.wait_for_notice("There is no status 'nothing'")
        await console.run("view", "after stay")
        await console.wait_until(lambda: console.workspace.view_list.after_action == "stay", "what an act does")
        await console.run("view", "place 1")
        assert name_shown(console) == "Lower"
        assert console.workspace.views[0].label == "Lower"
        await console.run("view", "default")
        with open_reader(url) as reader:
            assert load_view_choices(reader, "sam").default == load(url)[0].key
        await console.run("view", "share first-line")
        await console.wait_for_notice("An agent may not share a view with a team")
        console.workspace.run_command("edit-view", "delete")
        await console.wait_for_text("Delete the view Lower?")
        await console.pilot.press("y")
        await console.wait_until(lambda: load(url) == [], "the end of the view")
        await console.wait_until(lambda: console.workspace.queue_query.view == "open", "the view before")
        await console.run("view", "rename Mine")
        await console.wait_for_notice("All open is a view of the desk")


async def test_the_default_opens_first_and_a_shared_view_follows_what_its_lead_does(url: str) -> None:
    lea = open_desk(open_store(url), "lea")
    shared = saved_views.save_view(
        lea, SavedView("", "Morning", "lea", filter="sev:low", order="due"), reserved=[], now=at(0)
    )
    saved_views.share_view(lea, shared.key, "first-line")
    sam = open_desk(open_store(url), "sam")
    saved_views.choose_default_view(sam, shared.key)
    async with open_console(url, view=shared.key) as console:
        assert (console.workspace.queue_query.view, console.workspace.queue_query.order) == (shared.key, "due")
        await wait_for_list(console, [1002, 1004])
        saved_views.save_view(lea, shared._replace(filter="sev:high"), reserved=[], now=at(1))
        await wait_for_list(console, [1001])
        saved_views.delete_view(lea, shared.key)
        await console.wait_for_notice("The view that you were in is gone")
        await console.wait_until(lambda: console.workspace.queue_query.view == "open", "what it narrowed")
    sam.store.close()
    lea.store.close()


async def test_missed_targets_are_counted_in_red_and_what_is_snoozed_is_in_no_other_view(url: str) -> None:
    """No view but `snoozed` has them: neither those of the desk nor any that was saved."""
    sam = open_desk(open_store(url), "sam")
    for name, text, base in (("By status", "status:new", "awake"), ("Low", "sev:low", "open")):
        saved_views.save_view(sam, SavedView("", name, "sam", base=base, filter=text), reserved=[], now=at(0))
    assign(sam, 1002, "sam", now=at(5))
    snooze(sam, 1002, at(2000), now=at(6))
    sam.store.close()
    async with open_console(url, minutes=300) as console:
        await console.wait_until(
            lambda: all(line.total is not None for line in console.workspace.views if line.key != "closed"), "counts"
        )
        listed: dict[str, list[int]] = {}
        for line in console.workspace.views:
            console.workspace.show_view(line.key)
            await console.workspace.wait_for_list()
            listed[line.label] = numbers(console)
        assert [label for label, found in listed.items() if 1002 in found] == ["Snoozed"]
        totals = {str(line.label): line.total for line in console.workspace.views}
        assert all(totals[label] in (None, len(found)) for label, found in listed.items())
        views = console.screen.query_one(Views)
        place = next(place for place, line in enumerate(console.workspace.views) if line.key == "breached")
        (row,) = views.render_row(place, 18, False)
        assert totals["Breached"]
        assert any("late" in str(span.style) for span in row.spans), row.spans
