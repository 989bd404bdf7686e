"""The demo: a throw-away desk with three working weeks behind it, seen on a Monday morning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.orm.session import JoinTransactionMode
from sqlmodel import Session

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.tickets import assignment, confirmation, register, update
from deskterm.desk.workflow import checklists
from deskterm.errors import DeskError
from deskterm.exchange.demo.story_loader import Storybook, load_storybook
from deskterm.exchange.demo.story_schema import YOU, Step, Story, schedule_moments
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import load
from deskterm.procedure.shipped import data_folder, find_procedure
from deskterm.sla.calendar import Calendar
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import Agent, Organisation

PROCEDURE = "software-vendor"
MORNING = time(9, 12)
"""The local time of day at which the demo begins."""

_SINCE_OPENING = 4320
"""Working seconds that must lie behind it that day: tickets came in since 08:00."""

_INCOMING = "intake"
"""The login that mail and portal are recorded under; retired once everything is told."""


def build_demo_desk(url: str, *, morning: datetime | None = None, real_now: datetime, admin_login: str) -> Store:
    """A new simulated desk with people and tickets, its clock at `morning` while the real one is at `real_now`.
    morning: left out, the Monday of that week, or the nearest Monday before it that is no holiday. admin_login:
    whoever looks; some of the tickets are theirs. DeskError when there is something at `url` already."""
    loaded = load(find_procedure(PROCEDURE))
    book = load_storybook(data_folder() / "demo")
    start = morning or find_working_morning(_calendar(CompiledProcedure(loaded.procedure)), real_now)
    store = create_desk(
        url,
        loaded.procedure,
        source=loaded.source,
        name=book.people.name,
        admin_login=admin_login,
        admin_name=_name_from_login(admin_login),
        simulated=True,
        clock_offset=round((start - real_now).total_seconds()),
        now=start - timedelta(days=35),
    )
    try:
        add_demo_tickets(open_desk(store, admin_login), start, book)
    except BaseException:
        store.close()
        raise
    return store


def add_demo_tickets(desk: DeskSession, now: datetime, book: Storybook | None = None) -> int:
    """Tell the demo's stories on a simulated desk, up to `now`, all of them or none; how many tickets came of it, 0
    when they were told before. DeskError on an ordinary desk, for anybody but an admin, and when the desk's procedure
    does not know what the stories speak of."""
    desk.require("seed")
    if not desk.simulated:
        raise DeskError(
            "This desk is for real work, and the demo's tickets are invented:"
            " make another with `deskterm init --simulated`."
        )
    book = book or load_storybook(data_folder() / "demo")
    _check(desk.procedure, book)
    with desk.store.writing() as session:
        at_once = open_desk(_SharedTransactionStore(desk.store, session.connection()), desk.agent.login)
        if not _seed_people(at_once, book, now):
            return 0
        told = _StoryPlayer(at_once, book).play(now)
        seed_agents(at_once, [{"login": _INCOMING, "active": False}], now=now)
    return told


def find_working_morning(calendar: Calendar, real_now: datetime) -> datetime:
    """The last Monday, today counted, on which the desk was open well before the demo's hour."""
    local = real_now.astimezone(calendar.zone).date()
    monday = local - timedelta(days=local.weekday())
    found = [_on(calendar, monday - timedelta(weeks=week)) for week in range(53)]
    open_then = (at for at in found if calendar.between(at - timedelta(hours=4), at) >= _SINCE_OPENING)
    return next(open_then, found[0])


def _on(calendar: Calendar, day: date) -> datetime:
    return datetime.combine(day, MORNING, calendar.zone).astimezone(UTC)


def _calendar(procedure: CompiledProcedure) -> Calendar:
    """Return the first calendar of a procedure, by which its stories are timed."""
    return next(iter(procedure.terms.calendars.values()))


def _name_from_login(login: str) -> str:
    """Return a name for a login: Jo Park for `jo.park`."""
    return " ".join(word.capitalize() for word in login.replace("_", ".").replace("-", ".").split(".") if word) or login


def _seed_people(desk: DeskSession, book: Storybook, now: datetime) -> bool:
    """Seed the agents and clients of the book that the desk lacks, and give the visitor a team. False when they were
    there before."""
    with desk.store.reading() as session:
        logins = set(session.execute(select(Agent.__table__.c.login)).scalars())  # type: ignore[attr-defined]
        clients = set(session.execute(select(Organisation.__table__.c.key)).scalars())  # type: ignore[attr-defined]
    if _INCOMING in logins:
        return False
    agents = [agent.model_dump() for agent in book.people.agents if agent.login not in logins]
    if desk.agent.team is None:
        agents.append({"login": desk.agent.login, "team": book.people.team})
    seed_agents(desk, agents, now=now)
    rows = [client.model_dump(exclude={"contacts"}) for client in book.people.clients if client.key not in clients]
    seed_clients(desk, rows, now=now)
    return True


