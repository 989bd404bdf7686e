"""`deskterm item` and `deskterm release`: from a ticket to a release."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call

SEED = """
[[agents]]
login = "ann"
name = "Ann"
role = "admin"
roles = ["dev-lead", "qa", "professional-services"]
"""


@pytest.fixture
def ticket(deskterm: Call, tmp_path: Path) -> Call:
    """A simulated SaaS desk on Monday, 23 November 2026, with one issue in triage."""
    now = ("--now", "2026-11-23T09:00")
    people = tmp_path / "people.toml"
    people.write_text(SEED, encoding="utf-8")
    assert deskterm("init", "--procedure", "saas-platform", "--simulated", *now).code == 0
    assert deskterm("seed", "agents", people, *now).code == 0
    created = deskterm("ticket", "new", "Invoices fail", "--type", "issue", "--requester", "Ida", "--email",
                    "ida@larch.example", "--field", "business-impact=none go out", "--field", "steps=save",
                    "--body", "x", *now)  # fmt: skip
    assert created.code == 0, created.err
    assert deskterm("ticket", "set", "1001", "--status", "triage", *now).code == 0
    return deskterm


def run(ticket: Call, *words: str, now: str = "2026-11-23T09:30") -> str:
    answer = ticket(*words, "--now", now)
    assert answer.code == 0, answer.err
    return answer.out


def test_an_item_goes_from_a_ticket_to_a_release(ticket: Call, tmp_path: Path) -> None:
    refused = ticket("item", "raise", "1001", "--now", "2026-11-23T09:10")
    assert refused.code == 1
    assert "First go through “Before it goes to development”" in refused.err
    assert ticket("item", "list", "--json").json == []
    from deskterm.desk.api import open_desk
    from deskterm.store.db.engine import open_store
    from shipped_desk import finish_checklist
    from small_desk import MONDAY

    store = open_store(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    finish_checklist(open_desk(store, "ann"), 1001, "to-development", "code-change", MONDAY)
    store.close()
    assert "Development item 1 raised (Code change or bug fix), Planned" in run(
        ticket, "item", "raise", "1001", "--system", "Tracker", "--reference", "DEV-7"
    )
    for status in ("Dev in Progress", "waiting-for-review", "waiting-qa-deployment", "qa-in-progress"):
        run(ticket, "item", "move", "1001", status)
    assert ticket("item", "schedule", "1001", "--next", "--now", "2026-11-23T09:30").code == 1
    run(ticket, "item", "move", "1001", "ready-for-release")
    assert ticket("item", "schedule", "1001", "--now", "2026-11-23T09:30").code == 2
    assert "goes out on 2026-11-26" in run(ticket, "item", "schedule", "1001", "--next")
    (item,) = ticket("item", "list", "--json").json
    assert (item["state"], item["release"], item["due_at"]) == (
        "ready-for-release",
        "2026-11-26",
        "2026-11-26T00:00:00Z",
    )
    listed = run(ticket, "item", "list")
    assert "Ready for Release" in listed
    assert "DEV-7" in listed
    assert "Escalated to Dev · Ready for Release" in run(ticket, "ticket", "show", "1001")
    (coming,) = ticket("release", "list", "--json", "--now", "2026-11-23T09:30").json
    assert (coming["day"], coming["out_at"], coming["items"]) == (
        "2026-11-26", None, [{"number": 1001, "item": "1"}],
    )  # fmt: skip
    notes = tmp_path / "notes.md"
    notes.write_text("Invoices save again\n", encoding="utf-8")
    out = run(ticket, "release", "out", "2026-11-26", "--notes-file", str(notes), now="2026-11-26T18:00")
    assert "Release of 2026-11-26 is out: 1 item" in out
    assert "now On Customer Test" in out
    listed = run(ticket, "release", "list", now="2026-11-26T19:00")
    assert "Invoices save again" in listed
    assert "2026-12-10" in listed
    assert ticket("item", "list", "--json").json == []
    assert len(ticket("item", "list", "--all", "--json").json) == 1


def test_a_release_without_notes_or_in_no_calendar_is_refused(ticket: Call, tmp_path: Path) -> None:
    assert ticket("release", "out", "2026-11-26").code == 2
    bad = ticket("release", "out", "thursday", "--notes", "x", "--now", "2026-11-26T18:00")
    assert (bad.code, "is no date" in bad.err) == (2, True)
    missing = ticket("release", "out", "2026-11-26", "--notes-file", tmp_path / "none.md")
    assert missing.code == 1
