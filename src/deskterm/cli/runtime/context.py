"""One call of the program: which store, as whom, and what time it is there."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from deskterm.cli.runtime.clock_check import check_clock, is_clock_checked, measure_server_clock
from deskterm.cli.runtime.output import list_some, show_progress_on_terminal
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.desk.policy.name_matching import find_named, list_candidates
from deskterm.desk.policy.permissions import Act, format_unknown_agent, require
from deskterm.desk.policy.read_access import find_hidden_in_document
from deskterm.errors import DeskError, UsageError
from deskterm.present.formats import format_count
from deskterm.present.sanitize import sanitize
from deskterm.store.db.identity import read_login
from deskterm.store.db.location import display_location, resolve_database_url
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.queries import access_log
from deskterm.store.queries.deadlines import is_anything_due, load_overdue_timers
from deskterm.store.queries.desk_facts import AgentView, DeskFacts, load_agents, load_desk_facts

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession

_MOST_CAUGHT_UP = 200
"""Tickets that one list brings up to date at most, some seconds' work; the next goes on, or `deskterm run --once`."""


class NotAnAgent(DeskError):
    """Whoever calls, or the agent after `--as`, is no active agent of the desk."""


@dataclass(slots=True)
class CliContext:
    """The global options of a call. database: as given; acting: the login after `--as`; instant: the text after
    `--now`; login: of whoever calls, where a program that calls this one knows it; None: read from the system."""

    database: str | None = None
    acting: str | None = None
    instant: str | None = None
    login: str | None = None
    anyway: bool = False
    """This computer's clock is right, however long the desk has rested."""
    screen_reader: bool = False
    """The console is to write lines for a screen reader (C-43)."""
    system_time: Callable[[], float] = time.time
    """Returns this computer's time in epoch seconds."""
    _login_checked: bool = False
    """True once it was checked that whoever calls, and the agent after `--as`, may read here."""
    _hidden: tuple[str, ...] = ()
    """The departments whose tickets the agent does not read."""
    _role: str = "viewer"
    _past: datetime | None = None
    """The instant of the past that the call reads the desk as of (R-03)."""
    _server_ahead: float = 0.0
    """Seconds by which the clock of a PostgreSQL server, which its desks go by, is ahead of this computer's (D-43)."""

    @property
    def url(self) -> str:
        """The URL of the store. Raises UsageError for a database that is neither SQLite nor PostgreSQL."""
        return resolve_database_url(self.database)

    @property
    def display_location(self) -> str:
        """The store as messages name it: a path, or a URL without its password."""
        return display_location(self.url)

    @property
    def own_login(self) -> str:
        """The login of whoever calls: the owner of the process, or the role on a PostgreSQL server (D-20). Raises the
        DeskErrors of `read_login`."""
        if self.login is None:
            self.login = read_login(self.url)
        return self.login

    @property
    def impersonator(self) -> str:
        """The login of whoever calls where another agent acts; empty otherwise."""
        return self.own_login if self.acting not in (None, self.own_login) else ""

    def open_reader(self, *, whole: bool = False) -> ReadConnection:
        """Open a bare read-only connection to the store, which hides what the agent may not read. whole: hide nothing,
        for checks that show no content. Raises DeskError when whoever calls is no active agent of the
        desk (D-21), when `--as` names none, or the caller may not act for others."""
        reader = open_reader(self.url)
        if reader.upgraded is not None:
            print(sanitize(str(reader.upgraded)), file=sys.stderr)
        try:
            self._check_reading(reader)
            if whole:
                reader.limit((), "")
        except BaseException:
            reader.close()
            raise
        return reader

    def open_current_reader(
        self,
        number: int | None = None,
        *,
        as_of: str | None = None,
        open_only: bool = False,
        words: bool = True,
        events: bool = False,
    ) -> ReadConnection:
        """Open a connection as `open_reader` does, to tickets as they are now: what is over is recorded first. number:
        the only ticket that is read. For whatever shows tickets by their status, or what followed from it (D-02).

        as_of: the text of an instant of the past as which all that is read stands, and which `now` is from then on
        (R-03); of the whole desk then, open_only, words and events say what is needed, as for `open_past_desk`. Raises
        UsageError for an instant that has not passed."""
        reader = self.open_reader()
        try:
            facts = load_desk_facts(reader)
            self.bring_up_to_date(reader, facts, number)
            if as_of is None:
                return reader
            past = self._open_past(reader, facts, as_of, number, open_only=open_only, words=words, events=events)
        except BaseException:
            reader.close()
            raise
        reader.close()
        return past

    def _open_past(
        self, reader: ReadConnection, facts: DeskFacts, as_of: str, number: int | None, **parts: bool
    ) -> ReadConnection:
        # The fold takes half a second to import, and no other read needs it
        from deskterm.reports.past_desk import open_past_desk  # noqa: PLC0415

        instant = parse_instant(as_of, facts.timezone, self.now(facts), past=True)
        progress = show_progress_on_terminal("tickets as they were") if number is None else None
        past = open_past_desk(reader, int(instant.timestamp()), number=number, progress=progress, **parts)
        self._past = instant
        return past

    def open_desk(self) -> DeskSession:
        """Open the desk as whoever calls, or with `--as` as another agent, for which the caller must be an admin.
        Raises DeskError when either is not to be."""
        # SQLModel and the reactions take half a second to import; a call that only reads must not wait for them.
        from deskterm.cli.runtime.session import open_session  # noqa: PLC0415

        if self.acting is not None:
            self.check_login()  # because only the desk knows which agent is meant
        desk = open_session(self.url, self.own_login, self.acting)
        self.check_clock()
        return desk

    def bring_up_to_date(self, reader: ReadConnection, facts: DeskFacts, number: int | None = None) -> None:
        """Record what is due by now before it is read: everything of one ticket, or with None the timers that have
        ended on all tickets, so that no list shows as open what closed an hour ago (D-02). Writes nothing for `--now`,
        which only looks ahead, and nothing where the clock may be wrong; says so where something is over then."""
        now = self.now(facts)
        instant = int(now.timestamp())
        if self.instant is not None:
            over = load_overdue_timers(reader, instant, _MOST_CAUGHT_UP)
            if over and number in (None, *over):
                print(
                    f"deskterm: looking ahead, {format_count(len(over) if number is None else 1, 'ticket')} may show a"
                    " status whose time is over by then; nothing is recorded for that.",
                    file=sys.stderr,
                )
            return
        if number is None:
            numbers = load_overdue_timers(reader, instant, _MOST_CAUGHT_UP + 1)
        else:
            numbers = [number] if is_anything_due(reader, number, instant) else []
        if not numbers:
            return
        # As in open_desk: a call that finds nothing due must not wait for the import.
        from deskterm.cli.runtime.session import record_due_events  # noqa: PLC0415

        try:
            self.check_clock(facts)
            record_due_events(self.url, numbers[:_MOST_CAUGHT_UP], now)
        except DeskError as error:
            print(
                f"deskterm: {format_count(len(numbers), 'ticket')} may show a status whose time is over, because that"
                f" cannot be recorded: {sanitize(str(error))}",
                file=sys.stderr,
            )
            return
        if len(numbers) > _MOST_CAUGHT_UP:
            print(
                f"deskterm: {_MOST_CAUGHT_UP} tickets whose time was over have moved on, and there are more that show"
                " their earlier status: `deskterm run --once` moves them all.",
                file=sys.stderr,
            )

    def check_clock(self, facts: DeskFacts | None = None) -> None:
        """Compare this computer's clock with the desk's newest event, before anything is dated by it. facts: the
        desk's, where the caller has read them. Raises DeskError when it may be far ahead, unless the call says
        `--anyway` (D-43)."""
        # Checked first, because otherwise a connection to the server is opened for nothing
        if self.anyway or not is_clock_checked(self.url):
            return
        with open_reader(self.url) as reader:
            facts = facts or load_desk_facts(reader)
            if not facts.simulated:
                check_clock(reader, facts.timezone, int(self.now(facts).timestamp()))

    def check_login(self) -> str:
        """Return the login that the call acts as, checked as `open_desk` does, but read with a bare connection, so that
        the console paints first. Raises DeskError as that does."""
        if not self._login_checked:
            self.open_reader().close()
        return self.acting or self.own_login

    def _check_reading(self, reader: ReadConnection) -> None:
        """Raise DeskError unless whoever calls, and the agent after `--as`, may read this desk."""
        if self._login_checked:
            reader.limit(self._hidden, self.acting or self.own_login)
            return
        if self.login is None:
            self.login = read_login(self.url, reader)
        agents = {agent.login: agent for agent in load_agents(reader)}
        own = self.login
        if self.acting is not None and self.acting not in agents and own in agents and agents[own].active:
            require(agents[own].role, "act-as")  # first: somebody without that right must not learn who works here
            self._resolve_acting([agent for agent in agents.values() if agent.active])
        login = self.acting or own
        active = [name for name, agent in agents.items() if agent.active]
        if login != own:
            if own not in active:
                raise NotAnAgent(format_unknown_agent(own, is_former=own in agents))
            require(agents[own].role, "act-as")
        if login not in active:
            choice = f" Choose from {list_some(active)}." if login != own else ""
            raise NotAnAgent(format_unknown_agent(login, is_former=login in agents) + choice)
        hidden = find_hidden_in_document(load_desk_facts(reader).document, agents.values(), login)
        reader.limit(hidden, login)
        if reader.dialect != "sqlite":
            self._server_ahead = measure_server_clock(reader, self.system_time)
        self._hidden, self._role, self._login_checked = hidden, agents[login].role, True

    def _resolve_acting(self, agents: Sequence[AgentView]) -> None:
        """Find the login of the agent after `--as`, who may be named by name or a unique part of it (C-24). Raises
        NotAnAgent where several may be meant."""
        found = find_named(self.acting or "", agents)
        if len(found) > 1:
            raise NotAnAgent(f"{self.acting!r} may be {list_candidates(found)}: give the login.")
        if found:
            self.acting = found[0].login

    def require(self, act: Act, action: str = "") -> None:
        """Raise DeskError unless the agent's role allows an act that reads. A call that opens a desk need not ask: its
        session does. action: as for `permissions.require`."""
        self.check_login()
        require(self._role, act, action)

    def log_access(self, facts: DeskFacts, number: int | None, what: str) -> None:
        """Record that the user read a ticket, or with None something else, where the procedure asks for that (S4-25):
        the one in force, also where the past was read."""
        facts = facts if self._past is None else self.read_facts()
        if access_log.is_access_logged(facts.document):
            acting = f", as {self.acting}" if self.impersonator else ""
            access_log.record_access(self.url, self.own_login, number, f"{what}{acting}", self.make_clock(facts)())

    def read_facts(self) -> DeskFacts:
        """Read the facts of the desk: its name, zone and procedure."""
        with self.open_reader() as reader:
            return load_desk_facts(reader)

    def make_clock(self, facts: DeskFacts) -> Callable[[], datetime]:
        """Return a function for the desk's time: aware, UTC, whole seconds.

        A simulated desk runs ahead of the system's time by its own offset, or begins at the instant after `--now`. A
        desk on PostgreSQL goes by the server's clock (D-43).
        Raises UsageError when `--now` is given for an ordinary desk.
        """
        if self.instant is None:
            offset = timedelta(seconds=facts.clock_offset if facts.simulated else self._server_ahead)
            return lambda: (self._system_now() + offset).replace(microsecond=0)
        if not facts.simulated:
            raise UsageError(
                "This is an ordinary desk, and history is not written backwards: leave out --now,"
                " or rehearse on a desk made with `deskterm init --simulated`."
            )
        # Time goes on from --now, so that a console or a service does not stand still at it
        begin = parse_instant(self.instant, facts.timezone)
        started = self._system_now()
        return lambda: (begin + (self._system_now() - started)).replace(microsecond=0)

    def _system_now(self) -> datetime:
        return datetime.fromtimestamp(self.system_time(), UTC)

    def now(self, facts: DeskFacts | None = None) -> datetime:
        """Return the desk's time, or the instant that it is read as of. facts: the desk's, where the caller has read
        them."""
        if self._past is not None:
            return self._past
        return self.make_clock(facts or self.read_facts())()