class _SharedTransactionStore(Store):
    """A store whose sessions share one transaction, which its owner ends."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self.url, self.dialect, self.upgraded, self.engine = store.url, store.dialect, store.upgraded, store.engine
        self._connection = connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        mode: JoinTransactionMode = "rollback_only"  # closing a session leaves the transaction to who began it
        with Session(self._connection, expire_on_commit=False, join_transaction_mode=mode) as session:
            yield session
            session.flush()

    reading = writing


class _StoryPlayer:
    """Plays the stories of a book as commands of the agents in them."""

    def __init__(self, desk: DeskSession, book: Storybook) -> None:
        self._book, self._you = book, desk.agent.login
        self._store = desk.store
        self._calendar = _calendar(desk.procedure)
        self._desks: dict[str, DeskSession] = {self._you: desk}
        self._numbers: dict[int, int] = {}
        self._doers: dict[int, str] = {}

    def play(self, now: datetime) -> int:
        """Play the stories up to `now`; return the number of tickets."""
        for at, index, number in schedule_moments(self._book.stories, self._calendar, now):
            entry = self._book.stories[index]
            try:
                if number is None:
                    self._register(index, entry.story, at)
                else:
                    self._step(index, entry.story.steps[number], at)
            except DeskError as error:
                place = entry.locate() if number is None else entry.locate("steps", number)
                raise DeskError(f"{place}: {error}") from error
        return len(self._numbers)

    def _register(self, index: int, story: Story, at: datetime) -> None:
        client = self._book.client_of(story.requester)
        done = register.register(
            self._desk(story.who or _INCOMING),
            **story.model_dump(include={"type", "severity", "channel", "subject", "body", "tags"}),
            requester=story.requester,
            email=self._book.address(story.requester),
            organisation=client.key,
            team=story.team or self._book.people.team,
            product=story.product or self._book.people.product,
            now=at,
        )
        self._numbers[index] = done.number
        self._doers[index] = story.who

    def _step(self, index: int, step: Step, at: datetime) -> None:
        ticket = self._numbers[index]
        if step.customer is not None:
            messages.record_customer_message(
                self._desk(_INCOMING),
                ticket,
                step.customer,
                author=step.by or self._book.stories[index].story.requester,
                now=at,
            )
            return
        self._doers[index] = step.who or self._doers[index]
        desk = self._desk(self._doers[index])
        self._prepare(desk, ticket, step.status or step.move, at)
        match step.act:
            case "reply":
                messages.reply(
                    desk,
                    ticket,
                    step.reply or "",
                    status=step.status,
                    next_steps=step.next,
                    resolution=step.resolution,
                    now=at,
                )
            case "note":
                messages.add_note(desk, ticket, step.note or "", now=at)
            case "move":
                self._move(desk, ticket, step.move or "", at)
            case "assign":
                assignment.assign(
                    desk, ticket, self._login(step.assign) if step.assign else None, team=step.team, now=at
                )
            case "severity":
                update.set_severity(desk, ticket, step.severity or "", now=at)
            case "tags":
                update.tag(desk, ticket, step.tags or (), now=at)
            case "subject":
                update.edit(desk, ticket, subject=step.subject, now=at)

    def _move(self, desk: DeskSession, ticket: int, status: str, at: datetime) -> None:
        """Whoever closes a ticket where the requester is asked first has heard that all is well."""
        closes = desk.procedure.statuses[status].category == "closed"
        if closes and desk.procedure.definition.closing.confirm_before_close:
            confirmation.confirm(desk, ticket, now=at)
        else:
            update.move(desk, ticket, status, now=at)

    def _prepare(self, desk: DeskSession, ticket: int, status: str | None, at: datetime) -> None:
        """Whoever moves a ticket to where a list must be done has done it."""
        wanted = desk.procedure.statuses[status].requires_checklist if status is not None else None
        if status is None or wanted is None:
            return
        part = next(part for part in desk.procedure.definition.checklists if part.key == wanted)
        items = [place for place, item in enumerate(part.items, 1) if item.required]
        outcome = desk.procedure.statuses[status].requires_outcome or next((o.key for o in part.outcomes), None)
        checklists.tick_items(desk, ticket, items, checklist=wanted, outcome=outcome, now=at)

    def _login(self, name: str | None) -> str:
        return self._you if name in (None, YOU) else str(name)

    def _desk(self, name: str) -> DeskSession:
        login = self._login(name)
        if login not in self._desks:
            self._desks[login] = open_desk(self._store, login)
        return self._desks[login]


def _check(procedure: CompiledProcedure, book: Storybook) -> None:
    """DeskError for the first word of the stories that the procedure does not know."""
    known = {
        "type": set(procedure.types),
        "severity": set(procedure.severities),
        "status": set(procedure.statuses),
        "team": {team.key for team in procedure.definition.teams},
        "product": {product.key for product in procedure.definition.products},
        "channel": set(procedure.definition.channels),
    }
    for what, word in _list_named_keys(book):
        if word not in known[what]:
            raise DeskError(
                f"The demo's stories speak of the {what} {word!r}, which this desk's procedure does not know:"
                f" make a simulated desk on the procedure {PROCEDURE} for them."
            )


def _list_named_keys(book: Storybook) -> Iterator[tuple[str, str]]:
    yield "team", book.people.team
    yield "product", book.people.product
    for entry in book.stories:
        story = entry.story
        yield "type", story.type
        yield "channel", story.channel
        yield from (("severity", severity) for severity in (story.severity,) if severity)
        yield from (("product", product) for product in (story.product,) if product)
        for step in story.steps:
            yield from (("status", status) for status in (step.status, step.move) if status)
            yield from (("team", team) for team in (step.team,) if team)
            yield from (("severity", severity) for severity in (step.severity,) if severity)
