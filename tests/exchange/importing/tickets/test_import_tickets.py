"""The rules of an import of tickets, on small exports."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.integrity import check_integrity
from deskterm.errors import DeskError, UsageError
from deskterm.exchange.importing.tickets import import_tickets
from deskterm.exchange.importing.tickets.ticket_writer import TicketWriter
from deskterm.store.db.engine import Store
from exchange.importing.tickets.exports import bring_in, incident_desk, select, write_export

OPEN = "7,Printer,Open,Low,2026-03-02 09:00:00,,Bo,bo@fern.example,,2026-03-02 10:00:00\n"
RESOLVED = (
    "7,Printer,Resolved,Low,2026-03-02 09:00:00,2026-03-03 09:00:00,Bo,bo@fern.example,Sam Ortega,2026-03-03 09:01:00\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Store:
    return incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")


def test_a_dry_run_is_the_run_rolled_back(desk: Store, tmp_path: Path) -> None:
    path = write_export(tmp_path / "x.csv", OPEN + ",None,Open,Low,2026-03-02 09:00:00,,Bo,bo@fern.example,,\n")
    dry = bring_in(desk, path, dry_run=True)
    assert select(desk, "SELECT count(*) FROM ticket") == [(0,)]
    assert not Path(dry.refused_file).exists()
    run = bring_in(desk, path)
    assert dry.to_json() | {"dry_run": False, "written": True} == run.to_json()


def test_what_is_new_is_added_and_the_same_file_adds_nothing(desk: Store, tmp_path: Path) -> None:
    path = write_export(tmp_path / "x.csv", OPEN)
    bring_in(desk, path)
    assert bring_in(desk, path).unchanged == 1
    grown = bring_in(desk, write_export(path, RESOLVED))
    assert (grown.tickets, grown.grown, grown.left_alone) == (0, 1, 0)
    assert select(desk, "SELECT status, assignee, solved_at FROM ticket") == [
        ("resolved", "sam-ortega", "2026-03-03 09:00:00.000000")
    ]
    assert bring_in(desk, path).unchanged == 1
    assert check_integrity(desk).findings == ()


@pytest.mark.parametrize("place", ["created", "resolved", "updated"])
def test_a_row_of_the_future_is_refused(desk: Store, tmp_path: Path, place: str) -> None:
    """One such event would date all that follows on its ticket, and name this computer's clock as behind for ever."""
    times = {"created": "2026-03-02 09:00:00", "resolved": "2026-03-03 09:00:00", "updated": "2026-03-03 09:01:00"}
    times[place] = "2099-03-03 09:00:00"
    row = f"7,Printer,Resolved,Low,{times['created']},{times['resolved']},Bo,bo@fern.example,,{times['updated']}\n"
    report = bring_in(desk, write_export(tmp_path / "x.csv", row + RESOLVED.replace("7,", "8,", 1)))
    assert (report.tickets, len(report.refused)) == (1, 1)
    assert "2,still to come: 2099-03-03 09:00:00" in Path(report.refused_file).read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["bo@fern@example", "bo@fern.example\nbcc: eve@evil.example", "bo fern@"])
def test_what_is_no_address_is_left_out_and_said(desk: Store, tmp_path: Path, address: str) -> None:
    row = f'7,Printer,Open,Low,2026-03-02 09:00:00,,Bo,"{address}",,2026-03-02 10:00:00\n'
    report = bring_in(desk, write_export(tmp_path / "x.csv", row))
    assert (report.tickets, [note.reason for note in report.notes]) == (
        1,
        [f"7: {address!r} is no e-mail address: left out"],
    )
    assert select(desk, "SELECT name, email FROM contact") == [("Bo", None)]


def test_an_address_keeps_its_domain(desk: Store, tmp_path: Path) -> None:
    """Without its sharp s it would be another company's."""
    row = "7,Printer,Open,Low,2026-03-02 09:00:00,,Bo,Bo@Straße.example,,2026-03-02 10:00:00\n"
    bring_in(desk, write_export(tmp_path / "x.csv", row))
    assert select(desk, "SELECT email FROM contact") == [("bo@straße.example",)]


def test_an_address_is_found_in_what_a_mail_program_writes(desk: Store, tmp_path: Path) -> None:
    row = "7,Printer,Open,Low,2026-03-02 09:00:00,,,Bo Fern <bo@fern.example>,,2026-03-02 10:00:00\n"
    assert bring_in(desk, write_export(tmp_path / "x.csv", row)).notes == []
    assert select(desk, "SELECT name, email FROM contact") == [("Bo Fern", "bo@fern.example")]


