"""Two logs of real desks, imported, against the figures of an independent program: months, instants and groups.

`make test-long` runs it, because the imports and the many instants take minutes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deskterm.desk.admin.setup import create_desk
from deskterm.exchange.importing.imports import import_events
from deskterm.exchange.importing.mapping import find_mapping
from deskterm.store.db.reader import open_reader
from real_data import real_data
from reports.truth import (
    Log,
    compare_balance,
    compare_group,
    compare_month,
    compare_period,
    list_differences,
    load_clients,
    load_truth,
)
from store_templates import load_shipped

pytestmark = [pytest.mark.long, pytest.mark.first]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def import_log(folder: Path, name: str, mapping: str, procedure: str) -> str:
    url = f"sqlite:///{folder / 'desk.sqlite3'}"
    store = create_desk(url, load_shipped(procedure), admin_login="ann", simulated=True, now=NOW)
    import_events(store, real_data(name), find_mapping(mapping), actor="ann", now=NOW)
    store.close()
    return url


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Log:
    folder = tmp_path_factory.mktemp("incidents")
    url = import_log(folder, "uci_incident_event_log.csv.xz", "servicenow-incident-log", "incident-management")
    zone = ZoneInfo("America/Sao_Paulo")
    with open_reader(url) as reader:
        clients = load_clients(reader)
    dimensions = {
        "created_by_severity": ("created", "severity"),
        "created_by_channel": ("created", "channel"),
        "created_by_category_top10": ("created", "topic"),
        "created_by_organisation_top10": ("created", "client"),
        "resolved_by_severity": ("resolved", "severity"),
        "resolved_by_team_top10": ("resolved", "team"),
        "resolved_by_agent_top10": ("resolved", "agent"),
    }
    return Log(url, zone, datetime(2017, 3, 1, tzinfo=zone), dimensions, {"client": clients})


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Log:
    folder = tmp_path_factory.mktemp("cases")
    url = import_log(folder, "helpdesk_italian.csv.xz", "helpdesk-log-4tu", "software-vendor")
    zone = ZoneInfo("GMT")
    with open_reader(url) as reader:
        clients = load_clients(reader)
    severities = {"Value 1": "highest", "Value 2": "high", "Value 3": "medium", "Value 4": "low"}
    dimensions = {
        "created_by_severity": ("created", "severity"),
        "created_by_customer_top10": ("created", "client"),
        "created_by_product_top10": ("created", "topic"),
        "resolved_by_resource_top10": ("resolved", "agent"),
    }
    end = datetime(2014, 2, 1, tzinfo=zone)
    return Log(url, zone, end, dimensions, {"client": clients, "severity": severities})


LOGS = ("incidents", "cases")


def truth(name: str) -> dict[str, Any]:
    file = "truth_uci_more.json" if name == "incidents" else "truth_helpdesk_more.json"
    return load_truth(real_data("../cases/reports") / file)


@pytest.mark.parametrize("name", LOGS)
def test_every_month_has_the_figures_that_are_given(name: str, request: pytest.FixtureRequest) -> None:
    log: Log = request.getfixturevalue(name)
    given = truth(name)
    for month, figures in given["months"].items():
        assert list_differences([*compare_month(log, month, figures)]) == [], month
    assert list_differences([*compare_period(log, given["whole"], 0, log.last)]) == []


@pytest.mark.parametrize("name", LOGS)
def test_every_instant_has_the_open_tickets_that_are_given(name: str, request: pytest.FixtureRequest) -> None:
    log: Log = request.getfixturevalue(name)
    given = truth(name)
    for text, figures in given["as_of"].items():
        at = int(datetime.fromisoformat(text).timestamp())
        assert list_differences([*compare_balance(log, figures, at - 86_400, at)]) == [], text


@pytest.mark.parametrize(
    ("name", "group", "dimension"),
    [
        ("incidents", "by_team_at_resolution", "team"),
        ("incidents", "by_category", "topic"),
        ("incidents", "by_organisation", "client"),
        ("incidents", "by_agent_at_resolution", "agent"),
        ("incidents", "by_channel", "channel"),
        ("cases", "by_customer", "client"),
        ("cases", "by_product", "topic"),
        ("cases", "by_workgroup", "team"),
        ("cases", "by_resource_at_resolution", "agent"),
    ],
)
def test_every_group_has_the_figures_that_are_given(
    name: str, group: str, dimension: str, request: pytest.FixtureRequest
) -> None:
    log: Log = request.getfixturevalue(name)
    given = truth(name)
    figures = log.count(0, log.last, log.last, dimension)
    for word, values in given[group].items():
        assert list_differences([*compare_group(log, figures, dimension, word, values)]) == []
