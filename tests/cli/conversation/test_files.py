"""`deskterm ticket reply|note|new|resolve --attach`, and `ticket files|save-files|open-file` (C-22)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli_call import Call

pytestmark = pytest.mark.law("C-22")

AT = ("--now", "2026-11-23T09:30Z")


def test_files_go_with_messages_and_come_back_as_they_were(managed_services: Call, tmp_path: Path) -> None:
    call, folder = managed_services, tmp_path / "out"
    folder.mkdir()
    for name, content in (("plan.pdf", b"%PDF"), ("log.txt", b"up\n"), ("evil\u202e.html", b"<script>")):
        (tmp_path / name).write_bytes(content)
    plan, log, page = (str(tmp_path / name) for name in ("plan.pdf", "log.txt", "evil\u202e.html"))
    answered = call("ticket", "reply", "1001", "The plan.", "--attach", plan, "--attach", log, *AT)
    assert (answered.code, answered.out.partition(";")[0].strip()) == (0, "1001 answered with 2 files")
    whole = call("outbox", "--full", *AT).out
    assert whole.endswith("    The plan.\n    + plan.pdf\n    + log.txt\n\n")
    assert call("outbox", "--json", *AT).json[-1]["files"] == ["plan.pdf", "log.txt"]
    assert "with 1 file" in call("ticket", "note", "1001", "Do not open it.", "--attach", page, *AT).out
    sent = ("ticket", "reply", "1001", "Here.", "--from-requester", "--attach", log)
    assert "came with files" in call(*sent, *AT).out
    listed = call("ticket", "files", "1001", *AT).out
    assert [line.split()[0] for line in listed.splitlines()[1:] if line.split()[0].isdigit()] == ["1", "2", "3", "4"]
    assert "internal" in listed
    assert "\u202e" not in listed
    shown = call("ticket", "show", "1001", *AT).out
    assert "  The plan.\n  + plan.pdf, 4 B\n  + log.txt, 3 B\n" in shown
    found = call("ticket", "files", "1001", "--json", *AT).json
    assert [(one["file"], one["name"], one["kind"], one["size"]) for one in found][:3] == [
        (1, "plan.pdf", "public", 4),
        (2, "log.txt", "public", 3),
        (3, "evil.html", "internal", 8),
    ]
    saved = call("ticket", "save-files", "1001", "--to", str(folder), "--json", *AT).json["saved"]
    assert [Path(path).name for path in saved] == ["plan.pdf", "log.txt", "evil.html", "log (2).txt"]
    assert Path(saved[3]).read_bytes() == b"up\n"
    assert call("ticket", "save-files", "1001", "3", "--to", str(folder), *AT).out.endswith("evil (2).html\n")
    gone = call("ticket", "save-files", "1001", "x.doc", "--to", str(folder), *AT)
    assert (gone.code, "There is no file x.doc" in gone.err) == (1, True)
    refused = call("ticket", "open-file", "1001", "evil.html", *AT)
    assert (refused.code, "might run as a program" in refused.err) == (1, True)
    (folder / "contents").mkdir()
    exported = call("export", "files", "--contents", str(folder / "contents"), "--format", "jsonl", *AT)
    assert [json.loads(line)["name"] for line in exported.out.splitlines()][:2] == ["plan.pdf", "log.txt"]
    assert exported.err == f"3 contents written to {folder / 'contents'}.\n"
    assert {path.read_bytes() for path in (folder / "contents").iterdir()} == {b"%PDF", b"up\n", b"<script>"}
    assert call("audit", "verify", "--json").json["files"] == 4
    assert call("doctor").code == 0


def test_a_file_that_cannot_be_read_keeps_the_reply_from_being_sent(managed_services: Call, tmp_path: Path) -> None:
    for path, sentence in ((tmp_path, "is a folder"), (tmp_path / "gone", "There is no file")):
        refused = managed_services("ticket", "reply", "1001", "The plan.", "--attach", str(path), *AT)
        assert (refused.code, sentence in refused.err, refused.out) == (1, True, "")
    assert managed_services("ticket", "files", "1001", *AT).out == "No files went with 1001.\n"
    assert managed_services("ticket", "files", "4711", *AT).code == 1


def test_requests_and_solutions_have_files_too(managed_services: Call, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    attach = ("--attach", str(tmp_path / "a.txt"))
    new = managed_services("ticket", "new", "Hot", "--body", "See it.", "--requester", "Ida", "--incomplete", *attach,
                           "--json", *AT).json["number"]  # fmt: skip
    assert len(managed_services("ticket", "files", str(new), "--json", *AT).json) == 1
    refused = managed_services("ticket", "new", "Hot", "--requester", "Ida", "--incomplete", *attach, *AT)
    assert (refused.code, "say in the body" in refused.err) == (2, True)
