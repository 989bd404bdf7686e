"""`deskterm ticket time|price|quote|feedback|order`, `deskterm quotes|feedback|articles`, what would be forgotten,
and the work log."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cli_call import Call

NOW = ("--now", "2026-11-23T09:30")


@pytest.fixture
def vendor(deskterm: Call, tmp_path: Path) -> Call:
    """A simulated vendor's desk with a rate, and one chargeable task."""
    from deskterm.procedure.shipped import find_procedure

    text = Path(find_procedure("software-vendor")).read_text(encoding="utf-8")
    text = text.replace('currency = "GBP"', 'currency = "GBP"\nrate = "60"\nrounding = "15m"')
    file = tmp_path / "vendor.toml"
    file.write_text(text, encoding="utf-8")
    made = deskterm("init", "--procedure", file, "--simulated", "--now", "2026-11-23T09:00")
    assert made.code == 0, made.err
    new = deskterm("ticket", "new", "=Load courses", "--type", "service-task", "--product", "e-learning", "--requester",
                   "Ida", "--email", "ida@larch.example", "--body", "All", "--now", "2026-11-23T09:00")  # fmt: skip
    assert new.code == 0, new.err
    return deskterm


@pytest.mark.requirement("S1-32", "S5-11")
def test_time_is_written_down_listed_priced_corrected_and_exported_for_invoices(vendor: Call, tmp_path: Path) -> None:
    assert vendor("ticket", "time", "1001", "lots", *NOW).code == 2
    told = vendor("ticket", "time", "1001", "25m", "--note", "Loaded 12", "--at", "2026-11-23T09:00", *NOW)
    assert "25m (charged 30m: GBP 30.00) written down as entry 1" in told.out
    assert vendor("ticket", "time", "1001", "10m", "--not-chargeable", *NOW).code == 0
    assert vendor("ticket", "time", "1001", "40m", "--correct", "1", "--reason", "a slip", *NOW).code == 0
    listed = vendor("ticket", "time", "1001")
    assert "struck out: Loaded 12" in listed.out
    assert "50m, charged 45m: GBP 45.00" in listed.out
    entries = vendor("ticket", "time", "1001", "--json").json
    assert [(entry["key"], entry["state"], entry["amount"]) for entry in entries] == [
        ("1", "void", "30.00"), ("2", "valid", None), ("3", "valid", "45.00"),
    ]  # fmt: skip
    assert vendor("ticket", "price", "1001", "--json").json["total"] == {"GBP": "45.00"}
    agreed = vendor("ticket", "price", "1001", "--agreed", "--amount", "90", "--note", "by telephone", *NOW)
    assert "agrees to be charged up to GBP 90.00" in agreed.out
    assert "agreed: up to GBP 90.00 (by telephone)" in vendor("ticket", "price", "1001").out
    assert vendor("ticket", "time", "1001", "55m", *NOW).code == 0
    assert "; the time comes to GBP 15.00 more" in vendor("ticket", "price", "1001").out
    priced = vendor("ticket", "price", "1001", "--json").json
    assert (priced["agreed"][0]["amount"], priced["over_agreed"]) == ("90.00", {"GBP": "15.00"})
    assert vendor("ticket", "time", "1001", "--void", "4", "--reason", "a slip", *NOW).code == 0
    rows = list(csv.DictReader(io.StringIO(vendor("export", "worklog", "--guard-formulas").out)))
    assert [(row["entry"], row["charged_seconds"], row["amount"], row["note"]) for row in rows] == [
        ("2", "", "", ""), ("3", "2700", "45.00", "Loaded 12"),
    ]  # fmt: skip
    assert rows[1]["subject"] == "'=Load courses"
    assert [(row["kind"], row["agreed"]) for row in rows] == [("entry", "false"), ("entry", "true")]
    file = tmp_path / "log.jsonl"
    assert vendor("export", "worklog", "--chargeable", "--since", "2026-11-23", "--output", file).code == 0
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["amount"], json.loads(line)["started_at"]) == ("45.00", "2026-11-23T09:00:00Z")
    assert vendor("export", "worklog", "--until", "2026-11-23", "--format", "jsonl").out == ""
    assert vendor("export", "tickets", "--since", "2026-11-23").code == 2
    assert vendor("ticket", "price", "7").code == 1


@pytest.mark.requirement("S1-17", "S1-16", "S1-31")
def test_what_would_be_forgotten_has_lists_of_its_own(vendor: Call) -> None:
    (pending,) = vendor("ticket", "list", "--to-be-set", "--json", "--now", "2026-11-25T10:00").json
    assert (pending["number"], pending["target"], pending["days"]) == (1001, "set by customer-excellence-manager", 2)
    new = vendor("ticket", "new", "Typo", "--type", "technical-support", "--severity", "low", "--product", "platform",
                 "--requester", "Ida", "--email", "ida@larch.example", "--body", "x", *NOW)  # fmt: skip
    assert new.code == 0, new.err
    assert "scheduled sprint" in vendor("ticket", "list", "--unscheduled", "--now", "2026-11-25T10:00").out
    stale = vendor("ticket", "list", "--stale", "--json", "--now", "2026-11-25T09:10").json
    assert [row["number"] for row in stale] == [1001]
    assert "=Load courses" in vendor("ticket", "list", "--stale", "--now", "2026-11-25T09:10").out
    assert vendor("ticket", "list", "--stale", "--unscheduled").code == 2


