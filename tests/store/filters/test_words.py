"""Words of a filter are looked for once, in indexes, and found as soon as somebody writes them (C-12)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.filters import words
from deskterm.store.filters.conditions import Every, HasWords, Negation
from deskterm.store.queries.queue import EVERYTHING, Viewer, count_tickets, load_queue_page
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-12")

VIEWER = Viewer("ann", None, int(at(10).timestamp()))


def add(desk: DeskSession, subject: str, body: str = "x") -> int:
    return register(desk, subject=subject, body=body, type="fault", requester="Jörg Grün", now=at(0)).number


def find(reader: ReadConnection, *texts: str, view: str = "open") -> list[int]:
    condition = Every(tuple(map(HasWords, texts)))
    found = [row.number for row in load_queue_page(reader, view, VIEWER, condition=condition)]
    assert count_tickets(reader, view, VIEWER, condition=condition) == len(found)
    return sorted(found)


def test_words_are_found_inside_of_short_texts_and_at_the_beginning_of_words_of_all(store_url: str) -> None:
    desk = small_desk(store_url)
    first, second = add(desk, "Netzwerkdrucker", "The scanner"), add(desk, "Übermut", "Another thing")
    with open_reader(desk.store.url) as reader:
        assert find(reader, "drucker") == find(reader, "scan") == [first]
        assert find(reader, "bermut") == find(reader, "UBER") == [second]
        assert find(reader, "jorg") == find(reader, "grün", "o") == [first, second]
        assert find(reader, "canner") == find(reader, "drucker", "thing") == []
        assert find(reader, str(first)[1:]) == [first]
        assert find(reader, "drucker", view="closed") == []
        assert find(reader, "drucker", view=EVERYTHING) == [first]
        # What is written while the connection is open is found at once, by the same words
        third = add(desk, "Druckertreiber")
        assert find(reader, "drucker") == [first, third]
        rest = Negation(HasWords("drucker"))
        assert count_tickets(reader, "open", VIEWER, condition=rest) == 1
    desk.store.close()


def test_a_word_that_very_many_tickets_have_is_looked_for_in_the_list_itself(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = small_desk(store_url)
    found = [add(desk, "Printer"), add(desk, "Printers")]
    monkeypatch.setattr(words, "MOST_NUMBERS", 1)
    with open_reader(desk.store.url) as reader:
        assert find(reader, "rinter") == found
        assert find(reader, "rinters") == found[1:]
    desk.store.close()


def test_a_search_inside_of_words_reads_no_row_of_a_ticket(tmp_path: Path) -> None:
    """It read every row of the desk: 200 ms of the processor at 100,000 tickets, which are 20 now."""
    desk = small_desk(f"sqlite:///{tmp_path}/desk.sqlite3")
    add(desk, "Printer")
    with open_reader(desk.store.url) as reader:
        search = words._build_search(reader, "rint", True, lambda value: "like" if value == "%rint%" else "match")
        plan = reader.rows(f"EXPLAIN QUERY PLAN {search}", {"like": "%rint%", "match": '"rint" *'})
    assert [row[3] for row in plan if "ticket_texts_open" in row[3]], plan
    assert not [row[3] for row in plan if row[3].startswith(("SCAN x", "SCAN ticket"))], plan
    desk.store.close()