@pytest.mark.parametrize("word", ["²", "9" * 5_000])
def test_a_priority_that_is_no_number_after_all_is_an_unknown_word(desk: Store, tmp_path: Path, word: str) -> None:
    """RT's priorities are ranges of numbers."""
    path = tmp_path / "x.tsv"
    path.write_text(f"id\tSubject\tStatus\tPriority\tCreated\n7\tx\topen\t{word}\t2026-03-02 09:00:00\n")
    report = bring_in(desk, path, "rt")
    assert (report.tickets, "is unknown" in " ".join(report.format_lines())) == (1, True)


def test_the_other_desk_s_clock_may_be_a_little_ahead(desk: Store, tmp_path: Path) -> None:
    now = OPEN.replace("2026-03-02 10:00:00", "2026-11-23 09:02:00")
    assert bring_in(desk, write_export(tmp_path / "x.csv", now)).refused == []
    later = OPEN.replace("7,", "8,", 1).replace("2026-03-02 10:00:00", "2026-11-23 09:02:01")
    assert bring_in(desk, write_export(tmp_path / "y.csv", later)).refused != []


def test_a_changed_past_is_left_alone_and_said(desk: Store, tmp_path: Path) -> None:
    path = write_export(tmp_path / "x.csv", OPEN)
    bring_in(desk, path)
    report = bring_in(desk, write_export(path, OPEN.replace("2026-03-02 09", "2026-03-02 08")))
    assert (report.left_alone, report.events) == (1, 0)
    assert "another past" in report.notes[0].reason


def test_an_older_export_is_left_alone_and_said(desk: Store, tmp_path: Path) -> None:
    path = write_export(tmp_path / "x.csv", RESOLVED)
    bring_in(desk, path)
    report = bring_in(desk, write_export(path, OPEN))
    assert (report.left_alone, report.events) == (1, 0)
    assert "has less than was imported" in report.notes[0].reason


def test_a_value_that_the_other_desk_changed_is_taken_over(desk: Store, tmp_path: Path) -> None:
    path = write_export(tmp_path / "x.csv", OPEN)
    bring_in(desk, path)
    bring_in(desk, write_export(path, OPEN.replace(",Low,", ",High,")))
    assert select(desk, "SELECT severity, status FROM ticket") == [("high", "active")]


