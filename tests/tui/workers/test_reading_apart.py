"""Reading in a thread of its own: its answer, its errors, and its end when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import threading

import pytest

from deskterm.errors import DeskError
from deskterm.progress import Progress
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.tui.workers.reading_apart import read_apart

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def list_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "reading apart"]


async def test_its_answer_comes_back_with_how_far_it_is_and_its_error_too(url: str) -> None:
    seen = []

    def count(reader: ReadConnection, progress: Progress) -> int:
        progress(1, 2)
        return int(reader.rows("SELECT count(*) FROM ticket")[0][0])

    def fail(reader: ReadConnection, progress: Progress) -> int:
        raise DeskError("No.")

    assert await read_apart(lambda: open_reader(url), count, lambda done, total: seen.append((done, total))) == 4
    assert seen == [(1, 2)]
    with pytest.raises(DeskError, match="No"):
        await read_apart(lambda: open_reader(url), fail)


@pytest.mark.law("C-44")
async def test_a_query_that_nobody_waits_for_is_interrupted(url: str) -> None:
    begun = threading.Event()

    def count(reader: ReadConnection, progress: Progress) -> None:
        begun.set()
        reader.rows(ENDLESS)

    task = asyncio.create_task(read_apart(lambda: open_reader(url), count))
    while not begun.is_set():
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(500):
        if not list_threads():
            break
        await asyncio.sleep(0.01)
    assert list_threads() == []
