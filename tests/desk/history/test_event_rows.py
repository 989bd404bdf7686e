"""Events and texts read from stored rows that somebody may have changed."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.domain.events import Event, TextRef, compute_digest
from deskterm.desk.history.event_rows import EventRow, check_texts, decode_row, group_by_ticket, select_erasures
from small_desk import at

INSTANT = int(at(5).timestamp())
ROW = EventRow(1001, 2, "noted", INSTANT, "ann", 1, "{}", "")
NOTE = Event(2, "noted", 0, "ann", 1, texts={"body": TextRef(7, compute_digest("salt", "Hm"))})


def test_a_row_is_decoded_into_its_event() -> None:
    assert decode_row(ROW) == Event(2, "noted", INSTANT, "ann", 1)


@pytest.mark.parametrize("change", [{"data": "{not json"}, {"data": "[]"}, {"data": None}, {"at": None}])
def test_a_row_that_somebody_made_illegible_has_no_event(change: dict[str, Any]) -> None:
    assert decode_row(ROW._replace(**change)) is None


def test_only_legible_erasures_are_selected() -> None:
    erased = ROW._replace(kind="erased")
    rows = [ROW, erased._replace(seq=3), ROW._replace(seq=4, kind="purged"), erased._replace(seq=5, data="{")]
    assert [event.seq for event in select_erasures(rows)] == [3, 4]


@pytest.mark.parametrize(
    ("texts", "erased", "fault"),
    [
        ({7: ("salt", "Hm")}, {}, None),
        ({7: ("salt", "Ha")}, {}, "is not what was written"),
        ({7: ("", "")}, {}, "is not what was written"),
        ({7: ("", "")}, {7: ""}, None),
        ({7: ("salt", "Hm")}, {7: ""}, "is not what was written"),
        ({}, {}, "is missing"),
    ],
)
def test_a_text_is_compared_with_the_digest_of_its_event_or_of_its_erasure(
    texts: dict[int, tuple[str, str]], erased: dict[int, str], fault: str | None
) -> None:
    expected = (
        []
        if fault is None
        else [f"the body of event 2 of ticket 1001 {fault}: restore a backup with `deskterm restore FILE`"]
    )
    assert list(check_texts(texts, 1001, NOTE, erased)) == expected


def test_rows_are_grouped_by_ticket_in_their_order() -> None:
    rows = [(1, 1), (1, 2), (3, 1)]
    assert group_by_ticket(rows) == {1: rows[:2], 3: rows[2:]}
