"""Files of messages in the store: one content once, a row a use, covered by the chain, gone with whoever sent them
(C-22)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.history import retention
from deskterm.desk.history.erasing import erasure
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.linking import split
from deskterm.desk.tickets import resolution, update
from deskterm.desk.tickets.register import register
from deskterm.errors import UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_tabs.files import load_content
from small_desk import at, small_desk
from ticket_reads import read_ticket

pytestmark = pytest.mark.law("C-22")

KIM = "kim@larch.example"
PLAN = NewFile("plan.pdf", "application/pdf", b"%PDF the plan")
PHOTO = NewFile("../photo\u202e.png", "image/png", b"\x89PNG" * 1000)


def open_small_desk(url: str) -> DeskSession:
    desk = small_desk(url)
    register(desk, subject="Login", body="See the photo.", type="fault", requester="Kim Doe", email=KIM,
             files=[PHOTO], now=at(0))  # fmt: skip
    return desk


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    session = open_small_desk(store_url)
    yield session
    session.store.close()


def count_contents(desk: DeskSession) -> int:
    with open_reader(desk.store.url) as reader:
        return int(reader.rows("SELECT count(*) FROM file_content")[0][0])


def find_faults(desk: DeskSession) -> list[tuple[int, int | None, str]]:
    with open_reader(desk.store.url) as reader:
        faults = verify_chains(reader).faults
        assert [fault._replace(at=None) for fault in verify_chains(reader, number=1001).faults if fault.seq] == [
            fault._replace(at=None) for fault in faults if fault.ticket == 1001 and fault.seq
        ]
    return [(fault.ticket, fault.seq, fault.what) for fault in faults]


def test_files_go_with_requests_replies_notes_and_solutions_and_each_content_is_kept_once(desk: DeskSession) -> None:
    messages.reply(desk, 1001, "Follow the plan.", files=[PLAN, PLAN], now=at(1))
    messages.add_note(desk, 1001, "Their photo again.", files=[PHOTO], now=at(2))
    messages.record_customer_message(desk, 1001, "Mine.", files=[NewFile("a.txt", "text/plain", b"")], now=at(3))
    result = resolution.resolve(desk, 1001, "Done by the plan.", files=[PLAN], now=at(4))
    assert "1001" in result.summary
    files = read_ticket(desk).files
    assert [(one.seq, one.place, one.name, one.size, one.kind) for one in files] == [
        (1, 1, "../photo\u202e.png", 4000, "public"),
        (2, 1, "plan.pdf", 13, "public"),
        (2, 2, "plan.pdf", 13, "public"),
        *((one.seq, 1, name, size, kind) for one, (name, size, kind) in zip(
            files[3:], [("../photo\u202e.png", 4000, "internal"), ("a.txt", 0, "public"), ("plan.pdf", 13, "public")],
            strict=True)),
    ]  # fmt: skip
    assert count_contents(desk) == 3
    with open_reader(desk.store.url) as reader:
        assert [load_content(reader, one) for one in files[:2]] == [PHOTO.content, PLAN.content]
        ((data,),) = reader.rows("SELECT data FROM event WHERE ticket_id = 1001 AND seq = 2")
    # Neither name nor content can be told from the event, which outlives both (M-68)
    assert PLAN.digest not in data
    assert "plan.pdf" not in data
    assert [(one["type"], one["size"]) for one in json.loads(data)["files"]] == [("application/pdf", 13)] * 2
    assert find_faults(desk) == []
    assert check_integrity(desk.store).findings == ()


def test_a_file_above_the_desks_limit_is_refused_and_nothing_is_written(desk: DeskSession) -> None:
    large = NewFile("dump.bin", "application/octet-stream", bytes(20_000_001))
    with pytest.raises(UsageError, match=r"dump\.bin is 20 MB, and a file may have 20 MB here"):
        messages.reply(desk, 1001, "The dump.", files=[large], now=at(1))
    with pytest.raises(UsageError, match="say in the body"):
        register(desk, subject="Only a file", type="fault", files=[PLAN], now=at(1))
    assert read_ticket(desk).version == 1
    assert count_contents(desk) == 1


def test_files_of_a_person_go_with_the_person_and_a_content_with_its_last_use(desk: DeskSession) -> None:
    register(desk, subject="Other", body="The same photo.", type="fault", requester="Bo Hill",
             email="bo@larch.example", files=[PHOTO], now=at(1))  # fmt: skip
    messages.reply(desk, 1001, "Follow the plan.", files=[PLAN], now=at(2))
    rehearsal = erasure.erase_person(desk, KIM, now=at(5), dry_run=True)
    assert (rehearsal.files, count_contents(desk)) == (1, 2)
    assert erasure.erase_person(desk, KIM, now=at(5)).files == 1
    erased, plan = read_ticket(desk).files
    assert (erased.name, erased.digest, plan.digest) == ("", None, PLAN.digest)
    assert count_contents(desk) == 2  # Bo's ticket still has it
    erasure.erase_person(desk, "bo@larch.example", now=at(6))
    assert count_contents(desk) == 1
    assert find_faults(desk) == []
    assert check_integrity(desk.store).findings == ()


def test_a_purge_empties_files_with_the_words(desk: DeskSession) -> None:
    for status in ("solved", "closed"):
        update.move(desk, 1001, status, now=at(1))
    later = at(0) + timedelta(days=7 * 366)
    desk.agent.role = "admin"
    with desk.store.writing() as session:
        session.execute(text("UPDATE agent SET role = 'admin' WHERE login = 'sam'"))
    with open_reader(desk.store.url) as reader:
        assert retention.purge_expired_tickets(desk, reader, now=later)
    assert (count_contents(desk), [one.digest for one in read_ticket(desk).files]) == (0, [None])
    assert find_faults(desk) == []


def test_a_split_message_takes_its_files_along(desk: DeskSession) -> None:
    messages.record_customer_message(desk, 1001, "Something else.", files=[PLAN], now=at(3))
    result = split.split_message(desk, 1001, 2, now=at(4))
    assert [one.name for one in read_ticket(desk, result.number).files] == ["plan.pdf"]
    assert count_contents(desk) == 2
