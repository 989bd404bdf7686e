"""`deskterm audit head`, `audit verify --against`, and the desk's own events in the log (D-22, D-41)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cli_call import Call

NOW = ("--now", "2026-11-23T09:00")


def test_who_gave_whom_which_role_is_in_the_log(desk: Call, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("login,name,role\nsam,Sam,lead\n", encoding="utf-8")
    assert desk("seed", "agents", people, *NOW).code == 0
    people.write_text("login,name,role\nsam,Sam,viewer\n", encoding="utf-8")
    assert desk("seed", "agents", people, *NOW).code == 0
    assert "agents changed · agent sam role lead → viewer" in desk("audit", "log", *NOW).out
    assert "desk made" in desk("audit", "log", "--by", "ann", *NOW).out
    (newest, *_) = desk("audit", "log", "--json", *NOW).json
    assert (newest["login"], newest["number"], newest["kind"]) == ("ann", None, "agents")
    assert newest["data"]["changes"] == {"agent sam role": ["lead", "viewer"]}


def test_a_head_is_printed_and_held_against_the_desk_later(desk: Call, tmp_path: Path) -> None:
    desk("ticket", "new", "x", "--type", "fault", *NOW)
    head = desk("audit", "head", *NOW).out.strip()
    assert desk("audit", "head", "--json", *NOW).json["head"] == head
    desk("ticket", "note", "1001", "y", *NOW)
    assert desk("audit", "verify", "--against", head, *NOW).code == 0
    with sqlite3.connect(tmp_path / "desk.sqlite3") as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET hash = 'f' WHERE seq = 1")
    verdict = desk("audit", "verify", "--against", head, *NOW)
    assert verdict.code == 1
    assert "what had been written when the head was taken has been changed since" in verdict.out
    assert "the trigger event_no_update is missing" in verdict.out
    assert desk("audit", "verify", "--against", "nonsense", *NOW).code == 2


def test_a_procedure_that_was_rewritten_is_found_and_nothing_is_repaired_by_it(desk: Call, tmp_path: Path) -> None:
    """D-41: with its digest too."""
    desk("ticket", "new", "x", "--type", "fault", *NOW)
    with sqlite3.connect(tmp_path / "desk.sqlite3") as connection:
        connection.execute("UPDATE procedure_version SET document = replace(document, '08:00', '07:00')")
    for words in (("doctor",), ("audit", "verify"), ("doctor", "--repair")):
        answer = desk(*words, *NOW)
        assert answer.code == 1
        assert "edition 1 of the procedure is not what was put in force" in answer.out
        assert "repaired" not in answer.out
