"""`deskterm backup` and `deskterm restore`, as people type them (D-49, R-78 to R-83)."""

from __future__ import annotations

import gc
import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import typer
import typer.core

from cli_call import Call
from deskterm.cli.admin.backups.backup import back_up
from deskterm.cli.admin.backups.restore import restore_desk
from deskterm.cli.admin.doctor import check_store
from deskterm.cli.runtime.context import CliContext
from small_desk import MONDAY, small_desk

PROGRAM = (
    sys.executable,
    "-c",
    "import sys; from deskterm.cli.main import run; sys.exit(run(sys.argv[1:], login='ann'))",
)
NOW = ("--now", "2026-11-23T09:00")


def open_ticket(desk: Call, subject: str) -> None:
    opened = desk("ticket", "new", subject, "--type", "fault", "--requester", "Kim", "--email", "kim@larch.example",
                  "--body", "It hurts.", *NOW)  # fmt: skip
    assert opened.code == 0, opened.err


def test_what_came_after_a_backup_is_said_before_it_is_lost(desk: Call, tmp_path: Path) -> None:
    open_ticket(desk, "first")
    assert desk("backup").code == 0
    (backup,) = (tmp_path / "backups").glob("*.sqlite3")
    open_ticket(desk, "second")
    trial = desk("restore", backup, "--dry-run")
    assert "The backup is sound: 1 ticket" in trial.out
    assert "1 event on 1 ticket, from Mon 23 Nov 2026 09:00 GMT on, is not in the backup" in trial.out
    gc.collect()  # commands leave it to the end of the process to close their stores
    refused = desk("restore", backup)
    assert refused.code == 1
    assert "will not be in the desk. Say --yes" in refused.err
    assert "second" in desk("ticket", "list").out
    gc.collect()
    done = desk("restore", backup, "--yes")
    assert done.code == 0, done.err
    assert "The desk that was there is kept at" in done.out
    assert "second" not in desk("ticket", "list").out
    assert desk("audit", "verify").code == 0


def test_a_desk_at_rest_for_months_is_backed_up_repaired_and_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESKTERM_ANYWAY")
    url, file = f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path / "kept.sqlite3"
    small_desk(url).store.close()

    def call(command: Callable[..., None], **words: object) -> None:
        cli = CliContext(url, login="ann", system_time=lambda: MONDAY.timestamp() + 60 * 86_400)
        command(typer.Context(typer.core.TyperCommand("backup"), obj=cli), **words)

    call(back_up, target=str(file))
    assert file.exists()
    call(check_store, repair=True)
    call(restore_desk, file=file, yes=True)
    assert list(tmp_path.glob("desk.sqlite3?*")), "the desk that was there is kept beside it"


def test_only_an_admin_backs_up_and_restores(managed_services: Call, tmp_path: Path) -> None:
    assert managed_services("backup", tmp_path / "b").code == 0
    for words in (("backup", tmp_path / "c"), ("restore", tmp_path / "b", "--yes")):
        answer = managed_services(*words, "--as", "sam")
        assert answer.code == 1
        assert "may not back the desk up or restore it: ask somebody with the role admin" in answer.err


def test_a_backup_is_written_down_as_an_access_where_the_procedure_wants_that(
    deskterm: Call, procedure_file: Path, tmp_path: Path
) -> None:
    text = procedure_file.read_text(encoding="utf-8") + "\n[retention]\nlog_accesses = true\n"
    procedure_file.write_text(text, encoding="utf-8")
    assert deskterm("init", "--procedure", procedure_file).code == 0
    assert deskterm("backup", tmp_path / "b").code == 0
    assert "looked at: backup" in deskterm("audit", "log", "--accesses").out


