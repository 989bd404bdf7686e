"""Files and contents that were changed past deskterm are found by `audit verify` and `doctor` (C-22)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from small_desk import at, small_desk
from tampering import tamper

pytestmark = pytest.mark.law("C-22")

PLAN = NewFile("plan.pdf", "application/pdf", b"%PDF the plan")
PHOTO = NewFile("photo.png", "image/png", b"\x89PNG" * 1000)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE file_content SET bytes = CAST('x' AS BLOB) WHERE size = 13", (1001, 2, "file")),
        ("UPDATE file_content SET size = 14 WHERE size = 13", (1001, 2, "file")),
        ("UPDATE attachment SET content = (SELECT digest FROM file_content WHERE size = 4000)", (1001, 2, "file")),
        ("UPDATE attachment SET content = NULL, salt = '' WHERE seq = 2", (1001, 2, "file")),
        ("UPDATE attachment SET type = 'text/html' WHERE seq = 2", (1001, 2, "file")),
        ("DELETE FROM attachment WHERE seq = 2", (1001, 2, "file")),
        ("INSERT INTO attachment SELECT ticket_id, name_id, 2, 2, type, size, salt, content FROM attachment "
         "WHERE seq = 2", (1001, 2, "file")),
        ("UPDATE personal_text SET body = 'evil.exe' WHERE body = 'plan.pdf'", (1001, 2, "words")),
    ],
)  # fmt: skip
def test_what_somebody_did_to_a_file_past_deskterm_is_found(
    tmp_path: Path, statement: str, expected: tuple[int, int, str]
) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    register(desk, subject="Login", body="See the photo.", type="fault", requester="Kim", files=[PHOTO], now=at(0))
    messages.reply(desk, 1001, "Follow the plan.", files=[PLAN], now=at(1))
    if statement.startswith("INSERT"):
        statement = statement.replace("INTO attachment", "INTO attachment (ticket_id, name_id, seq, place, type, size, "
                                      "salt, content)")  # fmt: skip
    tamper(desk, statement)
    with open_reader(desk.store.url) as reader:
        faults = verify_chains(reader).faults
        assert expected in [(fault.ticket, fault.seq, fault.what) for fault in faults]
        assert {fault for fault in faults if fault.seq} <= set(verify_chains(reader, number=1001).faults)
    assert any("event 2" in finding.sentence for finding in check_integrity(desk.store).findings)
    desk.store.close()
