"""A copied store equals one that setup creates, on both databases, and holds nothing of another copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, select

from deskterm.desk.admin import setup
from deskterm.desk.api import open_desk
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import TABLES
from small_desk import MONDAY
from store_templates import create_desk, load_shipped

SETTINGS: dict[str, Any] = {"admin_login": "ann", "admin_name": "Ann", "simulated": True, "now": MONDAY}


RANDOM = {"salt", "chain", "hash", "data"}
"""Columns of the desk itself and of its people that hold a random salt, or a digest with one."""


def read_rows(store: Store) -> dict[str, list[Any]]:
    """Read all rows of all tables, without what is random."""
    with store.reading() as session:
        return {table.name: [tuple(row) for row in session.execute(select(*_list_columns(table)))] for table in TABLES}


def _list_columns(table: Table) -> list[Column[Any]]:
    is_random = table.name in ("desk", "desk_event", "agent", "organisation", "contact")
    return [column for column in table.columns if not (is_random and column.name in RANDOM)]


def register_first(store: Store) -> int:
    """Register a ticket; return its number."""
    return register(open_desk(store, "ann"), subject="x", incomplete=True, now=MONDAY).number


def test_a_copy_equals_what_setup_creates_and_holds_nothing_of_another_copy(store_url: str, tmp_path: Path) -> None:
    procedure = load_shipped("software-vendor")
    reference = setup.create_desk(f"sqlite:///{tmp_path / 'reference.sqlite3'}", procedure, **SETTINGS)
    first = create_desk(f"sqlite:///{tmp_path / 'first.sqlite3'}", procedure, **SETTINGS)
    assert register_first(first) == 1001
    copy = create_desk(store_url, procedure, **SETTINGS)
    assert read_rows(copy) == read_rows(reference)
    assert register_first(copy) == 1001
    for store in (reference, first, copy):
        store.close()


def test_a_copy_is_refused_where_a_desk_is_already(store_url: str) -> None:
    create_desk(store_url, load_shipped("open-source"), **SETTINGS).close()
    with pytest.raises(DeskError, match="already"):
        create_desk(store_url, load_shipped("open-source"), **SETTINGS)