def test_an_interrupted_import_keeps_its_parts_and_goes_on(
    desk: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(OPEN.replace("7,", f"{number},", 1) for number in range(1, 13))
    path = write_export(tmp_path / "x.csv", rows + ",x,Open,Low,2026-03-02 09:00:00,,Bo,bo@fern.example,,\n")
    monkeypatch.setattr(import_tickets, "PART", 5)

    def interrupt(done: int, total: int) -> None:
        if done > 5:
            raise KeyboardInterrupt

    first = bring_in(desk, path, progress=interrupt)
    assert (first.is_interrupted, first.tickets, first.records, first.refused) == (True, 5, 5, [])
    assert select(desk, "SELECT count(*) FROM ticket") == [(5,)]
    rest = bring_in(desk, path)
    assert (rest.is_interrupted, rest.unchanged, rest.tickets, rest.records, len(rest.refused)) == (False, 5, 7, 13, 1)
    assert rest.requesters == 1
    assert Path(rest.refused_file).read_text().count("\n") == 2
    assert verify_desk(desk) == []
    assert check_integrity(desk).findings == ()


def test_what_a_part_has_loaded_goes_with_the_part(
    desk: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an import's memory grows with the square of its parts: each loads the numbers of those before it."""
    rows = "".join(OPEN.replace("7,", f"{number},", 1) for number in range(1, 13))
    path = write_export(tmp_path / "x.csv", rows)
    monkeypatch.setattr(import_tickets, "PART", 3)
    alive: list[int] = []

    def count(done: int, total: int) -> None:
        alive.append(sum(isinstance(one, TicketWriter) for one in gc.get_objects()))

    bring_in(desk, path, progress=count)
    assert set(alive) == {1}
    assert len(alive) >= 4


def test_two_sources_may_have_the_same_number(desk: Store, tmp_path: Path) -> None:
    bring_in(desk, write_export(tmp_path / "x.csv", OPEN))
    header = "Id,Subject,Status,Priority,Created at,Requester,Requester email,Via,Group stations\n"
    other = write_export(tmp_path / "y.csv", "7,Net,Open,Low,2026-03-02 09:00,Bo,bo@fern.example,Mail,1\n", header)
    assert bring_in(desk, other).source == "zendesk"
    assert select(desk, "SELECT external_id FROM ticket ORDER BY id") == [("7",), ("zendesk:7",)]
    assert bring_in(desk, other).unchanged == 1


def test_a_first_response_without_words_stops_its_clock_and_is_no_message(desk: Store, tmp_path: Path) -> None:
    header = "Ticket ID,Subject,Status,Created time,Full name,Email,Agent,Initial response time\n"
    row = "7,Printer,Open,2026-03-02 09:00:00,Bo,bo@fern.example,Sam Ortega,2026-03-02 09:20:00\n"
    bring_in(desk, write_export(tmp_path / "x.csv", row, header))
    ((stopped,),) = select(desk, "SELECT stopped_at FROM clock WHERE metric = 'response'")
    assert stopped.startswith("2026-03-02 09:20:00")
    assert select(desk, "SELECT count(*) FROM message") == [(0,)]
    assert select(desk, "SELECT answered_at FROM ticket")[0][0].startswith("2026-03-02 09:20:00")


def test_people_without_an_address_are_told_apart_by_client(desk: Store, tmp_path: Path) -> None:
    header = "number,opened_at,short_description,caller_id,state,company\n"
    rows = "".join(
        f"INC{n},2026-03-02 09:00:00,x,Bo Fern,New,{client}\n" for n, client in ((1, "Larch"), (2, "Oak"), (3, "Larch"))
    )
    report = bring_in(desk, write_export(tmp_path / "x.csv", rows, header))
    assert (report.requesters, report.organisations) == (2, 2)


def test_agents_that_are_unknown_here_become_inactive_agents(desk: Store, tmp_path: Path) -> None:
    report = bring_in(desk, write_export(tmp_path / "x.csv", RESOLVED))
    assert report.new_agents == 1
    assert select(desk, "SELECT login, active FROM agent WHERE name = 'Sam Ortega'") == [("sam-ortega", 0)]


def test_an_agent_without_an_address_is_the_one_of_that_name(desk: Store, tmp_path: Path) -> None:
    bring_in(desk, write_export(tmp_path / "x.csv", RESOLVED))
    ticket = {
        "id": 8,
        "subject": "x",
        "status": "open",
        "created_at": "2026-03-02T09:00:00Z",
        "via": {"channel": "email"},
    }
    ticket |= {"assignee": {"name": "Sam Ortega", "email": "sam@desk.example"}, "group": {"name": "x"}}
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"ticket": ticket}))
    assert bring_in(desk, path).new_agents == 0
    other = {"assignee": {"name": "Kim Duarte", "email": "kim@desk.example"}}
    path.write_text(json.dumps({"ticket": ticket | {"id": 9} | other}))
    assert bring_in(desk, path).new_agents == 1
    other = {"assignee": {"name": "Kim Duarte", "email": "kim.duarte@desk.example"}}
    path.write_text(json.dumps({"ticket": ticket | {"id": 10} | other}))
    assert bring_in(desk, path).new_agents == 1


def test_an_apostrophe_before_a_formula_is_taken_off(desk: Store, tmp_path: Path) -> None:
    bring_in(desk, write_export(tmp_path / "x.csv", OPEN.replace("Printer", "'=SUM(A1) is wrong")))
    assert select(desk, "SELECT subject FROM ticket") == [("=SUM(A1) is wrong",)]


def test_unknown_words_are_counted_and_take_the_default(desk: Store, tmp_path: Path) -> None:
    rows = OPEN.replace(",Open,", ",Zzz,") + OPEN.replace("7,", "8,", 1).replace(",Open,", ",Zzz,")
    report = bring_in(desk, write_export(tmp_path / "x.csv", rows))
    word = report.words["status"]["Zzz"]
    assert (word.count, word.place, word.key, word.is_known) == (2, 2, "new", False)
    assert any("status 'Zzz' is unknown: taken as new (2 times)" in line for line in report.format_lines())


