"""The read thread: reads for the panes over one connection, on request and whenever somebody has written.

A request never waits. Answers are messages to the screen; a request that was overtaken by another one is not answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from textual.message import Message

from deskterm.desk.policy.permissions import format_unknown_agent, is_allowed
from deskterm.desk.policy.read_access import find_hidden_in_document
from deskterm.errors import DeskError
from deskterm.present.labels import Vocabulary
from deskterm.present.models import DeskView, QueueLine, TabKey, TicketView
from deskterm.present.sanitize import sanitize
from deskterm.present.ticket import present_person, present_rows, present_ticket
from deskterm.present.views import VIEWS
from deskterm.store.db.errors import Interrupted, UnavailableDesk, hidden_ticket_error
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.personal.drafts import load_drafts
from deskterm.store.presence.entries import Presence
from deskterm.store.presence.link import PresenceLink
from deskterm.store.queries import access_log
from deskterm.store.queries.deadlines import load_next_to_breach
from deskterm.store.queries.desk_facts import AgentView, load_agents, load_desk_facts
from deskterm.store.queries.queue import QueueRow, Viewer, load_queue_rows
from deskterm.store.queries.ticket_detail import TicketDetail, load_ticket_detail
from deskterm.store.queries.ticket_tabs.client import count_client_tickets
from deskterm.store.rows.live_clocks import load_live_clocks
from deskterm.tui.workers.access_log import AccessLog
from deskterm.tui.workers.failures import ReadFailures
from deskterm.tui.workers.list_keys import list_query_words
from deskterm.tui.workers.list_reading import ListReader
from deskterm.tui.workers.messages import (
    ArrivalsRead,
    CountsRead,
    DeskRead,
    DraftsRead,
    ListRead,
    NextBreachesRead,
    PageRead,
    PresenceRead,
    QueueQuery,
    TicketRead,
    WallRead,
    WholeListRead,
    view_lines,
)
from deskterm.tui.workers.view_reading import ViewReader, find_down

if TYPE_CHECKING:
    from deskterm.store.filters.conditions import Condition
    from deskterm.tui.workers.wall_reading import WallReading

POLL = 0.25
"""Seconds between checks for changes by somebody else."""

RETRY_DELAY = 2.0
"""Seconds between two tries to connect to an unavailable desk at the start."""

_ARRIVALS = "arrivals"
"""The kind of the job that looks for what came into the list."""

NEXT_BREACHES = 30
"""Tickets in the list of those that breach next."""


@dataclass(slots=True)
class _Requests:
    """Requests that wait, the newest of each kind, and the kind of the one that is being answered."""

    jobs: dict[str, Callable[[], object]] = field(default_factory=dict)
    running: str = ""


class ReadWorker:
    """The read thread of one screen. now: epoch seconds of the desk's clock; post: takes a message, from any thread."""

    def __init__(
        self, url: str, login: str, now: Callable[[], int], post: Callable[[Message], object], impersonator: str = ""
    ) -> None:
        self._url, self._login, self._now, self._post = url, login, now, post
        self._requests = _Requests()
        self._wake = threading.Condition()
        self._stopping = False
        self._connection: ReadConnection | None = None
        self._vocabulary = Vocabulary()
        self._team: str | None = None
        self._failures = ReadFailures(url, post)
        self._known: tuple[int, list[AgentView]] = (0, [])
        """The edition of the procedure and the agents, as they were read last."""
        self._is_refused = False
        """True while the person is no active agent of the desk: then nothing else is read."""
        self._query = QueueQuery()
        self._open_ticket: int | None = None
        self._views = ViewReader(login, self._read_filter)
        self._shows_wall = False
        self._wall_reading: WallReading | None = None
        self._presence: Presence | None = None
        """The ticket that the agent has open, for the colleagues to see (C-30)."""
        self._tab: TabKey = "thread"
        """The tab of the open ticket that is in sight."""
        self._list_reader = ListReader(self._read_filter, lambda: self._vocabulary.scales)
        self._impersonator = impersonator
        self._access_log = AccessLog(url, login, now, impersonator)
        # A daemon: a read that hangs on the network must not keep the program from ending
        self._thread = threading.Thread(target=self._run, name="reads", daemon=True)

    def start(self, query: QueueQuery, connection: ReadConnection | None = None) -> None:
        """Start the thread, which reads the first screen. connection: one that is open already."""
        self._query, self._connection = query, connection
        self._thread.start()

    def stop(self) -> None:
        """Drop all requests, interrupt the one under way, and wait for the thread to end."""
        with self._wake:
            self._stopping = True
            self._requests.jobs.clear()
            self._wake.notify()
        if self._connection is not None:
            # A long search must not keep the agent from leaving
            self._connection.interrupt()
        self._thread.join(timeout=2)

    # -- requests, from the event loop ---------------------------------------------------------------------------

    def note_place(self, query: QueueQuery) -> None:
        """Note where the cursor is by now, for the next time the list is read because of a change."""
        self._query = query

    def read_list(self, query: QueueQuery) -> None:
        """Read a list. A filter that is still being typed overtakes the search for what was typed before."""
        self._query = query
        self._request("list", self._read_list, overtakes=True)

    def read_pages(self, query: QueueQuery, pages: Sequence[int]) -> None:
        """Read more pages of the list that was read last."""
        for page in pages:
            self._request(f"page {page}", partial(self._read_page, query, page))

    def open_ticket(self, number: int | None, tab: TabKey | None = None) -> None:
        """Read a ticket, and read it again whenever something was written; None reads none. tab: the one that is in
        sight from now on; only what it shows is read."""
        self._open_ticket, self._tab = number, tab or self._tab
        if number is not None:
            self._request("ticket", partial(self._read_ticket, number))

    def watch_wall(self, shown: bool) -> None:
        """Read the wall now and whenever something was written, or no longer."""
        self._shows_wall = shown
        if shown:
            self._request("wall", self._read_wall)

    def show_presence(self, presence: Presence | None) -> None:
        """Show colleagues what the agent has open; None for nothing."""
        self._presence = presence
        self._request("presence", lambda: None)  # the thread writes presence after every job

    def refresh(self, query: QueueQuery) -> None:
        """Read everything again."""
        self.read_list(query)
        self._request("rest", self._read_rest)

    def read_whole_list(self, query: QueueQuery, limit: int, first: int = 0) -> None:
        """Read a list from its first row, or another one, at most so many rows."""
        self._request("whole list", partial(self._read_whole_list, query, limit, first))

    def read_rows(self, numbers: Sequence[int]) -> None:
        """Read the rows of some tickets, whichever list they are in."""
        self._request("whole list", partial(self._read_rows, numbers))

    def _request(self, kind: str, job: Callable[[], object], *, overtakes: bool = False) -> None:
        """Line a job up, in place of one of its kind that still waits. overtakes: interrupt one that is under way, and
        drop the pages of the list before it. Whatever it is, arrivals that are being looked for wait for it."""
        with self._wake:
            if overtakes:
                for waiting in [name for name in self._requests.jobs if name.startswith("page ")]:
                    del self._requests.jobs[waiting]
            running = self._requests.running
            gives_way = running == _ARRIVALS and kind not in (_ARRIVALS, "presence")
            gives_way = gives_way or (overtakes and running == kind)
            if gives_way and self._connection is not None:
                self._connection.interrupt()
            # In a dict, a job takes the place in the line of the one that it replaces
            self._requests.jobs[kind] = job
            self._wake.notify()

    # -- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        if not self._connect():
            return
        reader = self._reader
        self._attempt(self._read_desk)
        self._attempt(self._read_drafts)  # before the rows, because a key on a row may need a draft
        self._attempt(self._read_list)
        self._attempt(self._read_rest)
        link = PresenceLink(reader, self._impersonator or self._login, time.time)
        while not self._stopping:
            with self._wake:
                if not self._requests.jobs:
                    self._wake.wait(POLL)
                # Arrivals, of up to 2,000 rows, last: whoever asks for a ticket must not wait for them
                kind = min(self._requests.jobs, key=lambda one: one == _ARRIVALS, default="")
                job = self._requests.jobs.pop(kind, None)
                self._requests.running = kind
            if self._stopping:
                break
            # Nobody has asked for anything within POLL, so there is time to look for writes
            self._attempt(job or self._read_changes, is_asked=job is not None)
            self._requests.running = ""
            if link.step(None if self._is_refused else self._presence):
                self._post(PresenceRead(link.others))
        link.leave()
        reader.close()

    def _connect(self) -> bool:
        """Open the connection, if there is none; return False when trying again is of no use. An unavailable desk is
        tried until it is back (D-42)."""
        while self._connection is None:
            try:
                self._connection = open_reader(self._url)
            except Exception as error:
                self._report(error)
                if not isinstance(error, UnavailableDesk):
                    return False
                with self._wake:
                    self._wake.wait(RETRY_DELAY)
                if self._stopping:
                    return False
        return True

    def _attempt(self, job: Callable[[], object], *, is_asked: bool = False) -> None:
        try:
            if self._is_refused:  # may they again?
                self._read_desk()
                self._read_list()
                job = self._read_rest
            job()
        except Interrupted:
            self._line_up_again(job)
        except Exception as error:  # a broken read must not stop the ones after it
            self._report(error, is_asked=is_asked)
        else:
            self._failures.note_success(self._reader)

    def _line_up_again(self, job: Callable[[], object]) -> None:
        """Line an interrupted job up again, unless it was overtaken by another one of its kind, which waits then."""
        with self._wake:
            if (kind := self._requests.running) and not self._stopping:
                self._requests.jobs.setdefault(kind, job)

    def _report(self, error: Exception, *, is_asked: bool = False) -> None:
        if not self._stopping:
            self._failures.report(error, is_asked=is_asked)

    def _read_changes(self) -> None:
        """Read everything again after a write, and the desk too when its procedure has another version; only drafts
        when nothing else was written."""
        changed = self._reader.has_changed()
        if self._reader.have_drafts_changed() or changed:
            self._read_drafts()
        if self._views.is_due and not changed:
            self._read_counts()
        if changed:
            if (load_desk_facts(self._reader).procedure_version, load_agents(self._reader)) != self._known:
                self._read_desk()
            self._read_list()
            self._read_rest()

    @property
    def _reader(self) -> ReadConnection:
        if self._connection is None:
            raise RuntimeError("the read thread has not started")
        return self._connection

    @property
    def _viewer(self) -> Viewer:
        return Viewer(self._login, self._team, self._now())

    def _read_desk(self) -> None:
        facts, agents = load_desk_facts(self._reader), load_agents(self._reader)
        self._known = (facts.procedure_version, agents)
        people = tuple(present_person(row) for row in agents)
        agent = next((one for one in people if one.login == self._login and one.active), None)
        if agent is None:
            self._refuse(is_former=any(one.login == self._login for one in people))
        self._is_refused = False
        self._reader.limit(find_hidden_in_document(facts.document, agents, self._login), self._login)
        self._team = agent.team
        self._views.looks_after_mails = is_allowed(agent.role, "mail")
        self._vocabulary = Vocabulary(facts.document, facts.procedure_version, facts.timezone)
        self._views.load(self._reader, self._vocabulary)
        if not self._query.view:
            self._query = self._views.make_first_query(self._query, has_team=bool(agent.team))
        self._access_log.enabled = access_log.is_access_logged(facts.document)
        desk = DeskView(sanitize(facts.name), agent, people)
        self._post(DeskRead(desk, self._vocabulary, ZoneInfo(facts.timezone)))
        self._post(CountsRead(view_lines({}, self._views.views)))  # the views, before the list of one of them

    def _refuse(self, *, is_former: bool) -> NoReturn:
        """Take everything off the screen of somebody who may read here no more, and say so (D-21, D-40)."""
        self._is_refused = True
        self._list_reader.forget()
        self._query = self._query._replace(view=self._query.view or "open")
        self._post(ListRead(self._query, 0, {}, 0))
        self._post(CountsRead(view_lines({view.key: 0 for view in VIEWS if view.key != "closed"})))
        self._post(NextBreachesRead([]))
        raise DeskError(format_unknown_agent(self._login, is_former=is_former))

    def _read_list(self) -> None:
        query, total, pages, cursor = self._list_reader.read(self._reader, self._query, self._viewer)
        lines = {page: self._lines(rows) for page, rows in pages.items()}
        self._post(ListRead(query, total, lines, cursor, list_query_words(query), self._list_reader.order))
        # After the rows, which must not wait for it
        self._request(_ARRIVALS, partial(self._read_arrivals, query))

    def _read_arrivals(self, query: QueueQuery) -> None:
        if query.same_list(self._query):
            self._post(ArrivalsRead(query, self._list_reader.find_arrivals(self._reader, query, self._viewer)))

    def _read_page(self, query: QueueQuery, page: int) -> None:
        # The sort keys belong to the list that was read last: for another one they would lead to wrong rows
        if query.same_list(self._query):
            rows = self._list_reader.read_page(self._reader, query, self._viewer, page)
            self._post(PageRead(query, page, self._lines(rows)))

    def _read_whole_list(self, query: QueueQuery, limit: int, first: int) -> None:
        rows = self._list_reader.read_rows(self._reader, query, self._viewer, limit=limit, offset=first)
        self._post(WholeListRead(self._lines(rows)))

    def _read_rows(self, numbers: Sequence[int]) -> None:
        self._post(WholeListRead(self._lines(load_queue_rows(self._reader, numbers))))

    def _read_filter(self, text: str) -> Condition | None:
        """Return the condition of a filter, resolved by the present procedure, people and time."""
        if not text.strip():
            return None
        # The first screen does not wait for the parser
        from deskterm.present.filters.reading import FilterContext, read_filter  # noqa: PLC0415

        people = self._known[1]
        context = FilterContext(self._vocabulary, people, self._login, self._now(), self._impersonator)
        return read_filter(text, context)

    def _lines(self, rows: Sequence[QueueRow]) -> list[QueueLine]:
        return present_rows(rows, load_live_clocks(self._reader, [row.number for row in rows]), self._vocabulary)

    def _read_ticket(self, number: int) -> None:
        detail = load_ticket_detail(self._reader, number)
        if detail is None and self._reader.is_hidden(number):
            raise hidden_ticket_error(number)
        if detail is not None:
            self._access_log.record(number)
        self._post(TicketRead(number, self._present_ticket(detail) if detail is not None else None))

    def _present_ticket(self, detail: TicketDetail) -> TicketView:
        view, tab = present_ticket(detail, self._vocabulary), self._tab
        view = view._replace(
            tab=tab, counts={**view.counts, "client": count_client_tickets(self._reader, detail.row.number)}
        )
        if tab == "thread":
            return view
        from deskterm.present.tab_pages import build_page  # noqa: PLC0415 - brings Pydantic, not for the first rows

        return view._replace(page=build_page(self._reader, detail, tab, self._vocabulary))

    def _read_wall(self) -> None:
        if self._wall_reading is None:
            from deskterm.tui.workers.wall_reading import WallReading  # noqa: PLC0415 - few consoles show a wall

            self._wall_reading = WallReading(lambda: self.watch_wall(self._shows_wall))
        now = self._now()
        rows = self._lines(load_next_to_breach(self._reader, now, NEXT_BREACHES))
        self._post(WallRead(self._wall_reading.read(self._reader, rows, self._vocabulary, now)))

    def _read_drafts(self) -> None:
        self._post(DraftsRead(load_drafts(self._reader, self._login, self._impersonator)))

    def _read_rest(self) -> None:
        if self._open_ticket is not None:
            self._read_ticket(self._open_ticket)
        if self._shows_wall:
            self._read_wall()
        self._views.load(self._reader, self._vocabulary)
        self._read_counts()
        self._post(NextBreachesRead(self._lines(load_next_to_breach(self._reader, self._now(), NEXT_BREACHES))))

    def _read_counts(self) -> None:
        views = view_lines(self._views.count(self._reader, self._viewer), self._views.views)
        self._post(CountsRead(views, find_down(self._reader, self._now())))
