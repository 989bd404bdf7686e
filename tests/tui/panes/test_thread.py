"""The lines of a thread: what is folded, and which turn is the first new one."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.domain.quoted_text import split_quotations
from deskterm.present.models import Delivery, TimelineEntry, Voice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.ticket import split_text
from deskterm.tui.panes.thread import FIRST_NEW, find_first_new, lay_out_thread
from tui.queue_rows import NOW

pytestmark = pytest.mark.law("C-13")


def turn(seq: int, voice: Voice, author: str, text: str = "Words", **changed: object) -> TimelineEntry:
    """Make a turn, a minute after the one before it."""
    safe = sanitize(text, multiline=True)
    entry = TimelineEntry(seq, NOW + seq * 60, voice, Safe(author), Safe(""), safe, parts=split_text(safe))
    return entry._replace(**changed)  # type: ignore[arg-type]


def texts(timeline: list[TimelineEntry], unfolded: set[str] | None = None) -> list[str]:
    return [line.text for line in lay_out_thread(timeline, 78, NOW + 3600, UTC, unfolded or set())]


def test_automatic_letters_and_turns_that_were_taken_back_are_one_line_each() -> None:
    lines = texts(
        [
            turn(1, "requester", "Kim", "It is down"),
            turn(2, "system", "Desk", "Thank you\nfor your\nmessage", folding="automatic letter"),
            turn(3, "agent", "Sam", "Wrong window", folding="taken back"),
        ]
    )
    assert any("It is down" in line for line in lines)
    assert "▸ 09:02  Desk: automatic letter, 3 lines" in lines
    assert "▸ 09:03  Sam: taken back, 1 line" in lines
    assert not any("for your" in line or "Wrong window" in line for line in lines)


@pytest.mark.rule("M-47")
def test_a_letter_says_when_it_left_and_a_folded_one_too() -> None:
    sent, lost = Delivery(Safe("sent"), NOW + 300), Delivery(Safe("failed"), reason=Safe("no such user"))
    lines = texts(
        [
            turn(1, "agent", "Sam", "Press both.", detail=Safe("email"), delivery=sent),
            turn(2, "system", "Desk", "Thank you", folding="automatic letter", delivery=lost),
        ]
    )
    assert "09:01  Sam (agent) · email, sent 09:05" in lines
    assert "▸ 09:02  Desk: automatic letter, 1 line, failed: no such user" in lines


def test_a_fold_that_is_open_shows_all_of_its_words() -> None:
    letter = turn(2, "system", "Desk", "Thank you\nfor your\nmessage", folding="automatic letter")
    (fold,) = [line.spot for line in lay_out_thread([letter], 78, NOW, UTC) if line.spot is not None]
    assert isinstance(fold, str)
    lines = texts([letter], {fold})
    assert lines[1:] == ["Thank you", "for your", "message"]
    assert lines[0].startswith("▾ ")


def test_quoted_lines_are_folded_with_the_line_that_says_whose_they_are() -> None:
    body = "It is the second floor.\n\nOn 23 Nov 2026 at 09:00, Sam wrote:\n> Which floor\n> is it?"
    assert texts([turn(1, "requester", "Kim", body)])[1:] == ["It is the second floor.", "", "▸ 3 quoted lines"]


def test_an_answer_below_or_between_quoted_lines_stays_in_sight() -> None:
    body = "> Which floor?\nThe second.\n> And which room?\n> Please.\nAll of them."
    assert texts([turn(1, "requester", "Kim", body)])[1:] == [
        "> Which floor?",
        "The second.",
        "▸ 2 quoted lines",
        "All of them.",
    ]


def test_all_below_the_head_of_an_earlier_message_is_folded() -> None:
    body = "Still broken.\n-----Original Message-----\nFrom: Desk\nHave you tried\nit again?"
    assert texts([turn(1, "requester", "Kim", body)])[1:] == ["Still broken.", "▸ 4 quoted lines"]


@given(st.lists(st.sampled_from(["> a", ">", "words", "", "On 3 May 2026 Kim wrote:", "--- Original Message ---"])))
def test_what_was_written_and_what_was_quoted_are_the_message_again(lines: list[str]) -> None:
    body = "\n".join(lines)
    assert "\n".join(part for _, part in split_quotations(body)) == body


def test_the_first_new_turn_is_the_one_behind_ones_own_last_turn() -> None:
    timeline = [
        turn(1, "requester", "Kim"),
        turn(2, "agent", "Sam"),
        turn(3, "system", "Desk", folding="automatic letter"),
        turn(4, "history", "lee"),
        turn(5, "requester", "Kim"),
        turn(6, "internal", "Lee"),
    ]
    assert find_first_new(timeline, "Sam") == 4
    assert find_first_new(timeline, "Lee") is None
    assert find_first_new(timeline, "Noor") == 0


def test_what_was_in_sight_at_the_last_look_is_not_new() -> None:
    timeline = [turn(1, "requester", "Kim"), turn(2, "agent", "Lee"), turn(3, "requester", "Kim")]
    assert find_first_new(timeline, "Sam", (timeline[1].at, timeline[1].seq)) == 2
    assert find_first_new(timeline, "Sam", (timeline[2].at, timeline[2].seq)) is None


def test_the_first_new_turn_has_a_mark() -> None:
    timeline = [turn(1, "requester", "Kim"), turn(2, "agent", "Lee")]
    lines = lay_out_thread(timeline, 78, NOW, UTC, (), 1)
    assert [line.text.split()[1] for line in lines if line.mark == FIRST_NEW] == ["Lee"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["requester", "agent", "internal", "system", "history"]),
            st.sampled_from(["Sam", "Lee", "Kim"]),
        ),
        max_size=12,
    )
)
def test_nothing_of_others_is_behind_ones_own_turn_and_before_the_first_new_one(
    turns: list[tuple[Voice, str]],
) -> None:
    timeline = [turn(seq, voice, author) for seq, (voice, author) in enumerate(turns, 1)]
    first = find_first_new(timeline, "Sam")
    own = [n for n, entry in enumerate(timeline) if entry.voice in ("agent", "internal") and entry.author == "Sam"]
    begin = own[-1] + 1 if own else 0
    others = [n for n, entry in enumerate(timeline) if n >= begin and entry.voice != "history"]
    assert first == (others[0] if others else None)
