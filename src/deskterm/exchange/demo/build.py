"""The demo: a throw-away desk with three weeks of work on it, on a Monday morning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.orm.session import JoinTransactionMode
from sqlmodel import Session

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.templates.library import apply_library
from deskterm.errors import DeskError
from deskterm.exchange.demo.story_loader import Storybook, load_storybook
from deskterm.exchange.demo.story_player import INTAKE_LOGIN, StoryPlayer
from deskterm.exchange.seeding.template_files import load_templates
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import load
from deskterm.procedure.shipped import data_folder, find_procedure, list_template_files
from deskterm.sla.calendar import Calendar
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import Agent, Organisation

MORNING = time(9, 12)
"""The desk's local time at which the demo begins."""

_MIN_OPEN_SECONDS = 4320
"""Working seconds before MORNING that the demo's day must have: tickets have come in since 08:00."""

_HISTORY = timedelta(days=35)
"""The calendar time before the demo's beginning at which its desk was made: before its oldest ticket."""


def build_demo_desk(url: str, *, morning: datetime | None = None, real_now: datetime, admin_login: str) -> Store:
    """Make a simulated desk with people and tickets; its clock is at `morning` when the real one is at `real_now`.

    morning: by default on the Monday of that week, or the nearest Monday before it that is no holiday. admin_login: the
    person who looks; some of the tickets are theirs. Raises DeskError when there is something at `url` already.
    """
    book = load_storybook(data_folder() / "demo")
    loaded = load(find_procedure(book.people.procedure))
    start = morning or find_working_morning(CompiledProcedure(loaded.procedure).terms.first_calendar, real_now)
    store = create_desk(
        url,
        loaded.procedure,
        source=loaded.source,
        name=book.people.name,
        admin_login=admin_login,
        admin_name=_name_from_login(admin_login),
        simulated=True,
        clock_offset=round((start - real_now).total_seconds()),
        now=start - _HISTORY,
    )
    try:
        desk = open_desk(store, admin_login)
        add_demo_tickets(desk, start, book)
        _add_templates(desk, start)
    except BaseException:
        # Interrupts too: whoever presses ctrl+c must not find the file still open
        store.close()
        raise
    return store


def add_demo_tickets(desk: DeskSession, now: datetime, book: Storybook | None = None) -> int:
    """Add the tickets of the demo's stories, with all that happens up to `now`, to a simulated desk: all or none.
    Return their number, 0 when they were added before. Raises DeskError on an ordinary desk, for anybody but an admin,
    and when the desk's procedure lacks a word that the stories use."""
    desk.require("seed")
    if not desk.simulated:
        raise DeskError(
            "This desk is for real work, and the demo's tickets are invented:"
            " make another with `deskterm init --simulated`."
        )
    book = book or load_storybook(data_folder() / "demo")
    _check_words(desk.procedure, book)
    with desk.writing() as session:
        inside = open_desk(_SharedTransactionStore(desk.store, session.connection()), desk.agent.login)
        if not _add_people(inside, book, now):
            return 0
        tickets = StoryPlayer(inside, book, desk.procedure.terms.first_calendar).play(now)
        # Nobody works under this login: it must not stand in the lists of agents.
        seed_agents(inside, [{"login": INTAKE_LOGIN, "active": False}], now=now)
    return tickets


def _add_templates(desk: DeskSession, now: datetime) -> None:
    """Add the templates and macros that ship for the desk's procedure, where any do."""
    procedure = desk.procedure.definition
    if file := list_template_files().get(procedure.about.key):
        apply_library(desk, load_templates([file], procedure, logins=None), now=now)


def find_working_morning(calendar: Calendar, real_now: datetime) -> datetime:
    """Return the demo's time on the last Monday, today included, on which the desk opened well before it; on this
    week's Monday when there is none in a year."""
    local = real_now.astimezone(calendar.zone).date()
    monday = local - timedelta(days=local.weekday())
    mornings = [_to_morning(calendar, monday - timedelta(weeks=week)) for week in range(53)]
    working = (at for at in mornings if calendar.between(at - timedelta(hours=4), at) >= _MIN_OPEN_SECONDS)
    return next(working, mornings[0])


def _to_morning(calendar: Calendar, day: date) -> datetime:
    return datetime.combine(day, MORNING, calendar.zone).astimezone(UTC)


def _name_from_login(login: str) -> str:
    """Return a person's name for a login: Jo Park for `jo.park`."""
    return " ".join(word.capitalize() for word in login.replace("_", ".").replace("-", ".").split(".") if word) or login


def _add_people(desk: DeskSession, book: Storybook, now: datetime) -> bool:
    """Add the agents and clients of the book that the desk lacks, and give the person who looks a team. Return False,
    and do nothing, when the demo's people are there already."""
    with desk.store.reading() as session:
        logins = set(session.execute(select(Agent.__table__.c.login)).scalars())  # type: ignore[attr-defined]
        clients = set(session.execute(select(Organisation.__table__.c.key)).scalars())  # type: ignore[attr-defined]
    # Only the demo makes this agent, so whoever finds it knows that the demo was here
    if INTAKE_LOGIN in logins:
        return False
    agents = [agent.model_dump() for agent in book.people.agents if agent.login not in logins]
    if desk.agent.team is None:
        agents.append({"login": desk.agent.login, "team": book.people.team})
    seed_agents(desk, agents, now=now)
    rows = [client.model_dump(exclude={"contacts"}) for client in book.people.clients if client.key not in clients]
    seed_clients(desk, rows, now=now)
    return True


class _SharedTransactionStore(Store):
    """A store whose sessions all work in one transaction, which the caller commits or rolls back: hundreds of commands
    become one commit, and all or nothing."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self.url, self.dialect, self.upgraded, self.engine = store.url, store.dialect, store.upgraded, store.engine
        self._connection = connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        mode: JoinTransactionMode = "rollback_only"  # closing a session leaves the transaction open
        with Session(self._connection, expire_on_commit=False, join_transaction_mode=mode) as session:
            yield session
            session.flush()

    # Commands must read what the same transaction has written before them
    reading = writing


def _check_words(procedure: CompiledProcedure, book: Storybook) -> None:
    """Raise DeskError for the first word of the stories that the procedure does not have."""
    known = {
        "type": set(procedure.types),
        "severity": set(procedure.severities),
        "status": set(procedure.statuses),
        "team": {team.key for team in procedure.definition.teams},
        "product": {product.key for product in procedure.definition.products},
        "channel": set(procedure.definition.channels),
    }
    for what, word in _collect_words(book):
        if word not in known[what]:
            raise DeskError(
                f"The demo's stories speak of the {what} {word!r}, which this desk's procedure does not know:"
                f" make a simulated desk on the procedure {book.people.procedure} for them."
            )


def _collect_words(book: Storybook) -> Iterator[tuple[str, str]]:
    """Yield each word that the stories use of the procedure, with its kind."""
    yield "team", book.people.team
    yield "product", book.people.product
    for loaded in book.stories:
        story = loaded.story
        yield "type", story.type
        yield "channel", story.channel
        yield from (("severity", severity) for severity in (story.severity,) if severity)
        yield from (("product", product) for product in (story.product,) if product)
        for step in story.steps:
            yield from (("status", status) for status in (step.status, step.move) if status)
            yield from (("team", team) for team in (step.team,) if team)
            yield from (("severity", severity) for severity in (step.severity,) if severity)
