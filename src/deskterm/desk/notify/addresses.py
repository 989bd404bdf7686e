"""Addresses that letters do not reach: flagged by what mail servers say, and free again by a mail from them (M-44)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.email_address import list_spellings
from deskterm.store.db.tables import Contact, table_of

_contact = table_of(Contact)


def flag_addresses(desk: DeskSession, reasons: Mapping[int, str], now: datetime) -> None:
    """Flag contacts whose address does not exist. reasons: number of a contact → what the server said of it. They get
    no automatic letters any more, and agents are warned before they write."""
    with desk.writing("notice") as session:
        # Without the reasons, which have the address: nothing can be erased from the desk's own history
        lines = [f"address of contact {number} flagged" for number in reasons]
        with recorded_changes(session, "mail", now, desk.agent.login, desk.behind, lines):
            for number, reason in reasons.items():
                words = f"{now.date().isoformat()}: {reason}"[:500]
                # Not of somebody who was erased meanwhile: the words may have the address
                is_known = (_contact.c.id == number) & _contact.c.email.is_not(None)
                session.execute(update(_contact).where(is_known).values(undeliverable=words))


def lift_flag(desk: DeskSession, address: str, now: datetime) -> None:
    """Free an address that a mail came from, where it was flagged."""
    is_same = _contact.c.email.in_(list_spellings(address))
    with desk.store.reading() as session:
        number = session.execute(select(_contact.c.id).where(is_same, _contact.c.undeliverable != "")).scalar()
    if number is None:
        return
    with desk.writing("notice") as session:
        lines = [f"address of contact {number} free again: a mail came from it"]
        with recorded_changes(session, "mail", now, desk.agent.login, desk.behind, lines):
            session.execute(update(_contact).where(_contact.c.id == number).values(undeliverable=""))
