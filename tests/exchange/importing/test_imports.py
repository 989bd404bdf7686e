"""The import of an event log: tickets from rows, tickets that are left alone, and the report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.events import decode_event
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import move
from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.imports import import_events
from deskterm.exchange.importing.report import ImportRefused, ImportReport
from exchange.importing.event_logs import HEADER, MAPPING, MONDAY, desk_at, mapping, row, tables, write_log

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class ImportDesk:
    """A desk, and a folder for the logs to import."""

    def __init__(self, url: str, folder: Path) -> None:
        self.session: DeskSession = desk_at(url)
        self.folder = folder

    def import_rows(self, *rows: tuple[str, ...], mapping_text: str = MAPPING, **options: object) -> ImportReport:
        path = write_log(self.folder / "log.csv", rows)
        settings: dict[str, object] = {"actor": "ann", "now": NOW} | options
        return import_events(self.session.store, path, mapping(self.folder, mapping_text), **settings)  # type: ignore[arg-type]

    def select(self, sql: str) -> list[tuple[object, ...]]:
        with self.session.store.reading() as session:
            return [tuple(row) for row in session.execute(text(sql))]

    def load_events(self, key: str) -> list[tuple[str, str, dict[str, object]]]:
        """Kind, time of day and new values of a ticket's events."""
        found = self.select(
            "SELECT seq, kind, at, actor, procedure_version, data FROM event JOIN ticket ON ticket.id = ticket_id"
            f" WHERE external_id = '{key}' ORDER BY seq"
        )
        events = [
            decode_event(seq, kind, _epoch(at), actor, version, data)  # type: ignore[arg-type]
            for seq, kind, at, actor, version, data in found
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
def desk(store_url: str, tmp_path: Path) -> ImportDesk:
    return ImportDesk(store_url, tmp_path)


@pytest.fixture
def sqlite_desk(tmp_path: Path) -> ImportDesk:
    """On SQLite only: for rules that are the same on every database."""
    return ImportDesk(f"sqlite:///{tmp_path / 'sqlite_desk.sqlite3'}", tmp_path)


def test_a_row_of_the_future_is_skipped(sqlite_desk: ImportDesk) -> None:
    report = sqlite_desk.import_rows(
        row("A-1", "09:00"), row("A-1", "2099-11-23 09:00"), row("A-1", "10:00", "W"), row("A-2", "2099-11-23 09:00")
    )
    assert (report.tickets, report.events) == (1, 2)
    assert [bad.line for bad in report.skipped] == [3, 5]
    assert "'2099-11-23 09:00' is still to come" in report.skipped[0].reason
    assert sqlite_desk.select("SELECT max(at) FROM event") == [("2026-11-23 10:00:00.000000",)]


def test_a_report_lists_the_first_rows_that_were_skipped_and_counts_the_others(sqlite_desk: ImportDesk) -> None:
    report = sqlite_desk.import_rows(*(row(f"A-{number}", "tomorrow") for number in range(60)))
    lines = report.format_lines()
    assert lines[0] == "60 rows: 0 tickets made, 0 grown, 0 events written; 60 rows skipped."
    assert (len(lines), lines[-1]) == (52, "… and 10 more: --json lists all.")
    assert len(report.to_json()["skipped"]) == 60


def test_rows_become_a_ticket_with_its_history(desk: ImportDesk) -> None:
    report = desk.import_rows(
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
    ((number, *ticket),) = desk.select(
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
    assert desk.select("SELECT metric, state, consumed FROM clock ORDER BY metric") == [
        ("resolution", "met", 7200),
        ("response", "late", 7200),
    ]
    assert desk.select("SELECT rows FROM imported_row WHERE source = 'other-desk'") == [(3,)]
    assert not check_integrity(desk.session.store).findings


def test_each_row_is_an_event_with_its_changes(sqlite_desk: ImportDesk) -> None:
    sqlite_desk.import_rows(
        row("A-1", "09:00", group="g1"),
        row("A-1", "09:10", group="g1"),
        row("A-1", "09:10", "W", group="g2", level="1"),
    )
    (kind, at, first), *later = sqlite_desk.load_events("A-1")
    assert (kind, at) == ("registered", "09:00")
    assert first == {
        **{"external_id": "A-1", "type": "fault", "status": "new", "severity": "low", "channel": "email", "team": "g1"},
        "received_at": _epoch("2026-11-23T09:00"),
    }
    assert later == [
        ("imported", "09:10", {}),
        ("imported", "09:10", {"status": "working", "severity": "high", "team": "g2"}),
    ]
    assert sqlite_desk.select("SELECT DISTINCT actor FROM event") == [("otto",)]


def test_a_log_that_begins_after_the_opening_does_not_stop_clocks_at_the_opening(sqlite_desk: ImportDesk) -> None:
    sqlite_desk.import_rows(row("A-1", "12:00", "S", opened="09:00", level="1", group="g1", owner="sam"))
    (_, opened, first), (kind, at, second) = sqlite_desk.load_events("A-1")
    assert (opened, first["status"], first["severity"]) == ("09:00", "new", "high")
    assert "assignee" not in first
    assert "team" not in first
    assert (kind, at) == ("imported", "12:00")
    assert second == {"status": "solved", "assignee": "sam", "team": "g1"}
    assert sqlite_desk.select("SELECT metric, state, consumed FROM clock ORDER BY metric") == [
        ("resolution", "met", 3 * 3600),
        ("response", "late", 3 * 3600),
    ]


def test_a_ticket_cannot_be_opened_after_its_first_row(sqlite_desk: ImportDesk) -> None:
    sqlite_desk.import_rows(row("A-1", "09:00", "W", opened="09:30"))
    assert [(kind, at) for kind, at, _ in sqlite_desk.load_events("A-1")] == [("registered", "09:00")]


def test_a_row_whose_time_runs_backwards_is_dated_like_the_row_before_it(sqlite_desk: ImportDesk) -> None:
    report = sqlite_desk.import_rows(
        row("A-1", "09:10"), row("A-1", "09:00", "W"), row("A-1", "09:05", "S"), row("A-1", "09:20", "C")
    )
    assert [at for _, at, _ in sqlite_desk.load_events("A-1")] == ["09:10", "09:10", "09:10", "09:20"]
    assert report.notes == (BadRow(3, "the time of A-1 runs backwards here: dated like the row before it"),)


def test_an_unknown_word_leaves_the_field_unchanged_and_keeps_the_row(sqlite_desk: ImportDesk) -> None:
    report = sqlite_desk.import_rows(
        row("A-1", "09:00", "W"),
        row("A-1", "09:10", "-100", level="1"),
        row("A-1", "09:20", "-100", level="1"),
        row("A-1", "09:30", "S", level="1"),
    )
    reason = "'-100' in column state is no status that the mapping knows: left as it was"
    assert report.notes == (BadRow(3, reason), BadRow(4, reason))
    assert [changes for _, _, changes in sqlite_desk.load_events("A-1")][1:] == [
        {"severity": "high"},
        {},
        {"status": "solved"},
    ]


def test_an_invisible_subject_or_name_is_reported_and_leaves_the_field_unchanged(sqlite_desk: ImportDesk) -> None:
    report = sqlite_desk.import_rows(
        row("A-1", "09:00", title="\x01\x02", caller="\u200b"),
        row("A-2", "09:00", caller="Kim", marks="\x01"),
        row("A-2", "09:10", "W", title="\x1b[31m", caller="Kim"),
    )
    assert sqlite_desk.select("SELECT external_id, subject, requester FROM ticket ORDER BY id") == [
        ("A-1", "A-1", ""),
        ("A-2", "Help", "Kim"),
    ]
    assert [note.line for note in report.notes] == [2, 2, 4]
    assert all(note.reason.endswith("that can be seen: left as it was") for note in report.notes)


def test_a_first_row_with_an_unknown_status_gets_the_initial_status(sqlite_desk: ImportDesk) -> None:
    sqlite_desk.import_rows(row("A-1", "09:00", "?!"))
    assert sqlite_desk.select("SELECT status FROM ticket") == [("new",)]


def test_a_bad_row_is_reported_and_the_others_are_imported(desk: ImportDesk) -> None:
    report = desk.import_rows(
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
    assert [(kind, at) for kind, at, _ in desk.load_events("A-1")] == [("registered", "09:00"), ("imported", "09:30")]
    assert [at for _, at, _ in desk.load_events("A-2")] == ["09:40"]
    assert report.format_lines()[0] == "7 rows: 2 tickets made, 0 grown, 3 events written; 4 rows skipped."
    assert report.to_json()["skipped"][1] == {"line": 4, "reason": "no ticket in column id"}


def test_a_log_of_windows_keeps_its_quotation_marks_and_the_report_shows_some(sqlite_desk: ImportDesk) -> None:
    """D-31: `“Café”` became `\\x93Café\\x94`."""
    path = write_log(sqlite_desk.folder / "log.csv", [row("A-1", "09:00", title="“Café” – 5 €", group="?")])
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    store, words = sqlite_desk.session.store, mapping(sqlite_desk.folder, MAPPING)
    report = import_events(store, path, words, actor="ann", now=NOW)
    assert sqlite_desk.select("SELECT subject FROM ticket") == [("“Café” – 5 €",)]
    assert report.format_lines()[1] == (
        "The file does not say its encoding and was read as cp1252: ““Café” – 5 €”. If that is wrong, set `encoding` "
        "in the mapping."
    )
    assert report.to_json()["guessed_encoding"] == "cp1252"


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
def test_a_strict_import_stops_before_anything_is_written(desk: ImportDesk, rows: list[tuple[str, ...]]) -> None:
    before = tables(desk.session.store)
    with pytest.raises(ImportRefused, match=r"log.csv:\d: .*; nothing was imported\.$"):
        desk.import_rows(row("A-0", "09:00", caller="Kim"), *rows, strict=True)
    assert tables(desk.session.store) == before
    assert desk.select("SELECT count(*) FROM contact") == [(0,)]


def test_a_second_import_adds_nothing(desk: ImportDesk) -> None:
    rows = [row("A-1", "09:00", caller="Kim"), row("A-1", "09:10", "W", caller="Kim"), row("A-2", "09:20", "-100")]
    desk.import_rows(*rows)
    before = tables(desk.session.store)
    report = desk.import_rows(*rows)
    assert (report.tickets, report.grown, report.events, report.unchanged, report.notes) == (0, 0, 0, 2, ())
    assert tables(desk.session.store) == before
    assert desk.select("SELECT count(*) FROM contact") == [(1,)]


def test_further_rows_of_a_log_are_added(desk: ImportDesk) -> None:
    rows = [
        row("A-1", "09:00", caller="Kim"),
        row("A-2", "09:05"),
        row("A-1", "09:10", "W", caller="Kim", client="Elm"),
        row("A-3", "09:20", client="Elm"),
        row("A-1", "09:30", "S", caller="Bo", client="Elm", title="Other words"),
    ]
    desk.import_rows(*rows[:2])
    report = desk.import_rows(*rows)
    assert (report.tickets, report.grown, report.events, report.unchanged) == (1, 1, 3, 1)
    assert desk.select(
        "SELECT external_id, subject, requester, organisation, status, version FROM ticket ORDER BY id"
    ) == [
        ("A-1", "Other words", "Bo", "Elm", "solved", 3),
        ("A-2", "Help", "", "", "new", 1),
        ("A-3", "Help", "", "Elm", "new", 1),
    ]
    assert not check_integrity(desk.session.store).findings


def test_changes_on_the_desk_between_two_imports_stay(desk: ImportDesk) -> None:
    rows = [row("A-1", "09:00"), row("A-1", "09:10", level="1"), row("A-1", "09:20", "S", level="1")]
    desk.import_rows(rows[0])
    move(desk.session, 1001, "working", now=MONDAY.replace(hour=9, minute=15))
    assign(desk.session, 1001, "sam", now=MONDAY.replace(hour=9, minute=15))
    report = desk.import_rows(*rows)
    assert desk.select("SELECT status, severity, assignee FROM ticket") == [("solved", "high", "sam")]
    assert [at for _, at, _ in desk.load_events("A-1")] == ["09:00", "09:15", "09:15", "09:15", "09:20"]
    assert report.notes == (BadRow(3, "A-1 was worked on after this row: dated like that work"),)
    assert not check_integrity(desk.session.store).findings


def test_a_ticket_whose_imported_rows_have_changed_is_left_alone(desk: ImportDesk) -> None:
    desk.import_rows(row("A-1", "09:00"), row("A-2", "09:00"))
    before = tables(desk.session.store)
    report = desk.import_rows(row("A-1", "09:00", level="1"), row("A-1", "09:10", "S"), row("A-2", "09:00"))
    assert (report.left_alone, report.unchanged, report.events) == (1, 1, 0)
    assert report.notes == (BadRow(2, "A-1 was imported with other rows than the log has now: left alone"),)
    assert tables(desk.session.store) == before


def test_a_ticket_of_another_log_is_left_alone(sqlite_desk: ImportDesk) -> None:
    sqlite_desk.import_rows(row("A-1", "09:00"))
    report = sqlite_desk.import_rows(row("A-1", "09:00"), mapping_text=MAPPING.replace("other-desk", "third-desk"))
    assert report.left_alone == 1
    assert "not from this log" in report.notes[0].reason


def test_rows_after_until_are_left_for_later(desk: ImportDesk) -> None:
    rows = [
        row("A-1", "09:00"),
        row("A-1", "10:00", "W"),
        row("A-1", "11:00", "S"),
        row("A-2", "10:01", opened="09:00"),
    ]
    report = desk.import_rows(*rows, until=datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    assert (report.tickets, report.events, report.later) == (1, 2, 2)
    assert desk.select("SELECT external_id, status FROM ticket") == [("A-1", "working")]
    assert desk.import_rows(*rows).events == 3
    assert desk.select("SELECT external_id, status FROM ticket ORDER BY id") == [("A-1", "solved"), ("A-2", "new")]


def test_existing_contacts_and_clients_are_found(desk: ImportDesk) -> None:
    desk.import_rows(
        row("A-1", "09:00", caller="Kim", client="larch"),
        row("A-2", "09:00", caller="Kim", client="LARCH LTD"),
        row("A-3", "09:00", caller="Bo", client="Elm & Sons"),
        row("A-4", "09:00", caller="Bo", client="Elm Sons"),
    )
    assert desk.select("SELECT key, name FROM organisation ORDER BY id") == [
        ("larch", "Larch Ltd"),
        ("elm-sons", "Elm & Sons"),
        ("elm-sons-2", "Elm Sons"),
    ]
    assert desk.select("SELECT name, organisation_id FROM contact ORDER BY id") == [("Kim", 1), ("Bo", 2)]
    assert desk.select("SELECT organisation FROM ticket ORDER BY id")[1] == ("Larch Ltd",)
    assert verify_desk(desk.session.store) == [], "D-41: the desk's own history has them too"
    assert desk.select("SELECT kind FROM desk_event ORDER BY seq DESC LIMIT 2") == [("people",), ("import",)]


def test_a_reopened_ticket_counts_as_reopened(sqlite_desk: ImportDesk) -> None:
    sqlite_desk.import_rows(
        row("A-1", "09:00"), row("A-1", "09:10", "S"), row("A-1", "09:20", "W"), row("A-1", "09:30", "C")
    )
    assert sqlite_desk.select("SELECT reopened, status FROM ticket") == [(1, "closed")]


def test_the_message_about_a_missing_column_lists_the_columns(sqlite_desk: ImportDesk) -> None:
    path = write_log(sqlite_desk.folder / "log.csv", [row("A-1", "09:00")], [*HEADER[:2], "status", *HEADER[3:]])
    with pytest.raises(DeskError, match="has no column 'state', which the mapping names: it has id, at, status, level"):
        import_events(sqlite_desk.session.store, path, mapping(sqlite_desk.folder), actor="ann", now=NOW)


def test_a_column_that_comes_twice_is_refused_only_if_it_is_used(sqlite_desk: ImportDesk) -> None:
    twice = write_log(
        sqlite_desk.folder / "log.csv", [(*row("A-1", "09:00"), "x", "y")], [*HEADER, "variant", "variant"]
    )
    assert (
        import_events(sqlite_desk.session.store, twice, mapping(sqlite_desk.folder), actor="ann", now=NOW).tickets == 1
    )
    twice = write_log(sqlite_desk.folder / "log.csv", [(*row("A-1", "09:00"), "x")], [*HEADER, "state"])
    with pytest.raises(DeskError, match="has the column 'state' more than once"):
        import_events(sqlite_desk.session.store, twice, mapping(sqlite_desk.folder), actor="ann", now=NOW)


def test_only_an_admin_may_import(sqlite_desk: ImportDesk) -> None:
    with pytest.raises(DeskError, match="agent may not bring data in"):
        sqlite_desk.import_rows(row("A-1", "09:00"), actor="sam")
    assert sqlite_desk.select("SELECT count(*) FROM ticket") == [(0,)]


def test_progress_ends_with_all_rows(sqlite_desk: ImportDesk) -> None:
    reported: list[tuple[int, int]] = []
    sqlite_desk.import_rows(
        row("A-1", "09:00"), row("A-1", "09:10"), progress=lambda done, total: reported.append((done, total))
    )
    assert reported[-1] == (2, 2)


def test_the_next_number_follows_the_imported_tickets(desk: ImportDesk) -> None:
    desk.import_rows(row("A-1", "09:00", caller="Kim", client="Elm"))
    result = register(desk.session, type="fault", subject="Next", requester="Bo", now=NOW)
    assert result.number == 1002
    assert not check_integrity(desk.session.store).findings
