"""Drafts in the store: saved, their agent's alone, and never written over by another console of theirs (C-05)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm.store.db.engine import Store
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.tables import Agent, Desk
from deskterm.store.personal.drafts import DraftWriter, StoredDraft, load_drafts

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

HOSTILE = "\x1b]52;c;cm0gLXJm\x07\x1b[2J\x00\u202egnp.exe'); DROP TABLE draft; -- \ud800 🙂\r\nZeile"


@pytest.fixture
def url(store: Store) -> str:
    with store.writing() as session:
        session.add(Desk(name="Acme", created_at=NOW))
    return store.url


def make_draft(text: str, number: int | None = 1001, **data: object) -> StoredDraft:
    return StoredDraft("reply", number, text, data=dict(data))


def load(url: str, login: str = "sam", behind: str = "") -> list[StoredDraft]:
    with ReadConnection(url) as reader:
        return load_drafts(reader, login, behind)


@pytest.mark.law("C-05")
def test_a_draft_is_found_as_it_was_saved_last(url: str) -> None:
    writer, draft = DraftWriter(url, "sam"), make_draft("Hel", cursor=[0, 3])
    writer.save(draft, NOW)
    draft.text, draft.data = "Hello", {"cursor": [0, 5]}
    writer.save(draft, NOW)
    writer.close()
    assert load(url) == [draft]
    assert (draft.text, draft.saved_at) == ("Hello", int(NOW.timestamp()))


@pytest.mark.law("C-05")
def test_drafts_are_the_agents_own(url: str) -> None:
    DraftWriter(url, "sam").save(make_draft("Mine"), NOW)
    DraftWriter(url, "sam", "ann").save(make_draft("In their name"), NOW)
    assert [draft.text for draft in load(url)] == ["Mine"]
    assert [draft.text for draft in load(url, "sam", "ann")] == ["In their name"]
    assert load(url, "ann") == []


@pytest.mark.law("C-05")
def test_two_consoles_of_one_agent_keep_the_words_of_both(url: str) -> None:
    first, second = DraftWriter(url, "sam"), DraftWriter(url, "sam")
    first.save(draft := make_draft("Written here"), NOW)
    (other,) = load(url)
    other.text = "Written there"
    second.save(other, NOW)
    draft.text = "Written here, and more"
    first.save(draft, NOW)
    assert [one.text for one in load(url)] == ["Written there", "Written here, and more"]
    assert draft.key != other.key


@pytest.mark.law("C-05")
def test_a_draft_that_another_console_went_on_with_is_not_removed(url: str) -> None:
    first, second = DraftWriter(url, "sam"), DraftWriter(url, "sam")
    first.save(draft := make_draft("Written here"), NOW)
    (other,) = load(url)
    second.save(other, NOW)
    assert not first.remove(draft)
    assert load(url) == [other]
    assert second.remove(other)
    assert not second.remove(other)
    assert load(url) == []


@pytest.mark.law("C-05")
def test_words_that_another_console_has_sent_meanwhile_are_saved_anew(url: str) -> None:
    first, second = DraftWriter(url, "sam"), DraftWriter(url, "sam")
    first.save(draft := make_draft("Written here"), NOW)
    second.remove(load(url)[0])
    first.save(draft, NOW)
    assert load(url) == [draft]


@pytest.mark.law("C-05")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(), st.just(HOSTILE)), value=st.text(), cursor=st.integers(0, 10**6))
def test_every_text_comes_back_but_for_what_no_database_holds(url: str, text: str, value: str, cursor: int) -> None:
    writer = DraftWriter(url, "sam")
    draft = make_draft(text, cursor=cursor, fields={"site": value})
    writer.save(draft, NOW)
    (found,) = load(url)
    assert found.text == text.replace("\0", "").encode("utf-8", "replace").decode()
    assert found.data["fields"]["site"] == value.encode("utf-8", "replace").decode()
    writer.remove(draft)
    writer.close()


@pytest.mark.law("C-05")
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["open", "type", "sent"])), max_size=12))
def test_whatever_two_consoles_do_with_drafts_no_words_are_lost(url: str, steps: list[tuple[int, str]]) -> None:
    """Words are there until the console that holds them as they are now removes them."""
    writers = [DraftWriter(url, "sam"), DraftWriter(url, "sam")]
    held: list[StoredDraft | None] = [None, None]
    words: set[str] = set()
    for place, (console, step) in enumerate(steps):
        draft = held[console]
        if step == "open":
            held[console] = next(iter(load(url)), None)
        elif step == "type":
            draft = held[console] = draft or make_draft("")
            newest = {one.id for one in load(url)}
            if draft.id in newest:  # its words go on in the longer ones
                words.discard(draft.text)
            draft.text = f"words {place}"
            writers[console].save(draft, NOW)
            words.add(draft.text)
        elif draft is not None:
            if writers[console].remove(draft):
                words.discard(draft.text)
            held[console] = None
    assert {draft.text for draft in load(url)} == words
    for writer in writers:
        for draft in load(url):
            writer.remove(draft)
        writer.close()


@pytest.mark.law("C-05")
def test_typing_of_colleagues_is_no_change_for_anybodys_lists(url: str, store: Store) -> None:
    with ReadConnection(url) as reader:
        assert not reader.has_changed()
        reader.have_drafts_changed()
        writer, draft = DraftWriter(url, "sam"), make_draft("Hel")
        for text in ("Hello", "Hello there"):
            draft.text = text
            writer.save(draft, NOW)
            noticed = [(reader.has_changed(), reader.have_drafts_changed()) for _ in _many(reader)]
            assert not any(changed for changed, _ in noticed)
            assert any(drafts for _, drafts in noticed)
        writer.remove(draft)
        noticed = [(reader.has_changed(), reader.have_drafts_changed()) for _ in _many(reader)]
        assert not any(changed for changed, _ in noticed)
        assert any(drafts for _, drafts in noticed)


@pytest.mark.law("C-05")
def test_a_change_between_two_drafts_is_noticed_on_sqlite(url: str, store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("a server says of each write what it was")
    with ReadConnection(url) as reader:
        assert not reader.has_changed()
        writer = DraftWriter(url, "sam")
        writer.save(draft := make_draft("Hel"), NOW)
        with store.writing() as session:
            session.add(Agent(login="new", name="New"))
        writer.save(draft, NOW)
        assert reader.has_changed()
        with store.writing() as session:
            session.get_one(Desk, 1).name = "Another"
        assert reader.has_changed()  # nothing of drafts, so it is a change whatever it is


def _many(reader: ReadConnection) -> list[object]:
    """Give a server time to notify."""
    return [reader.rows("SELECT 1") for _ in range(20)]
