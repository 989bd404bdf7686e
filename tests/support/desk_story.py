"""Stories of a whole desk: a shipped procedure, its people, and time that passes while the runner works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from deskterm.automation.runner import Runner
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.integrity import check_integrity
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import ClockView, RecordView, TicketDetail, load_ticket_detail
from store_templates import copy_store, create_desk_in_tables, load_shipped


class Story:
    """A simulated desk by a shipped procedure, with ann as its admin. Its time only goes forward."""

    def __init__(
        self,
        url: str,
        procedure: str,
        start: str,
        *,
        people: Sequence[Mapping[str, Any]] = (),
        clients: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.now = datetime.fromisoformat(start).astimezone(UTC)
        self.url = url
        now = self.now

        def create(place: str) -> Store:
            store = create_desk_in_tables(
                place, load_shipped(procedure), admin_login="ann", admin_name="Ann", simulated=True, now=now
            )
            seed_agents(open_desk(store, "ann"), people, now=now)
            seed_clients(open_desk(store, "ann"), clients, now=now)
            return store

        self.store = copy_store(url, ("story", procedure, now, repr(people), repr(clients)), create)
        self._desks: dict[str, DeskSession] = {}
        self._runner = Runner(self.store)
        self.runner_messages: list[str] = []

    def as_agent(self, login: str) -> DeskSession:
        """The desk, opened for an agent."""
        if login not in self._desks:
            self._desks[login] = open_desk(self.store, login)
        return self._desks[login]

    def advance_to(self, instant: str) -> datetime:
        """Advance the time to an instant and run what is due by then; return the instant."""
        until = datetime.fromisoformat(instant).astimezone(UTC)
        assert until >= self.now, "time only goes forward"
        self.now = until
        self.runner_messages += [fired.sentence for fired in self._runner.step(until)]
        return until

    def wait_until(self, instant: str) -> datetime:
        """Let the time pass while no runner works; return the instant."""
        until = datetime.fromisoformat(instant).astimezone(UTC)
        assert until >= self.now, "time only goes forward"
        self.now = until
        return until

    def read_ticket(self, number: int) -> TicketDetail:
        with open_reader(self.url) as reader:
            found = load_ticket_detail(reader, number)
        assert found is not None
        return found

    def status(self, number: int) -> str:
        return self.read_ticket(number).row.status

    def clock(self, number: int, metric: str) -> ClockView:
        """The last cycle of a metric."""
        return [clock for clock in self.read_ticket(number).clocks if clock.metric == metric][-1]

    def due(self, number: int, metric: str) -> str:
        """The due time of the last cycle, in UTC; a dash for none."""
        return format_instant(self.clock(number, metric).due)

    def records(self, number: int, kind: str) -> list[RecordView]:
        return [record for record in self.read_ticket(number).records if record.kind == kind]

    def letters(self, number: int) -> list[str]:
        """The topics of the letters about a ticket."""
        return [str(record.values.get("on", "")) for record in self.records(number, "letter")]

    def letters_with_instants(self, number: int) -> list[tuple[str, str]]:
        """The topics of the letters about a ticket, each with the instant (UTC) at which it was due to be written."""
        return [
            (str(record.values.get("on", "")), format_instant(record.at)) for record in self.records(number, "letter")
        ]

    def moves(self, number: int) -> list[tuple[str, str, str]]:
        """Every change of a ticket's status: the instant in UTC, the new status, and who made it."""
        return [
            (format_instant(event.at), event.data["changes"]["status"][1], event.actor)
            for event in self.read_ticket(number).events
            if "status" in event.data.get("changes", {})
        ]

    def verify(self) -> None:
        """Verify that every row is what the events say, and close the store."""
        assert check_integrity(self.store).findings == ()
        self.store.close()


def format_instant(instant: int | None) -> str:
    """An instant in UTC, to the minute; a dash for none."""
    return "–" if instant is None else f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%d %H:%M}"
