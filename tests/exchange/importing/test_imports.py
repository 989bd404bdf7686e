"""Bringing a log in: what its rows become, what is left alone, and what is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.events import decode_event
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.tickets.update import move
from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.imports import import_events
from deskterm.exchange.importing.report import ImportRefused, ImportReport
from exchange.importing.event_logs import HEADER, MAPPING, MONDAY, desk_at, mapping, row, tables, write_log

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Bench:
    """A desk, and a log to bring in."""

    def __init__(self, url: str, folder: Path) -> None:
        self.desk: DeskSession = desk_at(url)
        self.folder = folder

    def take(self, *rows: tuple[str, ...], words: str = MAPPING, **options: object) -> ImportReport:
        path = write_log(self.folder / "log.csv", rows)
        settings: dict[str, object] = {"actor": "ann"} | options
        return import_events(self.desk.store, path, mapping(self.folder, words), **settings)  # type: ignore[arg-type]

    def all(self, sql: str) -> list[tuple[object, ...]]:
        with self.desk.store.reading() as session:
            return [tuple(found) for found in session.execute(text(sql))]

    def events(self, key: str) -> list[tuple[str, str, dict[str, object]]]:
        """Kind, time of day and what changed to what, of a ticket's events."""
        found = self.all(
            "SELECT seq, kind, at, actor, procedure_version, data FROM event JOIN ticket ON ticket.id = ticket_id"
            f" WHERE external_id = '{key}' ORDER BY seq"
        )
        events = [
            decode_event(seq, kind, _epoch(at), who, version, data)  # type: ignore[arg-type]
            for seq, kind, at, who, version, data in found
        ]
        return [
            (
                event.kind,
                f"{datetime.fromtimestamp(event.at, UTC):%H:%M}",
                {n: new for n, (_, new) in event.changes.items()},
            )
            for event in events
        ]


