"""Every figure of two real logs that an independent program has given, as commands print it (R-10 to R-25, R-40)."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deskterm.cli import main
from real_data import real_data
from reports.truth import load_truth
from reports.truth_leaves import CommandTruth

pytestmark = [pytest.mark.long, pytest.mark.first]

TENTH = 10
"""Of so many figures one list is read: there are thousands, and each takes as long as its report."""


def import_log(folder: Path, log: str, mapping: str, procedure: str) -> str:
    """Make a desk of a log by commands, and return where it is."""
    database = str(folder / "desk.sqlite3")
    ask(database, "init", "--procedure", procedure, "--simulated", "--json")
    ask(database, "import", "events", str(real_data(log)), "--mapping", mapping, "--json")
    return database


def ask(database: str, *words: str) -> Any:
    """Run a command as ann, and return the document that it printed."""
    with redirect_stdout(io.StringIO()) as printed:
        code = main.run(["--database", database, *words], login="ann")
    assert code == 0, words
    return json.loads(printed.getvalue())


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> CommandTruth:
    given = load_truth(real_data("../cases/reports") / "truth_uci_more.json")
    folder = tmp_path_factory.mktemp("incidents")
    database = import_log(folder, "uci_incident_event_log.csv.xz", "servicenow-incident-log", "incident-management")
    return CommandTruth(
        given,
        lambda *words: ask(database, *words),
        datetime(2017, 3, 1, tzinfo=ZoneInfo("America/Sao_Paulo")),
        {
            "created_by_severity": ("created", "severity"),
            "created_by_severity_at_opening": ("created", "severity-at-opening"),
            "created_by_channel": ("created", "channel"),
            "created_by_category_top10": ("created", "topic"),
            "created_by_organisation_top10": ("created", "client"),
            "resolved_by_severity": ("resolved", "severity"),
            "resolved_by_team_top10": ("resolved", "team"),
            "resolved_by_agent_top10": ("resolved", "agent"),
        },
        {
            "by_team_at_resolution": "team",
            "by_category": "topic",
            "by_organisation": "client",
            "by_agent_at_resolution": "agent",
            "by_channel": "channel",
        },
    )


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> CommandTruth:
    given = load_truth(real_data("../cases/reports") / "truth_helpdesk_more.json")
    folder = tmp_path_factory.mktemp("cases")
    database = import_log(folder, "helpdesk_italian.csv.xz", "helpdesk-log-4tu", "software-vendor")
    return CommandTruth(
        given,
        lambda *words: ask(database, *words),
        datetime(2014, 2, 1, tzinfo=ZoneInfo("GMT")),
        {
            "created_by_severity": ("created", "severity"),
            "created_by_customer_top10": ("created", "client"),
            "created_by_product_top10": ("created", "topic"),
            "resolved_by_resource_top10": ("resolved", "agent"),
        },
        {
            "by_customer": "client",
            "by_product": "topic",
            "by_workgroup": "team",
            "by_resource_at_resolution": "agent",
        },
        {"Value 1": "highest", "Value 2": "high", "Value 3": "medium", "Value 4": "low"},
    )


@pytest.mark.parametrize(("name", "least"), [("incidents", 6_000), ("cases", 3_500)])
def test_every_figure_that_is_given_is_what_a_command_prints(
    name: str, least: int, request: pytest.FixtureRequest
) -> None:
    log: CommandTruth = request.getfixturevalue(name)
    leaves = [*log.compare()]
    assert [leaf for leaf in leaves if not leaf.is_equal] == []
    assert len(leaves) > least
    assert [(path, more) for path, more in log.find_tables() if more] == []


@pytest.mark.parametrize("name", ["incidents", "cases"])
def test_the_list_of_a_figure_is_as_long_as_the_figure(name: str, request: pytest.FixtureRequest) -> None:
    log: CommandTruth = request.getfixturevalue(name)
    month = "2016-03" if name == "incidents" else "2012-03"
    seen = {(leaf.words, leaf.key) for leaf in log.compare() if month in leaf.path and "--list" not in leaf.words}
    # Shares and budgets are made of figures that have lists of their own
    listed = sorted((words, key) for words, key in seen if key in log.read(*words)["lists"])
    assert listed
    for words, key in listed[::TENTH]:
        document = log.read(*words)
        found = log.ask(*words[:-1], "--list", key, "--json")
        figure = document["figures"][key]
        assert len(found["rows"]) == found["n"] == figure.get("visits", figure["n"]), (words, key)
        assert found["digest"] == document["lists"][key]["digest"]
        if "sum" in figure:
            assert sum(row["seconds"] for row in found["rows"]) == figure["sum"], (words, key)
