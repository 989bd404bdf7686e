"""`deskterm ticket time|price|quote`, `deskterm quotes` and the work log."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cli_call import Call

NOW = ("--now", "2026-11-23T09:30")


@pytest.mark.requirement("S1-32", "S5-11")
def test_time_is_recorded_listed_priced_corrected_and_exported(vendor: Call, tmp_path: Path) -> None:
    assert vendor("ticket", "time", "1001", "lots", *NOW).code == 2
    answer = vendor("ticket", "time", "1001", "25m", "--note", "Loaded 12", "--at", "2026-11-23T09:00", *NOW)
    assert "25m (charged 30m: GBP 30.00) written down as entry 1" in answer.out
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
    assert vendor("export", "worklog", "--filter", "subject:courses").out.count("\n") == 3
    assert vendor("export", "worklog", "--filter", "subject:nothing").out.count("\n") == 1
    assert vendor("export", "worklog", "--only", "type=issue").code == 2
    assert vendor("export", "tickets", "--since", "2026-11-23").code == 2
    assert vendor("ticket", "price", "7").code == 1


@pytest.mark.requirement("S4-20")
def test_open_quotes_are_listed(saas_platform: Call) -> None:
    assert saas_platform("ticket", "quote", "1001", *NOW).code == 2
    assert saas_platform("ticket", "quote", "1001", "--request", "--note", "a logo", *NOW).code == 0
    refused = saas_platform("ticket", "quote", "1001", "--send", "480", *NOW)
    assert "Only somebody with the role Professional Services may quote a price here" in refused.err
    (quote,) = saas_platform("quotes", "--json").json
    assert (quote["number"], quote["means"], quote["amount"]) == (1001, "requested", None)
    assert "Requested" in saas_platform("quotes").out


@pytest.mark.requirement("S1-32", "S4-20")
def test_an_accepted_quote_is_in_the_work_log(saas_platform: Call, tmp_path: Path) -> None:
    file = tmp_path / "agents.csv"
    file.write_text("login,name,role,roles\nann,Ann,admin,professional-services\n", encoding="utf-8")
    assert saas_platform("seed", "agents", file).code == 0
    assert saas_platform("ticket", "quote", "1001", "--send", "1200.50", *NOW).code == 0
    assert saas_platform("export", "worklog", "--format", "jsonl").out == ""
    assert saas_platform("ticket", "quote", "1001", "--accept", *NOW).code == 0
    row = json.loads(saas_platform("export", "worklog", "--format", "jsonl", "--chargeable").out)
    assert (row["ticket"], row["kind"], row["entry"], row["amount"], row["agreed"]) == (
        1001,
        "quote",
        "1",
        "1200.50",
        True,
    )
    assert row["started_at"] == "2026-11-23T09:30:00Z"
    assert saas_platform("export", "worklog", "--until", "2026-11-23", "--format", "jsonl").out == ""