def _epoch(at: object) -> int:
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return to_epoch(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


@pytest.fixture
def bench(store_url: str, tmp_path: Path) -> Bench:
    return Bench(store_url, tmp_path)


@pytest.fixture
def quick(tmp_path: Path) -> Bench:
    """On SQLite alone: for rules that no database has a say in."""
    return Bench(f"sqlite:///{tmp_path / 'quick.sqlite3'}", tmp_path)


def test_rows_become_a_ticket_with_its_history(bench: Bench) -> None:
    report = bench.take(
        row("A-1", "09:00", caller="Kim  Reed", client="Larch Ltd", group="first-line", title="It  broke", marks="vip"),
        row(
            "A-1",
            "10:00",
            "W",
            caller="Kim  Reed",
            client="Larch Ltd",
            group="first-line",
            title="It  broke",
            owner="sam",
        ),
        row(
            "A-1",
            "11:00",
            "S",
            caller="Kim  Reed",
            client="Larch Ltd",
            group="first-line",
            title="It  broke",
            owner="sam",
        ),
    )
    assert (report.rows, report.tickets, report.events, report.notes, report.skipped) == (3, 1, 3, (), ())
    ((number, *ticket),) = bench.all(
        "SELECT id, external_id, type, subject, status, severity, requester, organisation, channel, team, assignee,"
        " tags, version FROM ticket"
    )
    assert number == 1001
    assert ticket == [
        *(
            "A-1",
            "fault",
            "It broke (first-line)",
            "solved",
            "low",
            "Kim Reed",
            "Larch Ltd",
            "email",
            "first-line",
            "sam",
        ),
        *("", 3),
    ]
    assert bench.all("SELECT metric, state, consumed FROM clock ORDER BY metric") == [
        ("resolution", "met", 7200),
        ("response", "late", 7200),
    ]
    assert bench.all("SELECT rows FROM imported_row WHERE source = 'other-desk'") == [(3,)]
    assert not check_integrity(bench.desk.store).findings


def test_each_row_is_an_event_that_holds_what_changed(quick: Bench) -> None:
    quick.take(
        row("A-1", "09:00", group="g1"),
        row("A-1", "09:10", group="g1"),
        row("A-1", "09:10", "W", group="g2", level="1"),
    )
    (kind, at, first), *later = quick.events("A-1")
    assert (kind, at) == ("registered", "09:00")
    assert first == {
        **{"external_id": "A-1", "type": "fault", "status": "new", "severity": "low", "channel": "email", "team": "g1"},
        "received_at": _epoch("2026-11-23T09:00"),
    }
    assert later == [
        ("imported", "09:10", {}),
        ("imported", "09:10", {"status": "working", "severity": "high", "team": "g2"}),
    ]
    assert quick.all("SELECT DISTINCT actor FROM event") == [("otto",)]


def test_a_log_that_begins_after_the_opening_does_not_stop_clocks_at_the_opening(quick: Bench) -> None:
    quick.take(row("A-1", "12:00", "S", opened="09:00", level="1", group="g1", owner="sam"))
    (_, opened, first), (kind, at, second) = quick.events("A-1")
    assert (opened, first["status"], first["severity"]) == ("09:00", "new", "high")
    assert "assignee" not in first
    assert "team" not in first
    assert (kind, at) == ("imported", "12:00")
    assert second == {"status": "solved", "assignee": "sam", "team": "g1"}
    assert quick.all("SELECT metric, state, consumed FROM clock ORDER BY metric") == [
        ("resolution", "met", 3 * 3600),
        ("response", "late", 3 * 3600),
    ]


def test_a_ticket_cannot_be_opened_after_its_first_row(quick: Bench) -> None:
    quick.take(row("A-1", "09:00", "W", opened="09:30"))
    assert [(kind, at) for kind, at, _ in quick.events("A-1")] == [("registered", "09:00")]


def test_a_row_whose_time_runs_backwards_is_dated_like_the_row_before_it(quick: Bench) -> None:
    report = quick.take(
        row("A-1", "09:10"), row("A-1", "09:00", "W"), row("A-1", "09:05", "S"), row("A-1", "09:20", "C")
    )
    assert [at for _, at, _ in quick.events("A-1")] == ["09:10", "09:10", "09:10", "09:20"]
    assert report.notes == (BadRow(3, "the time of A-1 runs backwards here: dated like the row before it"),)


def test_a_word_that_the_mapping_does_not_know_leaves_the_field_and_keeps_the_row(quick: Bench) -> None:
    report = quick.take(
        row("A-1", "09:00", "W"),
        row("A-1", "09:10", "-100", level="1"),
        row("A-1", "09:20", "-100", level="1"),
        row("A-1", "09:30", "S", level="1"),
    )
    reason = "'-100' in column state is no status that the mapping knows: left as it was"
    assert report.notes == (BadRow(3, reason), BadRow(4, reason))
    assert [changes for _, _, changes in quick.events("A-1")][1:] == [{"severity": "high"}, {}, {"status": "solved"}]


def test_a_subject_or_name_that_nobody_can_see_is_marked_and_left_as_it_was(quick: Bench) -> None:
    report = quick.take(
        row("A-1", "09:00", title="\x01\x02", caller="\u200b"),
        row("A-2", "09:00", caller="Kim", marks="\x01"),
        row("A-2", "09:10", "W", title="\x1b[31m", caller="Kim"),
    )
    assert quick.all("SELECT external_id, subject, requester FROM ticket ORDER BY id") == [
        ("A-1", "A-1", ""),
        ("A-2", "Help", "Kim"),
    ]
    assert [note.line for note in report.notes] == [2, 2, 4]
    assert all(note.reason.endswith("that can be seen: left as it was") for note in report.notes)


def test_a_first_row_with_an_unknown_status_starts_where_tickets_start(quick: Bench) -> None:
    quick.take(row("A-1", "09:00", "?!"))
    assert quick.all("SELECT status FROM ticket") == [("new",)]


def test_a_bad_row_is_told_and_spoils_nothing(bench: Bench) -> None:
    report = bench.take(
        row("A-1", "09:00"),
        row("A-1", "2026-13-23 09:10", "W"),
        row("?", "09:10"),
        row("A-1", "09:20")[:5],
        row("A-1", "09:30", "S"),
        row("A-2", "09:30", opened="long ago"),
        row("A-2", "09:40"),
    )
    assert report.skipped == (
        BadRow(3, "column at: '2026-13-23 09:10' is no date as the mapping describes it"),
        BadRow(4, "no ticket in column id"),
        BadRow(5, "5 fields where the header has 12"),
        BadRow(7, "column opened: 'long ago' is no date as the mapping describes it"),
    )
    assert [(kind, at) for kind, at, _ in bench.events("A-1")] == [("registered", "09:00"), ("imported", "09:30")]
    assert [at for _, at, _ in bench.events("A-2")] == ["09:40"]
    assert report.format_lines()[0] == "7 rows: 2 tickets made, 0 grown, 3 events written; 4 rows skipped."
    assert report.to_json()["skipped"][1] == {"line": 4, "reason": "no ticket in column id"}


@pytest.mark.parametrize(
    "rows",
    [
        [row("A-1", "09:00"), row("A-1", "never")],
        [row("A-1", "09:00", "-100")],
        [row("A-1", "09:00"), row("A-1", "08:00")],
        [row("A-1", "09:00"), ("A-1",)],
    ],
    ids=["date", "word", "backwards", "width"],
)
def test_a_strict_import_stops_before_anything_is_written(bench: Bench, rows: list[tuple[str, ...]]) -> None:
    before = tables(bench.desk.store)
    with pytest.raises(ImportRefused, match=r"log.csv:\d: .*; nothing was imported\.$"):
        bench.take(row("A-0", "09:00", caller="Kim"), *rows, strict=True)
    assert tables(bench.desk.store) == before
    assert bench.all("SELECT count(*) FROM contact") == [(0,)]


def test_a_second_import_adds_nothing(bench: Bench) -> None:
    rows = [row("A-1", "09:00", caller="Kim"), row("A-1", "09:10", "W", caller="Kim"), row("A-2", "09:20", "-100")]
    bench.take(*rows)
    before = tables(bench.desk.store)
    report = bench.take(*rows)
    assert (report.tickets, report.grown, report.events, report.unchanged, report.notes) == (0, 0, 0, 2, ())
    assert tables(bench.desk.store) == before
    assert bench.all("SELECT count(*) FROM contact") == [(1,)]


def test_a_log_that_grew_adds_what_is_new(bench: Bench) -> None:
    rows = [
        row("A-1", "09:00", caller="Kim"),
        row("A-2", "09:05"),
        row("A-1", "09:10", "W", caller="Kim", client="Elm"),
        row("A-3", "09:20", client="Elm"),
        row("A-1", "09:30", "S", caller="Bo", client="Elm", title="Other words"),
    ]
    bench.take(*rows[:2])
    report = bench.take(*rows)
    assert (report.tickets, report.grown, report.events, report.unchanged) == (1, 1, 3, 1)
    assert bench.all(
        "SELECT external_id, subject, requester, organisation, status, version FROM ticket ORDER BY id"
    ) == [
        ("A-1", "Other words", "Bo", "Elm", "solved", 3),
        ("A-2", "Help", "", "", "new", 1),
        ("A-3", "Help", "", "Elm", "new", 1),
    ]
    assert not check_integrity(bench.desk.store).findings


def test_what_was_done_on_the_desk_meanwhile_stays(bench: Bench) -> None:
    rows = [row("A-1", "09:00"), row("A-1", "09:10", level="1"), row("A-1", "09:20", "S", level="1")]
    bench.take(rows[0])
    move(bench.desk, 1001, "working", now=MONDAY.replace(hour=9, minute=15))
    assign(bench.desk, 1001, "sam", now=MONDAY.replace(hour=9, minute=15))
    report = bench.take(*rows)
    assert bench.all("SELECT status, severity, assignee FROM ticket") == [("solved", "high", "sam")]
    assert [at for _, at, _ in bench.events("A-1")] == ["09:00", "09:15", "09:15", "09:15", "09:20"]
    assert report.notes == (BadRow(3, "A-1 was worked on after this row: dated like that work"),)
    assert not check_integrity(bench.desk.store).findings


def test_a_ticket_whose_taken_rows_changed_is_left_alone(bench: Bench) -> None:
    bench.take(row("A-1", "09:00"), row("A-2", "09:00"))
    before = tables(bench.desk.store)
    report = bench.take(row("A-1", "09:00", level="1"), row("A-1", "09:10", "S"), row("A-2", "09:00"))
    assert (report.left_alone, report.unchanged, report.events) == (1, 1, 0)
    assert report.notes == (BadRow(2, "A-1 was imported with other rows than the log has now: left alone"),)
    assert tables(bench.desk.store) == before


def test_a_ticket_that_came_from_elsewhere_is_left_alone(quick: Bench) -> None:
    quick.take(row("A-1", "09:00"))
    report = quick.take(row("A-1", "09:00"), words=MAPPING.replace("other-desk", "third-desk"))
    assert report.left_alone == 1
    assert "not from this log" in report.notes[0].reason


def test_rows_after_the_instant_are_left_for_later(bench: Bench) -> None:
    rows = [
        row("A-1", "09:00"),
        row("A-1", "10:00", "W"),
        row("A-1", "11:00", "S"),
        row("A-2", "10:01", opened="09:00"),
    ]
    report = bench.take(*rows, until=datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    assert (report.tickets, report.events, report.later) == (1, 2, 2)
    assert bench.all("SELECT external_id, status FROM ticket") == [("A-1", "working")]
    assert bench.take(*rows).events == 3
    assert bench.all("SELECT external_id, status FROM ticket ORDER BY id") == [("A-1", "solved"), ("A-2", "new")]


def test_people_and_clients_that_the_desk_knows_are_found(bench: Bench) -> None:
    bench.take(
        row("A-1", "09:00", caller="Kim", client="larch"),
        row("A-2", "09:00", caller="Kim", client="LARCH LTD"),
        row("A-3", "09:00", caller="Bo", client="Elm & Sons"),
        row("A-4", "09:00", caller="Bo", client="Elm Sons"),
    )
    assert bench.all("SELECT key, name FROM organisation ORDER BY id") == [
        ("larch", "Larch Ltd"),
        ("elm-sons", "Elm & Sons"),
        ("elm-sons-2", "Elm Sons"),
    ]
    assert bench.all("SELECT name, organisation_id FROM contact ORDER BY id") == [("Kim", 1), ("Bo", 2)]
    assert bench.all("SELECT organisation FROM ticket ORDER BY id")[1] == ("Larch Ltd",)


def test_a_reopened_ticket_counts_as_reopened(quick: Bench) -> None:
    quick.take(row("A-1", "09:00"), row("A-1", "09:10", "S"), row("A-1", "09:20", "W"), row("A-1", "09:30", "C"))
    assert quick.all("SELECT reopened, status FROM ticket") == [(1, "closed")]


def test_a_missing_column_is_named_with_those_there_are(quick: Bench) -> None:
    path = write_log(quick.folder / "log.csv", [row("A-1", "09:00")], [*HEADER[:2], "status", *HEADER[3:]])
    with pytest.raises(DeskError, match="has no column 'state', which the mapping names: it has id, at, status, level"):
        import_events(quick.desk.store, path, mapping(quick.folder), actor="ann")


def test_a_column_that_comes_twice_is_refused_only_if_it_is_used(quick: Bench) -> None:
    twice = write_log(quick.folder / "log.csv", [(*row("A-1", "09:00"), "x", "y")], [*HEADER, "variant", "variant"])
    assert import_events(quick.desk.store, twice, mapping(quick.folder), actor="ann").tickets == 1
    twice = write_log(quick.folder / "log.csv", [(*row("A-1", "09:00"), "x")], [*HEADER, "state"])
    with pytest.raises(DeskError, match="has the column 'state' more than once"):
        import_events(quick.desk.store, twice, mapping(quick.folder), actor="ann")


def test_only_an_admin_may_import(quick: Bench) -> None:
    with pytest.raises(DeskError, match="agent may not bring data in"):
        quick.take(row("A-1", "09:00"), actor="sam")
    assert quick.all("SELECT count(*) FROM ticket") == [(0,)]


def test_progress_ends_with_all_rows(quick: Bench) -> None:
    told: list[tuple[int, int]] = []
    quick.take(row("A-1", "09:00"), row("A-1", "09:10"), progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (2, 2)


def test_numbers_go_on_after_an_import(bench: Bench) -> None:
    from deskterm.desk.tickets.register import register

    bench.take(row("A-1", "09:00", caller="Kim", client="Elm"))
    done = register(bench.desk, type="fault", subject="Next", requester="Bo", now=NOW)
    assert done.number == 1002
    assert not check_integrity(bench.desk.store).findings
