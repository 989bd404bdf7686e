"""A first look at an export, and the mapping that it prints (R-75)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from deskterm.exchange.importing.tickets.mapping import load_ticket_mapping
from deskterm.exchange.importing.tickets.sniff import sniff_file
from exchange.importing.tickets.exports import NOW, bring_in, expected_figures, incident_desk, sample
from store_templates import create_desk, load_shipped


@pytest.mark.parametrize("name", ["freshdesk.csv", "jira.json", "redmine.csv", "otrs.csv"])
def test_the_mapping_of_a_known_shape_is_taken_at_once(name: str, tmp_path: Path) -> None:
    path, expected = sample(name, tmp_path), expected_figures()[name]
    found = sniff_file(path, zone=expected["zone"])
    assert found.product == expected["format"].split()[0]
    file = tmp_path / "mapping.toml"
    file.write_text(found.mapping)
    store = incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    report = bring_in(store, path, load_ticket_mapping(file), zone=None)
    assert (report.tickets, report.messages, report.refused) == (12, expected["messages"], [])
    assert [row["resolved_at"] for row in report.to_json()["preview"]] == expected["resolved_utc"]
    store.close()


def test_the_draft_of_an_unknown_shape_has_every_column_and_says_what_is_unsure(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Nr;Titel;Zustand;Angelegt am;Wer\n1;Drucker;Offen;27.03.2026 16:45;Ana\n2;Netz;Zu;28.03.2026 9:05;Bo\n"
    )
    found = sniff_file(path)
    assert (found.delimiter, found.product, found.needs_zone) == (";", "", True)
    lines = found.mapping.splitlines()
    for name, samples in (("Nr", "1, 2"), ("Titel", "Drucker, Netz"), ("Zustand", "Offen, Zu"), ("Wer", "Ana, Bo")):
        assert any(line.startswith(f"#   {name} ") and line.endswith(samples) for line in lines)
    assert 'status = ["Zustand"]  # ?' in lines
    assert '# Zu = "KEY"  # ? unless the procedure has it by this name' in lines
    assert 'created = ["Angelegt am"]' in lines
    assert tomllib.loads(found.mapping)["columns"]["number"] == ["Nr"]


def test_a_draft_is_taken_with_types_and_channels_that_no_product_has(tmp_path: Path) -> None:
    """Only the procedure says which there are: the draft asks, and whoever does not answer has the default."""
    path = tmp_path / "list.csv"
    path.write_text(
        "id,title,state,created,type,via\n"
        + "".join(f"{number},x,open,2026-03-27 16:45:00,Broken thing,Pigeon\n" for number in range(1, 5))
    )
    found = sniff_file(path, zone="UTC")
    for word in ('# "Broken thing"', "# Pigeon"):
        assert f'{word} = "KEY"  # ? unless the procedure has it by this name' in found.mapping.splitlines()
    file = tmp_path / "mapping.toml"
    file.write_text(found.mapping)
    store = incident_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    report = bring_in(store, path, load_ticket_mapping(file), zone=None)
    assert (report.tickets, report.refused) == (4, [])
    lines = " ".join(report.format_lines())
    assert "'Broken thing' is unknown" in lines
    assert "'Pigeon' is unknown" in lines
    store.close()


def test_a_status_of_the_procedure_needs_no_word_in_a_draft(tmp_path: Path) -> None:
    """A guess would open tickets again that were resolved."""
    path = tmp_path / "list.csv"
    rows = "".join(f"{number},x,Client Sign Off,2026-03-27 16:45:00\n" for number in range(1, 5))
    path.write_text("id,title,state,created\n" + rows)
    file = tmp_path / "mapping.toml"
    file.write_text(sniff_file(path, zone="UTC").mapping)
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    store = create_desk(url, load_shipped("software-vendor"), admin_login="ann", now=NOW)
    report = bring_in(store, path, load_ticket_mapping(file), zone=None)
    assert (report.tickets, {row["status"] for row in report.to_json()["preview"]}) == (4, {"client-sign-off"})
    store.close()


def test_records_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('id,title,state,created\n1,"a,open,03/04/2026\n')
    assert "# 1 record cannot be read, the first on line 2: a quotation mark is opened and never closed." in (
        sniff_file(path).mapping.splitlines()
    )


def test_an_order_of_day_and_month_that_nothing_shows_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,title,state,created\n1,a,open,03/04/2026\n2,b,open,05/06/2026\n")
    assert '# order = "dmy"  # ?' in sniff_file(path).mapping
