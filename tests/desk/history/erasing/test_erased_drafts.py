"""Drafts leave the store with the words of tickets, and a draft that is sent leaves it with its command (C-05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history import retention
from deskterm.desk.history.erasing import erasure
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from deskterm.store.personal.drafts import DraftWriter, StoredDraft, load_drafts
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-05")

KIM = "kim@larch.example"


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = small_desk(store_url)
    for _ in range(2):
        register(session, subject="Login fails", type="fault", requester="Kim Doe", email=KIM, now=at(0))
    register(session, subject="Another", type="fault", requester="Bo Hill", email="bo@larch.example", now=at(0))
    yield session
    session.store.close()


def save(desk: DeskSession, draft: StoredDraft, login: str = "sam", day: int = 0) -> StoredDraft:
    writer = DraftWriter(desk.store.url, login)
    writer.save(draft, at(5) + timedelta(days=day))
    writer.close()
    return draft


def load(desk: DeskSession, login: str = "sam") -> list[StoredDraft]:
    with open_reader(desk.store.url) as reader:
        return load_drafts(reader, login)


def test_the_name_of_a_person_who_is_erased_leaves_the_drafts_about_them(desk: DeskSession) -> None:
    draft = save(desk, StoredDraft("reply", 1001, "Dear Kim Doe,", data={"cursor": [0, 3]}))
    save(desk, StoredDraft("note", 1003, "Ask Kim Doe"))
    save(desk, StoredDraft("ticket", None, "Call them", data={"form": {"requester": "Kim Doe", "email": KIM}}), "kim")
    erasure.erase_person(desk, KIM, now=at(60))
    other, reply = load(desk)
    assert (reply.text, reply.key, reply.data) == ("Dear (erased),", draft.key, {"cursor": [0, 3]})
    assert reply.id != draft.id  # so that consoles find out
    assert other.text == "Ask Kim Doe"  # of another one's ticket, as with messages
    assert load(desk, "kim")[0].data["form"] == {"requester": "(erased)", "email": "(erased)"}
    with open_reader(desk.store.url) as reader:
        assert verify_chains(reader).faults == ()


def test_purging_a_ticket_removes_the_drafts_for_it_and_those_that_are_as_old(desk: DeskSession) -> None:
    save(desk, StoredDraft("reply", 1001, "For the old one"), day=365 * 8)
    save(desk, StoredDraft("note", 1002, "Long forgotten"))
    save(desk, StoredDraft("note", 1002, "Of late"), day=365 * 8)
    for status in ("solved", "closed"):
        update.move(desk, 1001, status, now=at(10))
    with open_reader(desk.store.url) as reader:
        purged = retention.purge_expired_tickets(desk, reader, now=at(0) + timedelta(days=365 * 8 + 1))
    assert [ticket.number for ticket in purged] == [1001]
    assert [draft.text for draft in load(desk)] == ["Of late"]


def test_a_letter_is_sent_or_a_draft_and_never_both(desk: DeskSession) -> None:
    draft = save(desk, StoredDraft("reply", 1001, "On its way"), "ann")
    with pytest.raises(DeskError), desk.sending(draft.id):
        messages.reply(desk, 1001, "On its way", status="closed", now=at(6))
    assert load(desk, "ann") == [draft]
    with desk.sending(draft.id):
        messages.reply(desk, 1001, "On its way", now=at(7))
    assert load(desk, "ann") == []


def test_a_refused_letter_stays_a_draft_although_what_was_due_is_recorded(desk: DeskSession) -> None:
    draft = save(desk, StoredDraft("reply", 1001, "Late"), "ann")
    with pytest.raises(DeskError), desk.sending(draft.id):
        messages.reply(desk, 1001, "Late", status="closed", now=at(60 * 24 * 9))
    assert load(desk, "ann") == [draft]
    messages.reply(desk, 1002, "Another", now=at(60 * 24 * 9))
    assert load(desk, "ann") == [draft]