def test_older_backups_go_once_the_new_one_is_proved(desk: Call, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    (tmp_path / "kept").mkdir()
    (folder / "diary.sqlite3").write_text("mine")
    for day in (1, 2, 3):
        answer = desk("backup", f"{folder}/", "--keep", "2d", "--now", f"2026-12-0{day}T09:00", "--json")
        assert answer.code == 0, answer.err
    assert len(json.loads(answer.out)["removed"]) == 1
    left = sorted(path.name for path in folder.glob("deskterm-*.sqlite3"))
    assert len(left) == 2
    assert (folder / "diary.sqlite3").read_text() == "mine"


def test_a_backup_that_is_only_drilled_removes_nothing(desk: Call, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    for hour in ("09", "10"):
        assert desk("backup", f"{folder}/", "--now", f"2026-12-01T{hour}:00").code == 0
    older, _ = sorted(folder.glob("*.sqlite3"))
    refused = desk("backup", older, "--drill", "--keep", "1d")
    assert (refused.code, refused.err) == (2, "deskterm: --keep goes with a new backup.\n")
    assert older.exists()


def test_a_new_backup_that_fails_its_drill_costs_no_older_one(desk: Call, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    open_ticket(desk, "first")
    assert desk("backup", f"{folder}/", "--now", "2026-12-01T09:00").code == 0
    (older,) = folder.glob("*.sqlite3")
    with closing(sqlite3.connect(tmp_path / "desk.sqlite3")) as connection, connection:
        # A row that differs from its events: the chains are whole, and the drill folds the ticket again
        connection.execute("UPDATE ticket SET subject = 'another'")
    failed = desk("backup", f"{folder}/", "--drill", "--keep", "1d", "--now", "2026-12-01T10:00")
    assert failed.code == 1
    assert "was restored, and is not sound" in failed.err
    assert older.exists()


def test_a_drill_says_how_long_it_took_and_the_doctor_knows(
    deskterm: Call, procedure_file: Path, tmp_path: Path
) -> None:
    text = procedure_file.read_text(encoding="utf-8") + '\n[backup]\nevery = "1d"\n'
    procedure_file.write_text(text, encoding="utf-8")
    assert deskterm("init", "--procedure", procedure_file).code == 0
    before = deskterm("doctor").out
    assert "there is no backup of this desk (the procedure asks for one every 1d)" in before
    drilled = deskterm("backup", "--drill")
    assert drilled.code == 0, drilled.err
    assert "Restored into a temporary store in" in drilled.out
    after = deskterm("doctor").out
    assert "the last backup is of" in after
    assert "the last drill was less than a minute ago" in after


def test_a_stream_is_for_programs_and_is_restored_from_standard_input(desk: Call, tmp_path: Path) -> None:
    open_ticket(desk, "first")
    stream = subprocess.run([*PROGRAM, "backup", "--to", "-"], capture_output=True, check=True)
    assert b"written to standard output" in stream.stderr
    os.environ["DESKTERM_DATABASE"] = str(tmp_path / "elsewhere" / "desk.sqlite3")
    done = subprocess.run([*PROGRAM, "restore", "-"], input=stream.stdout, capture_output=True, check=True)
    assert b"Restored" in done.stdout
    assert "first" in desk("ticket", "list").out
    other = subprocess.run([*PROGRAM, "restore", "-"], input=b"hello", capture_output=True, check=False)
    assert (other.returncode, other.stderr.count(b"\n")) == (1, 1)
    assert b"What came on standard input is no backup" in other.stderr


def test_a_full_disk_leaves_no_backup_and_says_so(desk: Call, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    done = subprocess.run(
        [*PROGRAM, "backup", f"{folder}/"],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("deskterm: ")
    assert done.stderr.count("\n") == 1
    # It is the target that has no room, and not the desk
    assert "there is no backup: give a place that has room" in done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("words", [("--to", "file"), ("--to", "-", "--drill"), ("--keep", "often")])
def test_options_that_do_not_go_together_are_named(desk: Call, words: tuple[str, ...]) -> None:
    answer = desk("backup", *words)
    assert answer.code == 2
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("content", ["root:x:0:0\n", "", "gone", "other database", "no desk"])
def test_what_is_no_backup_is_named_as_it_was_given(desk: Call, tmp_path: Path, content: str) -> None:
    """D-49: the message named the copy that it is unpacked into, and advised to restore it."""
    open_ticket(desk, "first")
    file = tmp_path / "words.txt"
    if content in ("other database", "no desk"):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE t (x)")
            if content == "no desk":
                connection.execute("DROP TABLE t")
                connection.execute("VACUUM")
    elif content != "gone":
        file.write_text(content, encoding="utf-8")
    gc.collect()
    answer = desk("restore", file, "--yes", "--without-manifest")
    what = f"There is no backup {file}" if content == "gone" else f"{file} is no backup of a desk"
    assert (answer.code, answer.err) == (1, f"deskterm: {what}: give a file that `deskterm backup` made.\n")
    assert "first" in desk("ticket", "list").out


def test_a_restored_desk_says_so_in_its_own_log(desk: Call, tmp_path: Path) -> None:
    """D-49"""
    open_ticket(desk, "first")
    assert desk("backup").code == 0
    (backup,) = (tmp_path / "backups").glob("*.sqlite3")
    open_ticket(desk, "second")
    gc.collect()
    assert desk("restore", backup, "--yes").code == 0
    (entry,) = [event for event in desk("audit", "log", "--json").json if event["kind"] == "restored"]
    assert entry["login"] == "ann"
    assert str(backup) in entry["data"]["lines"][0]
    assert entry["data"]["lines"][1:] == ["1 later events were lost"]
    assert "desk restored from a backup" in desk("audit", "log").out
    assert desk("audit", "verify").code == 0
    gc.collect()
    (tmp_path / "desk.sqlite3").unlink()
    assert desk("restore", backup).code == 0
    assert [event["login"] for event in desk("audit", "log", "--json").json if event["kind"] == "restored"] == ["ann"]