@pytest.mark.requirement("S2-11", "S5-04")
def test_the_order_of_work_is_explained(vendor: Call) -> None:
    new = vendor("ticket", "new", "Login fails", "--type", "support-query", "--product", "platform", "--requester",
                 "Ida", "--email", "ida@larch.example", "--body", "x", *NOW)  # fmt: skip
    assert new.code == 0, new.err
    told = vendor("ticket", "order", "1002", "--json", *NOW).json
    assert (told["place"], told["of"], told["before"]["number"], told["before"]["by"]) == (2, 2, 1001, "Due")
    shown = vendor("ticket", "order", "1002", *NOW).out
    assert "2 of 2 open tickets" in shown
    assert "after 1001 =Load courses: by due, Mon 23 Nov 2026 10:00 against Mon 23 Nov 2026 09:30" in shown
    assert vendor("ticket", "order", "7").code == 1


@pytest.mark.requirement("S1-30")
def test_articles_that_were_sent_are_counted(vendor: Call) -> None:
    words = "See https://knowledge.example.com/courses."
    assert vendor("ticket", "reply", "1001", words, *NOW).code == 0
    (article,) = vendor("articles", "--json").json
    assert (article["address"], article["tickets"]) == ("https://knowledge.example.com/courses", 1)
    assert "https://knowledge.example.com/courses" in vendor("articles").out


@pytest.fixture
def saas(deskterm: Call) -> Call:
    now = ("--now", "2026-11-23T09:00")
    assert deskterm("init", "--procedure", "saas-platform", "--simulated", *now).code == 0
    new = deskterm("ticket", "new", "New logo", "--type", "guidance", "--requester", "Ida", "--email",
                   "ida@larch.example", "--body", "x", *now)  # fmt: skip
    assert new.code == 0, new.err
    assert deskterm("ticket", "set", "1001", "--status", "triage", *now).code == 0
    return deskterm


@pytest.mark.requirement("S4-20")
def test_quotes_that_wait_are_listed(saas: Call) -> None:
    assert saas("ticket", "quote", "1001", *NOW).code == 2
    assert saas("ticket", "quote", "1001", "--request", "--note", "a logo", *NOW).code == 0
    refused = saas("ticket", "quote", "1001", "--send", "480", *NOW)
    assert "Only somebody with the role Professional Services may quote a price here" in refused.err
    (quote,) = saas("quotes", "--json").json
    assert (quote["ticket"], quote["means"], quote["amount"]) == (1001, "requested", None)
    assert "Requested" in saas("quotes").out


@pytest.mark.requirement("S1-32", "S4-20")
def test_a_quote_that_was_accepted_is_in_the_work_log_too(saas: Call, tmp_path: Path) -> None:
    file = tmp_path / "agents.csv"
    file.write_text("login,name,role,roles\nann,Ann,admin,professional-services\n", encoding="utf-8")
    assert saas("seed", "agents", file).code == 0
    assert saas("ticket", "quote", "1001", "--send", "1200.50", *NOW).code == 0
    assert saas("export", "worklog", "--format", "jsonl").out == ""
    assert saas("ticket", "quote", "1001", "--accept", *NOW).code == 0
    row = json.loads(saas("export", "worklog", "--format", "jsonl", "--chargeable").out)
    assert (row["ticket"], row["kind"], row["entry"], row["amount"], row["agreed"]) == (
        1001,
        "quote",
        "1",
        "1200.50",
        True,
    )
    assert row["started_at"] == "2026-11-23T09:30:00Z"
    assert saas("export", "worklog", "--until", "2026-11-23", "--format", "jsonl").out == ""


@pytest.mark.requirement("S4-21")
def test_answers_are_listed_until_they_are_read(saas: Call) -> None:
    assert saas("ticket", "feedback", "1001", "--score", "9", *NOW).code == 2
    assert saas("ticket", "feedback", "1001", "--score", "1", "--comment", "Slow", "--complaint", *NOW).code == 0
    (answer,) = saas("feedback", "list", "--json").json
    assert (answer["score"], answer["complaint"], answer["comment"], answer["flag"]) == (1, True, "Slow", "complaint")
    assert "Slow" in saas("feedback", "list").out
    assert saas("feedback", "review", "1001", "--note", "called them", *NOW).code == 0
    assert saas("feedback", "list", "--json").json == []
    (read,) = saas("feedback", "list", "--all", "--json").json
    assert (read["state"], read["note"]) == ("reviewed", "called them")
