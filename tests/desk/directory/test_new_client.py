"""A client is made on the spot, with the first ticket of somebody who works there (C-24)."""

from __future__ import annotations

import pytest

from deskterm.desk.core.people import UnknownClient
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.people.known import find_clients
from small_desk import at
from ticket_reads import read_ticket


@pytest.mark.law("C-24")
def test_a_client_that_is_not_known_is_refused_with_those_that_may_be_meant_or_added(desk: DeskSession) -> None:
    request = {"type": "question", "subject": "x", "requester": "Ines Calder"}
    with pytest.raises(UnknownClient, match=r"There is no client 'larch l': did you mean larch \(Larch Ltd\)\?"):
        register(desk, **request, organisation="larch l", now=at(0))  # type: ignore[arg-type]
    for minute, name in ((1, "Norvale Freight"), (2, "Norvale—Freight!")):
        result = register(desk, **request, organisation=name, new_client=True, now=at(minute))  # type: ignore[arg-type]
        assert read_ticket(desk, result.number).row.organisation == name
    with open_reader(desk.store.url) as reader:
        assert [client.key for client in find_clients(reader, "norvale")] == ["norvale-freight", "norvale-freight-2"]
    # The one that is there now is found by its name, and not added again
    register(desk, **request, organisation="NORVALE FREIGHT", new_client=True, now=at(3))  # type: ignore[arg-type]
    with open_reader(desk.store.url) as reader:
        assert len(find_clients(reader, "norvale")) == 2
