"""`deskterm audit verify|log`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00")
TEN = ("--now", "2026-11-23T10:00")
KIM = ("--requester", "Kim Doe", "--email", "kim@larch.example")


@pytest.mark.requirement("S4-25")
def test_the_audit_log_lists_changes_and_accesses(deskterm: Call) -> None:
    created = deskterm("init", "--procedure", "saas-platform", "--simulated", "--now", "2026-11-23T09:00")
    assert created.code == 0, created.err
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
    accesses = deskterm("audit", "log", "--accesses", "--json").json
    assert [(access["login"], access["number"], access["what"], access["at"][11:13]) for access in accesses] == [
        ("ann", None, "export events", "11"),
        ("ann", 1001, "ticket", "10"),
    ]
    early = deskterm("audit", "log", "--accesses", "--ticket", "1001", "--until", "2026-11-23T09:30", "--json")
    assert early.json == []
    log = deskterm("audit", "log", "--by", "ann", "--ticket", "1001", "--json").json
    assert [(event["kind"], event["number"]) for event in log if event["kind"] not in ("letter", "told")][:1] == [
        ("tagged", 1001)
    ]
    answer = deskterm("audit", "log", "--since", "2026-11-23T10:00", *TEN).out
    assert "tagged it · tags none → vip" in answer
    assert deskterm("audit", "log", "--by", "nobody", "--json").code == 1
    assert deskterm("audit", "log", "--by", "deskterm", "--json").code == 0
    assert "looked at: ticket" in deskterm("audit", "log", "--accesses").out


@pytest.mark.requirement("S4-25")
def test_reading_the_outbox_is_logged_as_access(deskterm: Call) -> None:
    assert deskterm("init", "--procedure", "saas-platform", "--simulated", *NINE).code == 0
    assert deskterm("outbox", *NINE).code == 0
    assert deskterm("audit", "log", "--accesses", "--json").json == []
    opened = deskterm("ticket", "new", "It is slow", "--incomplete", *KIM, *NINE)
    assert opened.code == 0, opened.err
    assert "It is slow" in deskterm("outbox", "--json", *TEN).out
    accesses = deskterm("audit", "log", "--accesses", "--json").json
    assert [(access["login"], access["number"], access["what"]) for access in accesses] == [("ann", None, "outbox")]


def test_verify_names_a_changed_row_and_ends_in_exit_code_1(two_tickets: Call, tmp_path: Path) -> None:
    import sqlite3

    assert two_tickets("audit", "verify", *TEN).out == (
        "2 chains of 2 events, 4 texts: whole.\n"
        "No chain covers notes of the automation in the settings; the clock of a simulated desk.\n"
    )
    connection = sqlite3.connect(tmp_path / "desk.sqlite3")
    with connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET actor = 'mallory' WHERE ticket_id = 1002")
    connection.close()
    found = two_tickets("audit", "verify", "--json", *TEN)
    (broken,) = found.json["broken"]
    assert (found.code, broken["number"], broken["seq"], broken["what"]) == (1, 1002, 1, "changed")
    answer = two_tickets("audit", "verify", *TEN).out
    assert "event 1 of ticket 1002 (registered by mallory) is not what was written, Mon 23 Nov 2026 09:00" in answer
    assert two_tickets("audit", "verify", "--ticket", "1001", *TEN).code == 0


def test_the_audit_log_and_undo_use_the_labels_of_the_procedure(deskterm: Call) -> None:
    at = ("--now", "2026-11-23T09:00")
    assert deskterm("init", "--procedure", "software-vendor", "--simulated", *at).code == 0
    assert deskterm("ticket", "new", "Login fails", "--incomplete", "--severity", "high", *at).code == 0
    assert deskterm("ticket", "set", 1001, "--status", "under-investigation", "--severity", "low", *at).code == 0
    log = deskterm("audit", "log", *at).out
    assert "status Open Issue → Under Investigation" in log
    assert "severity High (Priority 2) → Low (Priority 4)" in log
    undone = deskterm("ticket", "undo", 1001, *at)
    assert undone.out == "Undone: 1001 is Open Issue again and has severity High (Priority 2) again\n"


def test_an_impersonator_is_logged(deskterm: Call, tmp_path: Path) -> None:
    people = tmp_path / "agents.csv"
    people.write_text("login,name,role\nsam_1,Sam,agent\nsamx1,Other,agent\n")
    assert deskterm("init", "--procedure", "saas-platform", "--simulated", "--now", "2026-11-23T09:00").code == 0
    assert deskterm("seed", "agents", people, "--now", "2026-11-23T09:00").code == 0
    words = ("ticket", "new", "No export", "--type", "issue", "--requester", "Ida", "--incomplete")
    assert deskterm(*words, "--as", "sam_1", *TEN).code == 0
    assert deskterm("ticket", "show", "1001", "--as", "sam_1", *TEN).code == 0
    assert "sam_1 (by ann)" in deskterm("audit", "log", *TEN).out
    for who in ("ann", "sam_1"):
        on_tickets = [event for event in deskterm("audit", "log", "--by", who, "--json", *TEN).json if event["number"]]
        assert on_tickets[-1]["data"]["behind"] == "ann"
    assert deskterm("audit", "log", "--by", "samx1", "--json", *TEN).json == []
    accesses = deskterm("audit", "log", "--accesses", "--json", *TEN).json
    assert [(access["login"], access["what"]) for access in accesses] == [("ann", "ticket, as sam_1")]
    assert deskterm("audit", "verify", *TEN).code == 0
