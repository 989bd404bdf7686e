"""Letters on their way to a person who is erased, or of tickets that are purged: what is kept of the attempts to send
them has addresses, and the words of servers (M-68)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import Session

from deskterm.desk.domain.email_address import encode_domain
from deskterm.desk.history.erasing.erased_drafts import overwrite_deleted
from deskterm.store.db.tables import SendingRow, table_of

_sending = table_of(SendingRow)


def erase_sendings(session: Session, tickets: Sequence[int], address: str = "") -> None:
    """Take an address out of what is kept of attempts to send letters; without one, all addresses of some tickets. What
    became of a letter for others stays, so that nobody gets it twice."""
    # As letters go out
    wanted, numbers = encode_domain(address.lower()), set(tickets)
    for row in session.execute(select(_sending)).all():  # as many as there are letters on their way
        states = json.loads(row.recipients)
        if wanted:
            left = {one: state for one, state in states.items() if one.lower() != wanted}
            is_concerned = row.ticket_id in numbers or len(left) < len(states) or wanted in row.reason.lower()
        else:
            left, is_concerned = {}, row.ticket_id in numbers
        if not is_concerned or (left == states and not row.reason):
            continue
        overwrite_deleted(session)
        session.execute(
            update(_sending)
            .where(_sending.c.ticket_id == row.ticket_id, _sending.c.key == row.key)
            .values(recipients=json.dumps(left), reason="")
        )
