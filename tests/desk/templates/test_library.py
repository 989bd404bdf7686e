"""Templates and macros of a desk, and those of an agent (C-21)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.templates.checking import MOST_ENTRIES
from deskterm.desk.templates.definitions import Entry, Macro, ReplyTemplate
from deskterm.desk.templates.library import (
    apply_library,
    find_macro,
    find_template,
    is_for,
    list_macros,
    list_own_macros,
    list_templates,
    remove_own_macro,
    save_own_macro,
)
from deskterm.errors import DeskError
from deskterm.store.db.tables import DeskEvent, table_of
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-21")


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    ann = small_desk(store_url)
    yield ann
    assert check_integrity(ann.store).findings == ()
    ann.store.close()


ASK = ReplyTemplate(key="ask", label="Ask for the version", body="Hello {requester},\n{cursor}")
FRAGE = ReplyTemplate(key="ask", label="Nach der Version fragen", language="de", body="Guten Tag {requester}")
NOTED = ReplyTemplate(key="noted", label="Noted", use=("note",), body="Seen.", teams=("first-line",))
DONE = Macro(key="done", label="Done", status=("working", "solved"), template="ask", statuses=("new",))


def test_applying_again_changes_nothing_and_says_what_differs(desk: DeskSession) -> None:
    every: list[Entry] = [ASK, FRAGE, NOTED, DONE]
    plus = ["+ macro done: Done", "+ template ask: Ask for the version"]
    assert apply_library(desk, every, dry_run=True, now=at(1))[:2] == plus
    assert list_templates(desk) == []
    assert len(apply_library(desk, every, now=at(1))) == 4
    assert apply_library(desk, every, now=at(2)) == []
    changed = ASK.model_copy(update={"label": "Which version"})
    assert apply_library(desk, [changed], now=at(3)) == ["~ template ask: label changed"]
    assert apply_library(desk, [changed, FRAGE], remove_others=True, now=at(4)) == ["- macro done", "- template noted"]
    assert [one.label for one in list_templates(desk)] == ["Nach der Version fragen", "Which version"]
    event = table_of(DeskEvent)
    with desk.store.reading() as session:
        rows = session.execute(select(event.c.actor, event.c.data).where(event.c.kind == "templates")).all()
    assert [(row.actor, len(json.loads(row.data)["lines"])) for row in rows] == [("ann", 4), ("ann", 1), ("ann", 2)]


def test_a_template_is_found_by_key_label_and_language_by_those_whom_it_is_for(desk: DeskSession) -> None:
    other = ReplyTemplate(key="far", label="Far", body="x")
    apply_library(desk, [ASK, FRAGE, NOTED, DONE, other], now=at(1))
    assert find_template(desk, "ASK") == find_template(desk, "ask for the version") == ASK
    assert find_template(desk, "ask", "de") == FRAGE
    with pytest.raises(DeskError, match="not there in the language 'fr': it has none named, de"):
        find_template(desk, "ask", "fr")
    with pytest.raises(DeskError, match="There is no template 'asks'; did you mean \"ask\""):
        find_template(desk, "asks")
    with pytest.raises(DeskError, match="The template noted is for notes"):
        find_template(desk, "noted", use="reply")
    with desk.writing("seed") as session:
        session.connection().exec_driver_sql("UPDATE agent SET team = NULL WHERE login = 'sam'")
    sam = open_desk(desk.store, "sam")
    assert {one.key for one in list_templates(sam)} == {"ask", "far"}
    with pytest.raises(DeskError, match="The template noted is for the team first-line"):
        find_template(sam, "noted")
    assert is_for(DONE, "fault", "new")
    assert not is_for(DONE, "fault", "solved")


def test_nobody_but_an_admin_applies_and_what_does_not_fit_is_refused_as_a_whole(desk: DeskSession) -> None:
    with pytest.raises(DeskError, match="agent"):
        apply_library(open_desk(desk.store, "sam"), [ASK], now=at(1))
    wrong = Macro(key="w", label="W", status=("solvd",), assign="sma", template="aks", snooze="2026-01-01")
    with pytest.raises(DeskError) as caught:
        apply_library(desk, [ASK, wrong], now=at(1))
    assert str(caught.value).splitlines() == [
        'macro "w": there is no status "solvd"; did you mean "solved"?',
        'macro "w": there is no template "aks"; did you mean "ask"?',
        'macro "w": there is no agent "sma"; did you mean "sam"?',
        'macro "w": "2026-01-01" is no time from now on: write it as 2h, 3d or tomorrow 09:00.',
    ]
    many = [ReplyTemplate(key=f"t{number}", label="T", body="x") for number in range(MOST_ENTRIES + 1)]
    with pytest.raises(DeskError, match=f"A desk holds {MOST_ENTRIES} templates and macros, and these are 2001"):
        apply_library(desk, many, now=at(1))
    assert list_templates(desk) == []


def test_own_macros_are_the_agents_alone_and_come_first(desk: DeskSession) -> None:
    apply_library(desk, [ASK, DONE], now=at(1))
    sam = open_desk(desk.store, "sam")
    own = Macro(key="done", label="My way", tags=("mine",))
    save_own_macro(sam, own, now=at(2))
    save_own_macro(sam, own, now=at(3))
    assert [one.label for one in list_macros(sam)] == ["My way", "Done"]
    assert find_macro(sam, "done") == own
    assert list_own_macros(desk) == []
    assert find_macro(desk, "done") == DONE
    with pytest.raises(DeskError, match="placeholder"):
        save_own_macro(sam, Macro(key="bad", label="Bad", note="{nobody}"), now=at(3))
    with pytest.raises(DeskError, match="no macro 'dnoe' of your own; did you mean"):
        remove_own_macro(sam, "dnoe", now=at(4))
    assert remove_own_macro(sam, "done", now=at(4)) == own
    assert [one.label for one in list_macros(sam)] == ["Done"]
