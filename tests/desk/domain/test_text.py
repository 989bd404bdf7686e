"""Words that say something, and words of which nothing can be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.domain.text import MAX_BYTES, is_visible, normalise_name
from deskterm.desk.linking import split
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.present.sanitize import sanitize
from small_desk import MONDAY, small_desk

UNSEEN = ["\x01\x02", "\x1b[31m", "\u200b\u2060", "\u202e", "\x1b]0;owned\x07", "\u3164 \u2800", "\ufeff", "\u0301"]
LATER = MONDAY + timedelta(minutes=5)


@pytest.fixture
def desk(store_url: str) -> DeskSession:
    return small_desk(store_url)


@pytest.mark.parametrize("text", [*UNSEEN, "", " \t\n"])
def test_nothing_can_be_seen_of_control_characters_and_what_has_no_shape(text: str) -> None:
    assert not is_visible(text)


@pytest.mark.parametrize("text", ["x", "1", "–", "日本", "é", "🖨", "\x1b[31mred", "\u202etxt", "?"])
def test_letters_figures_signs_and_pictures_can_be_seen(text: str) -> None:
    assert is_visible(text)


@given(st.text(max_size=30))
def test_what_shows_as_nothing_is_not_visible(text: str) -> None:
    if not sanitize(text).strip():
        assert not is_visible(text)


@pytest.mark.parametrize("text", UNSEEN)
def test_a_subject_that_nobody_can_see_is_refused_like_an_empty_one(desk: DeskSession, text: str) -> None:
    with pytest.raises(UsageError, match="A ticket needs a subject"):
        register(desk, type="fault", subject=text, now=MONDAY)
    done = register(desk, type="fault", subject="Printer", body="It jams.", now=MONDAY)
    with pytest.raises(UsageError, match="A ticket needs a subject"):
        update.edit(desk, done.number, subject=text, now=LATER)
    with pytest.raises(UsageError, match="A ticket needs a subject"):
        split.split_message(desk, done.number, 1, subject=text, now=LATER)
    with pytest.raises(UsageError, match="There is nothing to say yet"):
        messages.add_note(desk, done.number, text, now=LATER)
    with pytest.raises(UsageError, match="is no tag"):
        update.tag(desk, done.number, [text], now=LATER)


@pytest.mark.parametrize("text", UNSEEN)
def test_a_name_that_nobody_can_see_is_refused(desk: DeskSession, text: str) -> None:
    with pytest.raises(UsageError, match="has nothing that can be seen"):
        register(desk, type="fault", subject="x", requester=text, now=MONDAY)
    with pytest.raises(DeskError, match="has nothing that can be seen"):
        seed_clients(desk, [{"key": "larch", "name": text}], now=MONDAY)
    with pytest.raises(DeskError, match="has nothing that can be seen"):
        seed_agents(desk, [{"login": "zoe", "name": text}], now=MONDAY)


def test_no_name_is_no_name() -> None:
    assert (normalise_name(None), normalise_name(" "), normalise_name(" Kim \n Doe ")) == ("", "", "Kim Doe")


@pytest.mark.parametrize("say", [messages.add_note, messages.reply, messages.record_customer_message])
def test_a_message_of_megabytes_is_refused_with_what_to_do(desk: DeskSession, say: Callable[..., object]) -> None:
    done = register(desk, type="fault", subject="Printer", requester="Ida", now=MONDAY)
    with pytest.raises(
        UsageError, match=r"3\.0 MB of words, and a message holds 1 MB: shorten it, or keep it as a file"
    ):
        say(desk, done.number, "a" * 3_000_000, now=LATER)
    say(desk, done.number, "ä" * (MAX_BYTES // 2), now=LATER)
    with pytest.raises(UsageError, match="shorten it"):
        say(desk, done.number, "ä" * (MAX_BYTES // 2) + "b", now=LATER + timedelta(minutes=1))
