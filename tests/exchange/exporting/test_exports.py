"""Exports: the content of the files, and that a file is complete or not there."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deskterm.desk.conversation.messages import reply
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import move, tag
from deskterm.errors import DeskError, UsageError
from deskterm.exchange.exporting.columns import SOURCES, ExportTable, choose_columns
from deskterm.exchange.exporting.destination import open_destination
from deskterm.exchange.exporting.exports import TicketFilter, export
from deskterm.exchange.exporting.formats.row_writer import ExportFormat, FormatOptions
from deskterm.exchange.unseen_characters import restore_unseen
from deskterm.store.db.reader import open_reader
from small_desk import at, small_desk

TABLES: tuple[ExportTable, ...] = ("tickets", "messages", "events", "clocks", "files", "people")


@pytest.fixture
def desk(store_url: str) -> DeskSession:
    """A desk with two tickets: one with a conversation and solved, one new."""
    desk = small_desk(store_url)
    register(
        desk,
        type="fault",
        severity="high",
        subject='The "blue", one\u2028=SUM(1)',
        body="It is\nbroken, né?",
        requester="Kim Reed",
        organisation="larch",
        tags=("vip", "wall"),
        external_id="X-1",
        now=at(0),
    )
    reply(desk, 1001, "=HYPERLINK(1)", files=[NewFile("=a.txt", "text/plain", b"a")], now=at(20))
    move(desk, 1001, "solved", now=at(40))
    register(desk, type="question", subject="How long?", now=at(60))
    tag(desk, 1002, add=("later",), now=at(61))
    return desk


def export_text(desk: DeskSession, what: ExportTable, form: ExportFormat, **options: Any) -> str:
    text = io.StringIO()
    with open_reader(desk.store.url) as reader:
        count = export(reader, what, form, text, **options).rows
    assert count == (text.getvalue().count("\n") if form == "jsonl" else len(parse_csv(text.getvalue())))
    return text.getvalue()


def parse_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def export_records(desk: DeskSession, what: ExportTable, **options: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_text(desk, what, "jsonl", **options).split("\n")[:-1]]


def test_tickets_are_objects_with_lists_and_instants(desk: DeskSession) -> None:
    first, second = export_records(desk, "tickets")
    assert tuple(first) == tuple(column.name for column in SOURCES["tickets"].columns)
    assert first | {"hash": ""} == {
        **{"number": 1001, "external_id": "X-1", "type": "fault", "status": "solved", "category": "solved"},
        **{"subject": 'The "blue", one =SUM(1)', "severity": "high", "severity_requested": None, "priority": None},
        **{"impact": None, "urgency": None, "requester": "Kim Reed", "organisation": "Larch Ltd", "channel": "email"},
        **{"department": None, "team": None, "tier": None, "assignee": None, "product": None, "topic": None},
        **{"tags": ["vip", "wall"], "fields": {}, "received_at": "2026-11-23T09:00:00Z"},
        **{"updated_at": "2026-11-23T09:40:00Z", "answered_at": "2026-11-23T09:20:00Z"},
        **{"solved_at": "2026-11-23T09:40:00Z", "closed_at": None, "reopened": 0, "waiting": "them"},
        **{"next_due_at": None, "next_metric": "", "breached": False, "version": first["version"], "hash": ""},
    }
    assert (second["number"], second["tags"], second["solved_at"]) == (1002, ["later"], None)


def test_messages_have_their_bodies(desk: DeskSession) -> None:
    found = export_records(desk, "messages")
    assert [(row["ticket"], row["author"], row["body"]) for row in found] == [
        (1001, "Kim Reed", "It is\nbroken, né?"),
        (1001, "Ann", "=HYPERLINK(1)"),
    ]


def test_events_have_their_changes_and_hash(desk: DeskSession) -> None:
    found = export_records(desk, "events")
    assert [(row["ticket"], row["seq"]) for row in found] == sorted((row["ticket"], row["seq"]) for row in found)
    moved = next(row for row in found if row["kind"] == "moved")
    assert moved["data"]["changes"]["status"][1] == "solved"
    assert len(moved["hash"]) == 64


def test_clocks_have_their_seconds_and_their_policy(desk: DeskSession) -> None:
    found = {row["metric"]: row for row in export_records(desk, "clocks")}
    response = found["response"]
    assert (response["ticket"], response["state"], response["consumed"]) == (1001, "met", 1200)
    assert (response["due_at"], response["policy"]) == ("2026-11-23T09:30:00Z", "faults")


@pytest.mark.parametrize("what", TABLES)
def test_csv_has_the_same_values_as_jsonl(desk: DeskSession, what: ExportTable) -> None:
    def as_text(value: object) -> str:
        if isinstance(value, list):
            return ",".join(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return "" if value is None else str(value)

    cells = parse_csv(export_text(desk, what, "csv", options=FormatOptions(guard_formulas=False)))
    expected = export_records(desk, what)
    assert len(cells) == len(expected)
    for row, record in zip(cells, expected, strict=True):
        assert tuple(row) == tuple(column.name for column in SOURCES[what].columns)
        for name, value in record.items():
            if isinstance(value, dict):
                assert json.loads(row[name]) == value
            else:
                assert row[name] == as_text(value)


def test_a_long_table_is_exported_completely_and_in_order(desk: DeskSession) -> None:
    with desk.store.bulk() as bulk:
        names = [
            *("ticket_id", "metric", "cycle", "state", "started_at", "target", "consumed", "since", "next_event_at"),
            *("policy", "calendar", "version"),
        ]
        instant = "2026-11-23 09:00:00.000000"
        rows = [(1002, f"m{n % 7}", n, "met", instant, "1h", n, instant, instant, "", "", 1) for n in range(1, 5001)]
        bulk.insert("clock", names, rows)
    found = [(row["ticket"], row["metric"], row["cycle"]) for row in export_records(desk, "clocks")]
    assert found == sorted(set(found))
    assert len([key for key in found if key[0] == 1002]) == 5000


def test_an_export_is_of_one_instant_though_others_write_meanwhile(desk: DeskSession, store_url: str) -> None:
    """R-60."""
    with desk.store.bulk() as bulk:
        names = ("ticket_id", "metric", "cycle", "state", "started_at", "target", "consumed", "since", "next_event_at")
        instant = "2026-11-23 09:00:00.000000"
        bulk.insert(
            "clock",
            (*names, "policy", "calendar", "version"),
            [(1001, "m", cycle, "met", instant, "1h", 0, instant, instant, "", "", 1) for cycle in range(1, 3001)],
        )
    before = export_records(desk, "clocks")

    class Interrupted(io.StringIO):
        """Output in whose first line a further ticket is registered."""

        is_written = False

        def write(self, text: str) -> int:
            if not self.is_written:
                self.is_written = True
                register(desk, type="fault", severity="low", subject="Late", now=at(90))
            return super().write(text)

    text = Interrupted()
    with open_reader(store_url) as reader:
        export(reader, "clocks", "jsonl", text)
        assert [json.loads(line) for line in text.getvalue().splitlines()] == before
        # The block is over: the next export sees what was written
        after = io.StringIO()
        export(reader, "clocks", "jsonl", after)
    assert [json.loads(line) for line in after.getvalue().splitlines()] == export_records(desk, "clocks") != before


@pytest.mark.parametrize("what", TABLES[:-1])
def test_only_tickets_of_the_filter_are_exported(desk: DeskSession, what: ExportTable) -> None:
    def export_numbers(ticket_filter: TicketFilter) -> set[int]:
        return {
            row["number" if what == "tickets" else "ticket"]
            for row in export_records(desk, what, tickets=ticket_filter)
        }

    first = {1001}
    second = {1002} if what in ("tickets", "events") else set()
    assert export_numbers(TicketFilter(is_open=False)) == first
    assert export_numbers(TicketFilter(is_open=True)) == second
    assert export_numbers(TicketFilter(organisation="Larch Ltd")) == first
    assert export_numbers(TicketFilter(since=at(60))) == second
    assert export_numbers(TicketFilter(until=at(60))) == first
    assert export_numbers(TicketFilter(since=at(1), until=at(2))) == set()


def test_people_are_those_outside_the_desk_and_a_filter_leaves_the_requesters_of_its_tickets(desk: DeskSession) -> None:
    register(desk, type="question", subject="And I?", requester="Lou", email="lou@larch.example", now=at(70))
    people = export_records(desk, "people")
    assert [(row["name"], row["email"], row["client"]) for row in people] == [
        ("Kim Reed", None, "Larch Ltd"),
        ("Lou", "lou@larch.example", "Larch Ltd"),
    ]
    assert [row["name"] for row in export_records(desk, "people", tickets=TicketFilter(is_open=False))] == ["Kim Reed"]


def test_columns_are_chosen_and_ordered_and_a_wrong_name_is_told_the_nearest(desk: DeskSession) -> None:
    """R-64."""
    columns = choose_columns("tickets", chosen=("status", "source", "number"))
    assert [tuple(row) for row in export_records(desk, "tickets", columns=columns)] == 2 * [
        ("status", "source", "number")
    ]
    assert choose_columns("tickets", ("source",))[-1].name == "source"
    for names, sentence in (
        (("statsu",), "no column 'statsu': did you mean status?"),
        (("status", "status"), "'status' is named twice"),
    ):
        with pytest.raises(UsageError, match=re.escape(sentence)):
            choose_columns("tickets", chosen=names)
    with pytest.raises(UsageError, match="no 'source' to add"):
        choose_columns("clocks", ("source",))


def test_formulas_are_guarded_in_csv_unless_told_otherwise(desk: DeskSession) -> None:
    """D-46: who opens an export in a spreadsheet need not know of it."""
    assert parse_csv(export_text(desk, "messages", "csv"))[1]["body"] == "'=HYPERLINK(1)"
    assert (
        parse_csv(export_text(desk, "messages", "csv", options=FormatOptions(guard_formulas=False)))[1]["body"]
        == "=HYPERLINK(1)"
    )
    assert export_records(desk, "messages")[1]["body"] == "=HYPERLINK(1)"


def test_csv_shows_what_hides(desk: DeskSession) -> None:
    """D-46: a terminal that the file is printed to obeys none of it."""
    hidden = "a\u200bb\U000e0041c\x9bd\u2066e\ufefff\x1b[31mg"
    reply(desk, 1001, hidden, now=at(70))
    text = export_text(desk, "messages", "csv")
    assert [character for character in text if not character.isprintable() and character not in "\r\n"] == []
    assert restore_unseen(parse_csv(text)[-1]["body"]) == hidden
    assert (
        parse_csv(export_text(desk, "messages", "csv", options=FormatOptions(guard_formulas=False)))[-1]["body"]
        == hidden
    )


def test_json_lines_show_what_hides(desk: DeskSession) -> None:
    """D-46: characters of no width, tags and controls are escapes; to a program the text is the same."""
    hidden = "a\u200bb\U000e0041c\x9bd\u2066e\ufefff"
    reply(desk, 1001, hidden, now=at(70))
    text = export_text(desk, "messages", "jsonl")
    assert [character for character in text if not character.isprintable() and character != "\n"] == []
    assert json.loads(text.split("\n")[-2])["body"] == hidden


def test_an_unknown_export_is_refused(desk: DeskSession) -> None:
    with pytest.raises(UsageError, match="no export of pets as csv: take tickets, messages, events, clocks"):
        export_text(desk, "pets", "csv")  # type: ignore[arg-type]


# -- files --------------------------------------------------------------------------------------------------------


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with open_destination(path) as file:
        file.write("a\r\nné\n")
        assert not path.exists()
    assert path.read_bytes() == "a\r\nné\n".encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def write_and_call(path: Path, text: str, then: Callable[[], object]) -> None:
    with open_destination(path) as file:
        file.write(text)
        then()


def test_a_file_whose_export_fails_does_not_appear(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_call(tmp_path / "out.csv", "half", lambda: 1 // 0)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(DeskError, match="is there already: give another name, or replace it with --force"):
        open_destination(path).__enter__()
    assert path.read_text() == "old"
    with open_destination(path, force=True) as file:
        file.write("new")
    assert path.read_text() == "new"


def test_a_file_that_another_program_made_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with pytest.raises(DeskError, match="is there already"):
        write_and_call(path, "mine", lambda: path.write_text("theirs"))
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


KILLED = """
import os, signal, sys
from pathlib import Path
from deskterm.exchange.exporting import destination
if sys.argv[2] == "named":
    del os.O_TMPFILE
