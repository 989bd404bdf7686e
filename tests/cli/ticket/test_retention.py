"""`deskterm ticket merge|split|undo|hold`, `deskterm retention|purge|erase` and `deskterm audit`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00")
TEN = ("--now", "2026-11-23T10:00")
KIM = ("--requester", "Kim Doe", "--email", "kim@larch.example")


@pytest.fixture
def desk(desk: Call) -> Call:
    """Two tickets of the same person, one of which lists two things."""
    desk("ticket", "new", "Login fails", "--type", "fault", "--body", "It hurts.", *KIM, *NINE)
    desk("ticket", "new", "Two things", "--type", "fault", "--body", "1. the door\n2. the window", *KIM, *NINE)
    return desk


def test_a_command_is_taken_back(desk: Call) -> None:
    desk("ticket", "set", "1001", "--status", "working", *NINE)
    done = desk("ticket", "undo", "1001", "--json", *TEN)
    assert done.json["summary"] == "1001: taken back: status New → Working on it"
    assert done.json["changes"]["status"] == ["working", "new"]
    refused = desk("ticket", "undo", "1001", *TEN)
    assert (refused.code, "a request that was made stays" in refused.err) == (1, True)


def test_a_ticket_goes_on_in_another_and_comes_back(desk: Call) -> None:
    assert desk("ticket", "merge", "1001", "1002", "--reason", "same", *NINE).out == "1001 merged into 1002\n"
    messages = desk("ticket", "show", "1002", "--json", *TEN).json["messages"]
    assert (messages[0]["ticket"], messages[0]["body"]) == (1001, "It hurts.")
    assert "in 1001" in desk("ticket", "show", "1002", *TEN).out
    assert desk("ticket", "undo", "1002", *TEN).code == 0
    assert desk("ticket", "duplicate", "1002", "1001", *TEN).code == 0


def test_a_list_is_looked_at_and_split_up(desk: Call) -> None:
    assert desk("ticket", "split", "1002", "1", "--dry-run", *NINE).out == "1  the door\n2  the window\n"
    assert desk("ticket", "split", "1002", "1", "--dry-run", "--json", *NINE).json == ["the door", "the window"]
    assert desk("ticket", "split", "1002", "1", "--item", "2", *NINE).out == "1002 split into 1003\n"
    again = desk("ticket", "split", "1002", "1", "--items", *NINE)
    assert (again.code, "1003" in again.err) == (1, True), again.err
    assert desk("ticket", "split", "1002", "1", "--item", "1", *NINE).out == "1002 split into 1004\n"
    assert desk("ticket", "split", "1002", "1", "--items", "--subject", "x", *NINE).code == 2
    assert "lists nothing" in desk("ticket", "split", "1001", "1", "--dry-run", *NINE).out


def test_what_a_person_asked_for_is_listed(desk: Call) -> None:
    found = desk("ticket", "list", "--requester", "kim doe", "--match", "window", "--json", *TEN)
    assert [row["number"] for row in found.json] == [1002]
    desk("ticket", "set", "1001", "--status", "solved", *TEN)
    assert [row["number"] for row in desk("ticket", "list", "--requester", "Kim Doe", "--closed", "--json").json] == [
        1001
    ]
    assert "Login fails" in desk("ticket", "list", "--requester", "kim@larch.example", *TEN).out
    assert [row["number"] for row in desk("ticket", "list", "--closed", "--json").json] == [1001]
    assert desk("ticket", "list", "--requester", "Lou").code == 1


def test_a_person_is_erased_after_being_asked(desk: Call) -> None:
    would = desk("erase", "kim@larch.example", "--dry-run", *TEN)
    assert would.out == "2 tickets: 4 texts would be emptied, 0 redacted.\n"
    asked = desk("erase", "kim@larch.example", *TEN)
    assert (asked.code, "Say --yes" in asked.err) == (1, True)
    done = desk("erase", "kim@larch.example", "--yes", "--json", *TEN)
    assert (done.json["erased"], done.json["tickets"], done.json["named"]) == (True, [1001, 1002], [])
    assert "It hurts" not in desk("ticket", "show", "1001", *TEN).out
    assert "(erased)" in desk("ticket", "show", "1001", *TEN).out
    assert desk("audit", "verify", *TEN).code == 0
    assert desk("doctor").code == 0


def test_old_tickets_are_purged_when_it_is_meant_but_for_those_that_are_held(desk: Call) -> None:
    for number in (1001, 1002):
        desk("ticket", "set", number, "--status", "solved", *NINE)
        desk("ticket", "set", number, "--status", "closed", *NINE)
    assert desk("ticket", "hold", "1002", "claim 7", *TEN).out == "1002 is held: claim 7\n"
    later = ("--now", "2032-11-23T09:00:01")
    assert desk("purge", *TEN).out == "There is nothing to purge.\n"
    listed = desk("retention", "--json", *later).json
    assert [row["number"] for row in listed["due"]] == [1001, 1002]
    assert [row["held"] for row in listed["held"]] == ["claim 7"]
    assert "claim 7" in desk("retention", *later).out
    assert desk("purge", *later).out == "1 ticket would be purged: --really does it.\n"
    assert desk("purge", "--really", *later).code == 1
    assert desk("purge", "--really", "--yes", "--json", *later).json == {"purged": True, "tickets": [1001]}
    assert desk("ticket", "release-hold", "1002", *later).code == 0
    assert desk("purge", *later).out == "1 ticket would be purged: --really does it.\n"


@pytest.mark.requirement("S4-25")
def test_the_log_says_who_did_what_and_who_looked(deskterm: Call) -> None:
    made = deskterm("init", "--procedure", "saas-platform", "--simulated", "--now", "2026-11-23T09:00")
    assert made.code == 0, made.err
    from deskterm.desk.api import open_desk
    from deskterm.desk.tickets.register import register
    from deskterm.store.db.engine import open_store
    from deskterm.store.db.location import resolve_database_url
    from small_desk import MONDAY

    desk = open_desk(open_store(resolve_database_url(None)), "ann")
    register(desk, subject="It is slow", incomplete=True, type=next(iter(desk.procedure.types)), now=MONDAY)
    desk.store.close()
    deskterm("ticket", "set", "1001", "--tag", "vip", *TEN)
    deskterm("ticket", "show", "1001", *TEN)
    deskterm("ticket", "list", *TEN)
    deskterm("export", "events", "--now", "2026-11-23T11:00")
    looked = deskterm("audit", "log", "--accesses", "--json").json
    assert [(look["login"], look["ticket"], look["what"], look["at"][11:13]) for look in looked] == [
        ("ann", None, "export events", "11"),
        ("ann", 1001, "ticket", "10"),
    ]
    early = deskterm("audit", "log", "--accesses", "--ticket", "1001", "--until", "2026-11-23T09:30", "--json")
    assert early.json == []
    log = deskterm("audit", "log", "--by", "ann", "--ticket", "1001", "--json").json
    assert [(deed["kind"], deed["ticket"]) for deed in log if deed["kind"] not in ("letter", "told")][:1] == [
        ("tagged", 1001)
    ]
    told = deskterm("audit", "log", "--since", "2026-11-23T10:00", *TEN).out
    assert "tagged it · tags none → vip" in told
    assert deskterm("audit", "log", "--by", "nobody", "--json").code == 1
    assert deskterm("audit", "log", "--by", "deskterm", "--json").code == 0
    assert "looked at: ticket" in deskterm("audit", "log", "--accesses").out


@pytest.mark.requirement("S4-25")
def test_whoever_reads_the_letters_that_wait_has_looked(deskterm: Call) -> None:
    assert deskterm("init", "--procedure", "saas-platform", "--simulated", *NINE).code == 0
    assert deskterm("outbox", *NINE).code == 0
    assert deskterm("audit", "log", "--accesses", "--json").json == []
    opened = deskterm("ticket", "new", "It is slow", "--incomplete", *KIM, *NINE)
    assert opened.code == 0, opened.err
    assert "It is slow" in deskterm("outbox", "--json", *TEN).out
    looked = deskterm("audit", "log", "--accesses", "--json").json
    assert [(look["login"], look["ticket"], look["what"]) for look in looked] == [("ann", None, "outbox")]


def test_a_changed_row_is_named_and_the_exit_code_says_so(desk: Call, tmp_path: Path) -> None:
    import sqlite3

    assert desk("audit", "verify", *TEN).out == "2 chains of 2 events, 4 texts: whole.\n"
    connection = sqlite3.connect(tmp_path / "desk.sqlite3")
    with connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET actor = 'mallory' WHERE ticket_id = 1002")
    connection.close()
    found = desk("audit", "verify", "--json", *TEN)
    (broken,) = found.json["broken"]
    assert (found.code, broken["ticket"], broken["seq"], broken["what"]) == (1, 1002, 1, "changed")
    told = desk("audit", "verify", *TEN).out
    assert "event 1 of ticket 1002 (registered by mallory) is not what was written, Mon 23 Nov 2026 09:00" in told
    assert desk("audit", "verify", "--ticket", "1001", *TEN).code == 0


def test_what_was_taken_back_and_done_is_said_in_the_words_of_the_procedure(deskterm: Call) -> None:
    at = ("--now", "2026-11-23T09:00")
    assert deskterm("init", "--procedure", "software-vendor", "--simulated", *at).code == 0
    assert deskterm("ticket", "new", "Login fails", "--incomplete", "--severity", "high", *at).code == 0
    assert deskterm("ticket", "set", 1001, "--status", "under-investigation", "--severity", "low", *at).code == 0
    log = deskterm("audit", "log", *at).out
    assert "status Open Issue → Under Investigation" in log
    assert "severity High (Priority 2) → Low (Priority 4)" in log
    undone = deskterm("ticket", "undo", 1001, *at)
    assert "status Open Issue → Under Investigation" in undone.out
    assert "severity High (Priority 2) → Low (Priority 4)" in undone.out


def test_who_works_in_the_name_of_another_is_written_down_too(deskterm: Call, tmp_path: Path) -> None:
    people = tmp_path / "agents.csv"
    people.write_text("login,name,role\nsam_1,Sam,agent\nsamx1,Other,agent\n")
    assert deskterm("init", "--procedure", "saas-platform", "--simulated", "--now", "2026-11-23T09:00").code == 0
    assert deskterm("seed", "agents", people, "--now", "2026-11-23T09:00").code == 0
    words = ("ticket", "new", "No export", "--type", "issue", "--requester", "Ida", "--incomplete")
    assert deskterm(*words, "--as", "sam_1", *TEN).code == 0
    assert deskterm("ticket", "show", "1001", "--as", "sam_1", *TEN).code == 0
    assert "sam_1 (by ann)" in deskterm("audit", "log", *TEN).out
    for who in ("ann", "sam_1"):
        assert deskterm("audit", "log", "--by", who, "--json", *TEN).json[-1]["data"]["behind"] == "ann"
    assert deskterm("audit", "log", "--by", "samx1", "--json", *TEN).json == []
    looked = deskterm("audit", "log", "--accesses", "--json", *TEN).json
    assert [(look["login"], look["what"]) for look in looked] == [("ann", "ticket, as sam_1")]
    assert deskterm("audit", "verify", *TEN).code == 0