def test_a_zone_that_nobody_says_is_asked_for(desk: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--zone"):
        bring_in(desk, write_export(tmp_path / "x.csv", OPEN), zone=None)
    with pytest.raises(UsageError, match="no time zone"):
        bring_in(desk, write_export(tmp_path / "x.csv", OPEN), zone="Mars/Base")


def test_a_file_of_no_known_shape_is_refused_with_what_to_do(desk: Store, tmp_path: Path) -> None:
    path = write_export(tmp_path / "x.csv", "1,2\n", "a,b\n")
    with pytest.raises(DeskError, match="import sniff"):
        bring_in(desk, path)
    with pytest.raises(DeskError, match="has no column 'Ticket ID'"):
        bring_in(desk, path, "freshdesk")


def test_the_history_of_a_status_becomes_moves(desk: Store, tmp_path: Path) -> None:
    def move(at: str, old: str, new: str) -> dict[str, object]:
        return {"created": at, "items": [{"field": "status", "fromString": old, "toString": new}]}

    issue = {
        "key": "A-1",
        "fields": {
            "summary": "x",
            "status": {"name": "In Progress"},
            "created": "2026-03-02T09:00:00.000+0000",
            "updated": "2026-03-05T09:00:00.000+0000",
        },
        "changelog": {
            "histories": [
                move("2026-03-04T09:00:00.000+0000", "Resolved", "In Progress"),
                move("2026-03-02T10:00:00.000+0000", "Open", "In Progress"),
                move("2026-03-03T09:00:00.000+0000", "In Progress", "Resolved"),
            ]
        },
    }
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"issues": [issue]}))
    bring_in(desk, path, zone=None)
    events = select(desk, "SELECT kind, at FROM event ORDER BY seq")
    assert [(kind, at[8:13]) for kind, at in events] == [
        ("registered", "02 09"),
        ("moved", "02 10"),
        ("moved", "03 09"),
        ("moved", "04 09"),
    ]
    assert select(desk, "SELECT status, reopened FROM ticket") == [("active", 1)]


def test_comments_are_messages_of_whoever_wrote_them(desk: Store, tmp_path: Path) -> None:
    ticket = {
        "id": 5,
        "subject": "x",
        "status": "open",
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-02T12:00:00Z",
        "requester": {"name": "Bo", "email": "bo@fern.example"},
        "assignee": {"name": "Sam", "email": "sam@desk.example"},
        "via": {"channel": "email"},
        "description": "It hurts",
        "comments": [
            {
                "created_at": "2026-03-02T09:00:00Z",
                "public": True,
                "author": {"email": "bo@fern.example"},
                "body": "It hurts",
            },
            {
                "created_at": "2026-03-02T10:00:00Z",
                "public": True,
                "author": {"email": "sam@desk.example"},
                "body": "Better?",
            },
            {
                "created_at": "2026-03-02T10:30:00Z",
                "public": False,
                "author": {"email": "kim@desk.example"},
                "body": "Hm",
            },
            {
                "created_at": "2026-03-02T11:00:00Z",
                "public": True,
                "author": {"email": "bo@fern.example"},
                "body": "No",
            },
        ],
    }
    path = tmp_path / "x.json"
    path.write_text(json.dumps(ticket) + "\n" + json.dumps(ticket | {"id": 6, "comments": []}) + "\n")
    report = bring_in(desk, path, zone=None)
    assert report.messages == 5
    rows = select(
        desk,
        "SELECT kind, author_kind, at FROM message WHERE ticket_id = (SELECT min(id) FROM ticket) ORDER BY seq",
    )
    assert [(kind, who, at[11:16]) for kind, who, at in rows] == [
        ("public", "requester", "09:00"),
        ("public", "agent", "10:00"),
        ("internal", "agent", "10:30"),
        ("public", "requester", "11:00"),
    ]
    assert check_integrity(desk).findings == ()


def test_a_colleague_of_whoever_asks_becomes_no_agent(desk: Store, tmp_path: Path) -> None:
    header = "Issue key,Summary,Status,Created,Reporter,Assignee,Comment,Comment,Issue id,Project key\n"
    row = (
        "A-1,x,Open,2026-03-02 09:00,bo@fern.example,sam@desk.example,"
        "2026-03-02 10:00;eve@fern.example;Mine too,2026-03-02 11:00;kim@desk.example;We look,1,A\n"
    )
    report = bring_in(desk, write_export(tmp_path / "x.csv", row, header))
    assert select(desk, "SELECT author_kind FROM message ORDER BY seq") == [("requester",), ("agent",)]
    assert report.new_agents == 2
    assert any("1 of agents are taken as public" in note.reason for note in report.notes)