with destination.open_destination(Path(sys.argv[1])) as file:
    file.write("half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("kind", ["unnamed", "named"])
def test_nothing_is_left_of_an_export_that_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """D-48: at once where the system has files without a name, else when somebody exports there again."""
    path = tmp_path / "out.csv"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), kind], check=False)
    assert killed.returncode == -signal.SIGKILL
    if kind == "unnamed" and hasattr(os, "O_TMPFILE"):
        assert list(tmp_path.iterdir()) == []
    else:
        assert [file.suffix for file in tmp_path.iterdir()] == [".part"]
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with open_destination(path) as other, open_destination(tmp_path / "out.csv.gz") as file:
        other.write("whole")
        file.write("another")
    assert {file.name for file in tmp_path.iterdir()} == {"out.csv", "out.csv.gz"}


def test_an_export_that_runs_is_not_taken_for_a_remnant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "out.csv"
    with pytest.raises(DeskError, match="is there already"):
        write_and_call(path, "first", lambda: write_and_call(path, "second", lambda: None))
    assert path.read_text() == "second"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_of_ones_own_stays_one_and_its_file_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "data.csv", tmp_path / "out.csv"
    target.write_text("old")
    link.symlink_to(target)
    with open_destination(link, force=True) as file:
        file.write("new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a link that is another user's")
def test_a_link_of_another_user_is_not_followed(tmp_path: Path) -> None:
    """D-48: whoever made it would choose which file is replaced."""
    target, link = tmp_path / "mine", tmp_path / "out.csv"
    target.write_text("old")
    link.symlink_to(target)
    os.lchown(link, 1234, 1234)
    with pytest.raises(DeskError, match="is a symbolic link of another user: remove it, or give another name"):
        open_destination(link, force=True).__enter__()
    assert target.read_text() == "old"


def test_a_path_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="is a folder: give a file in it"):
        open_destination(tmp_path).__enter__()
    with pytest.raises(DeskError, match="cannot be written: no such file or directory"):
        open_destination(tmp_path / "none" / "out.csv").__enter__()
    with pytest.raises(DeskError, match="is no ordinary file"):
        open_destination(Path("/dev/null"), force=True).__enter__()


def test_an_instant_keeps_its_seconds(desk: DeskSession) -> None:
    for row in export_records(desk, "events"):
        assert datetime.fromisoformat(row["at"]).astimezone(UTC).microsecond == 0
