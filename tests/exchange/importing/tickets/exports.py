"""Exports of other desks: the samples that lie beside the project, and small ones that tests write."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from deskterm.exchange.importing.tickets.import_tickets import import_tickets
from deskterm.exchange.importing.tickets.mapping import TicketMapping, find_ticket_mapping
from deskterm.exchange.importing.tickets.ticket_report import TicketImportReport
from deskterm.store.db.engine import Store
from real_data import real_data
from store_templates import create_desk, load_shipped

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FRESHDESK = "Ticket ID,Subject,Status,Priority,Created time,Resolved time,Full name,Email,Agent,Last update time\n"


def incident_desk(url: str) -> Store:
    """A desk with the procedure of incidents and no tickets."""
    return create_desk(url, load_shipped("incident-management"), admin_login="ann", now=NOW)


def sample(name: str, folder: Path) -> Path:
    """A copy of a sample, beside which the file of refused rows may be written. Skips where there are none."""
    source = real_data("../cases/reports/imports") / name
    return Path(shutil.copy(source, folder / name))


def expected_figures() -> dict[str, Any]:
    return dict(json.loads((real_data("../cases/reports/imports") / "expected.json").read_text()))


def write_export(path: Path, rows: str, header: str = FRESHDESK) -> Path:
    path.write_text(header + rows, encoding="utf-8")
    return path


def bring_in(
    store: Store, path: Path, mapping: str | TicketMapping | None = None, **options: Any
) -> TicketImportReport:
    """Import a file as the admin; zone: Europe/London unless another one is given."""
    chosen = find_ticket_mapping(mapping) if isinstance(mapping, str) else mapping
    return import_tickets(store, path, chosen, actor="ann", now=NOW, **{"zone": "Europe/London"} | options)


def select(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.reading() as session:
        return [tuple(row) for row in session.execute(text(sql))]


__all__ = ["FRESHDESK", "NOW", "bring_in", "expected_figures", "incident_desk", "sample", "select", "write_export"]
