"""A desk of four tickets for tests of the console, and looks at what is stored."""

from __future__ import annotations

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import register as intake
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import TicketDetail, load_ticket_detail
from deskterm.tui.dialogs.compose import Composer
from small_desk import at, small_desk
from store_templates import copy_store
from tui.console_session import ConsoleSession


def create_desk_of_four_tickets(url: str) -> None:
    """Create the small desk with three faults and a question, registered an hour before the console opens."""
    copy_store(url, ("four tickets",), _create).close()


def _create(url: str) -> Store:
    desk = small_desk(url)
    kinds = [("fault", "high"), ("fault", "low"), ("question", None), ("fault", "low")]
    for number, (kind, severity) in enumerate(kinds):
        intake.register(
            desk,
            type=kind,
            severity=severity,
            subject=f"Matter {number}",
            body=f"Words of matter {number}",
            requester="Kim Novak",
            email="kim@larch.example",
            now=at(number),
        )
    return desk.store


def create_desk_of_six_faults(url: str) -> None:
    """Create a simulated desk, which programs open at a time of its own, with six faults of low severity."""
    copy_store(url, ("six faults, simulated",), _create_faults).close()


def _create_faults(url: str) -> Store:
    desk = small_desk(url, simulated=True)
    for number in range(6):
        intake.register(
            desk,
            type="fault",
            severity="low",
            subject=f"Matter {number}",
            requester="Kim Lee",
            email="kim@lee.example",
            now=at(number),
        )
    return desk.store


def load_detail(url: str, number: int) -> TicketDetail:
    """Load a ticket as it is stored."""
    with open_reader(url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return found


def open_as_colleague(url: str) -> DeskSession:
    """Open the desk as kim, while sam is at the console."""
    return open_desk(open_store(url), "kim")


async def open_composer(console: ConsoleSession, kind: str) -> Composer:
    """Run a command that opens the composer."""
    await console.run(kind)
    composer = console.workspace.composer
    assert composer is not None
    return composer
