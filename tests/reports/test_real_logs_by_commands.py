"""What only a command says of a real log: error budgets, and the lists behind figures (R-33, R-34, R-40)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from real_data import real_data
from reports.commands_log import run_program
from reports.truth import load_truth

pytestmark = [pytest.mark.long, pytest.mark.first]

END = "2017-03-01T03:00:00Z"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The desk of the incident log, made by commands."""
    path = tmp_path_factory.mktemp("commands") / "desk.sqlite3"
    run_program("--database", str(path), "init", "--procedure", "incident-management", "--simulated")
    log = real_data("uci_incident_event_log.csv.xz")
    imported = ("import", "events", str(log), "--mapping", "servicenow-incident-log", "--json")
    assert json.loads(run_program("--database", str(path), *imported))["tickets"] == 24_918
    return str(path)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return load_truth(real_data("../cases/reports") / "truth_uci_more.json")


def ask(database: str, *words: str) -> Any:
    return json.loads(run_program("--database", database, "report", "figures", *words, "--json"))


def list_ids(database: str, key: str, *words: str) -> list[str]:
    """Return the external numbers behind a figure, whose list is as long as it says."""
    found = ask(database, *words, "--list", key)
    assert found["n"] == len(found["rows"])
    return [row["external_id"] for row in found["rows"]]


def test_the_error_budget_of_each_month_is_the_one_that_is_given(database: str, truth: dict[str, Any]) -> None:
    months = {"whole": ("--since", "2016-01-01", "--until", "2017-03-01")} | {name: (name,) for name in truth["months"]}
    for name, period in months.items():
        given = (truth["whole"] if name == "whole" else truth["months"][name])["error_budget_resolution_moderate_80"]
        words = ("--objective", "resolution=80%", "--filter", "severity:moderate", "--as-of", END)
        found = ask(database, *period, *words)["figures"]["budget/resolution"]
        assert found["target"] == "80%"
        assert {key: found[key] for key in ("judged", "allowed", "late", "left")} == {
            key: given[key] for key in ("judged", "allowed", "late", "left")
        }, name


def test_the_lists_behind_figures_are_those_that_are_given(database: str, truth: dict[str, Any]) -> None:
    given = truth["lists"]
    for key, period, name in (
        ("attainment/resolution/retarget", "2016-03", "2016-03 resolution late by retarget"),
        ("attainment/resolution/already", "2016-03", "2016-03 resolution inherited (counted as nothing)"),
        ("reopened/tickets", "2016-05", "2016-05 reopened"),
    ):
        assert sorted(list_ids(database, key, period, "--as-of", END)) == given[name]
    due = list_ids(database, "due/resolution/8h", "2016-05-16", "--as-of", "2016-05-16T13:00:00Z")
    assert sorted(due) == [number for number, _ in given["2016-05-16T10:00:00-03:00 due within 8 h"]]


def test_the_oldest_open_tickets_stand_first_in_their_list(database: str, truth: dict[str, Any]) -> None:
    for instant, given in truth["as_of"].items():
        at, day = datetime.fromisoformat(instant).astimezone(UTC), datetime.fromisoformat(instant).date()
        period = ("--since", str(day), "--until", str(day + timedelta(days=1)))
        found = list_ids(database, "age", *period, "--as-of", f"{at:%Y-%m-%dT%H:%M:%SZ}")
        assert found[:5] == given["oldest"], instant
