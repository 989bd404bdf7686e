"""Words of erased texts leave the index of words too, and the file that holds it (C-12, S5-09)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.history.erasing import erasure
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from deskterm.store.filters.conditions import HasWords
from deskterm.store.queries.search import search_tickets
from small_desk import at, small_desk

KIM = "kim@larch.example"


def find(url: str, word: str) -> list[int]:
    with open_reader(url) as reader:
        return [row.number for row in search_tickets(reader, HasWords(word), 0)[0]]


@pytest.mark.law("C-12")
def test_erased_words_are_found_no_more(store_url: str) -> None:
    desk = small_desk(store_url)
    register(desk, subject="Zyzzyva", body="Quokka jams", type="fault", requester="Kim Doe", email=KIM, now=at(0))
    register(desk, subject="Other", body="Quokka too", type="fault", requester="Bo Hill", now=at(1))
    assert (find(store_url, "zyzz"), find(store_url, "quokka")) == ([1001], [1002, 1001])
    erasure.erase_person(desk, KIM, now=at(60))
    assert (find(store_url, "zyzz"), find(store_url, "quokka")) == ([], [1002])
    desk.store.close()


@pytest.mark.law("C-12")
def test_erased_words_are_nowhere_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite3"
    desk = small_desk(f"sqlite:///{path}")
    register(desk, subject="Zyzzyva", body="Xylograph jams", type="fault", requester="Kim", email=KIM, now=at(0))
    desk.store.checkpoint()
    assert b"zyzzyva" in path.read_bytes(), "the index has it in small letters"
    erasure.erase_person(desk, KIM, now=at(60))
    desk.store.close()
    for file in tmp_path.glob("desk.sqlite3*"):
        assert not any(word in file.read_bytes().lower() for word in (b"zyzzyva", b"xylograph")), file
