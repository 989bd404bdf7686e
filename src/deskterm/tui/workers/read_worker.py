"""Reads for the panes, in one thread with one connection: what is asked for, and again when somebody has written.

Asking never waits. Answers are messages to the screen; an answer to a question that was overtaken is not sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from textual.message import Message

from deskterm.present.labels import Vocabulary
from deskterm.present.models import Opened, Person, QueueLine
from deskterm.present.sanitize import sanitize
from deskterm.present.ticket import card, lines, person
from deskterm.store.db.errors import Interrupted
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.queries import access_log
from deskterm.store.queries.queue import Key, QueueRow, Viewer, count, counters, position, queue_page
from deskterm.store.queries.ticket_detail import agents, desk_facts, next_to_breach, ticket_detail
from deskterm.store.rows.live_clocks import load_live_clocks
from deskterm.tui.panes.page_cache import PAGE
from deskterm.tui.workers.access_log import AccessLog
from deskterm.tui.workers.messages import (
    CardRead,
    CountsRead,
    DeskFound,
    ListRead,
    PageRead,
    QueueQuery,
    ReadFailed,
    SoonRead,
    WholeRead,
    view_lines,
)

POLL = 0.25
"""Seconds between looks at whether somebody else has written."""

SOON_ROWS = 30


@dataclass(slots=True)
class _Wanted:
    """Questions that wait, the newest of each kind."""

    jobs: dict[str, Callable[[], object]] = field(default_factory=dict)
    running: str = ""


class Feed:
    """The reading thread. now: epoch seconds of the desk's clock; post: takes a message, from any thread."""

    def __init__(
        self, url: str, login: str, now: Callable[[], int], post: Callable[[Message], object], behind: str = ""
    ) -> None:
        self._url, self._login, self._now, self._post = url, login, now, post
        self._wanted = _Wanted()
        self._awake = threading.Condition()
        self._stopping = False
        self._reader: ReadConnection | None = None
        self._vocabulary = Vocabulary()
        self._team: str | None = None
        self._failed = ""
        self._look = QueueQuery()
        self._open: int | None = None
        self._anchors: dict[int, QueueRow] = {}
        self._looks = AccessLog(url, login, now, behind)
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self, look: QueueQuery, reader: ReadConnection | None = None) -> None:
        """Open the desk and read the first screen. reader: one that is open already."""
        self._look, self._reader = look, reader
        self._thread.start()

    def stop(self) -> None:
        with self._awake:
            self._stopping = True
            self._wanted.jobs.clear()
            self._awake.notify()
        if self._reader is not None:
            self._reader.interrupt()
        self._thread.join(timeout=2)

    # -- questions, from the screen's thread ---------------------------------------------------------------------

    def at(self, look: QueueQuery) -> None:
        """Say where one is now, for the next time the list is read."""
        self._look = look

    def look(self, look: QueueQuery) -> None:
        """Read a list. A filter that is being typed overtakes the one that is being searched for."""
        self._look = look
        self._ask("list", self._read_list, overtakes=True)

    def pages(self, look: QueueQuery, pages: Sequence[int]) -> None:
        """Read more pages of the list that was read last."""
        for page in pages:
            self._ask(f"page {page}", lambda page=page: self._read_page(look, page))  # type: ignore[misc]

    def open(self, number: int | None) -> None:
        """Read a ticket, and read it again whenever something was written."""
        self._open = number
        if number is not None:
            self._ask("card", lambda: self._read_card(number))

    def refresh(self, look: QueueQuery) -> None:
        """Read everything again."""
        self.look(look)
        self._ask("rest", self._read_rest)

    def whole(self, look: QueueQuery, limit: int) -> None:
        """Read a whole list of at most so many rows."""
        self._ask("whole", lambda: self._read_whole(look, limit))

    def _ask(self, kind: str, job: Callable[[], object], *, overtakes: bool = False) -> None:
        with self._awake:
            if overtakes:
                for waiting in [name for name in self._wanted.jobs if name.startswith("page ")]:
                    del self._wanted.jobs[waiting]
                if self._wanted.running == kind and self._reader is not None:
                    self._reader.interrupt()
            self._wanted.jobs[kind] = job
            self._awake.notify()

    # -- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            reader = self._reader = self._reader or open_reader(self._url)
        except Exception as error:
            self._post(ReadFailed(error))
            return
        self._attempt(self._read_desk)
        self._attempt(self._read_list)
        self._attempt(self._read_rest)
        while not self._stopping:
            with self._awake:
                if not self._wanted.jobs:
                    self._awake.wait(POLL)
                kind = next(iter(self._wanted.jobs), "")
                job = self._wanted.jobs.pop(kind, None)
                self._wanted.running = kind
            if self._stopping:
                break
            self._attempt(job or self._watch)
            self._wanted.running = ""
        reader.close()

    def _attempt(self, job: Callable[[], object]) -> None:
        try:
            job()
        except Interrupted:
            return
        except Exception as error:  # a broken read must not stop the ones after it
            if not self._stopping and str(error) != self._failed:
                self._failed = str(error)  # said once, until something else goes wrong or a read succeeds
                self._post(ReadFailed(error))
        else:
            self._failed = ""

    def _watch(self) -> None:
        if self._at_hand.has_changed():
            if desk_facts(self._at_hand).procedure_version != self._vocabulary.version:
                self._read_desk()
            self._read_list()
            self._read_rest()

    @property
    def _at_hand(self) -> ReadConnection:
        if self._reader is None:
            raise RuntimeError("the feed has not started")
        return self._reader

    @property
    def _viewer(self) -> Viewer:
        return Viewer(self._login, self._team, self._now())

    def _read_desk(self) -> None:
        facts = desk_facts(self._at_hand)
        people = tuple(person(agent) for agent in agents(self._at_hand))
        me = next((one for one in people if one.login == self._login), None)
        if me is None:
            me = Person(self._login, sanitize(self._login), "viewer", None, active=False)
        self._team = me.team
        if not self._look.view:
            self._look = self._look._replace(view="team" if me.team else "open")
        self._vocabulary = Vocabulary(facts.document, facts.procedure_version, facts.timezone)
        self._looks.wanted = access_log.is_access_logged(facts.document)
        desk = Opened(sanitize(facts.name), facts.simulated, facts.timezone, me, people)
        self._post(DeskFound(desk, self._vocabulary))

    def _read_list(self) -> None:
        look, viewer = self._look, self._viewer
        self._anchors = {}
        total = count(self._at_hand, look.view, viewer, look.match)
        cursor = self._place(look, viewer, total)
        first = max(0, min(look.first + cursor - look.cursor, total - look.rows))
        last = max(min(first + look.rows, total) - 1, 0)
        pages = {page: self._page(look, page) for page in range(first // PAGE, last // PAGE + 1)} if total else {}
        found = pages.get(cursor // PAGE, ())
        kept = look.number is not None and any(row.number == look.number for row in found)
        if not kept:
            cursor = max(0, min(look.cursor, total - 1))
            if total and cursor // PAGE not in pages:
                pages[cursor // PAGE] = self._page(look, cursor // PAGE)
        shown = {page: self._lines(rows) for page, rows in pages.items()}
        self._post(ListRead(look, total, shown, cursor))

    def _place(self, look: QueueQuery, viewer: Viewer, total: int) -> int:
        """Where the ticket under the cursor stands now."""
        if look.number is None:
            return min(look.cursor, max(total - 1, 0))
        near = self._page(look, look.cursor // PAGE) if total else []
        for place, row in enumerate(near):
            if row.number == look.number:
                return look.cursor // PAGE * PAGE + place
        opened = ticket_detail(self._at_hand, look.number)
        if opened is None:
            return min(look.cursor, max(total - 1, 0))
        return position(self._at_hand, look.view, viewer, look.order, self._key(look, opened.row), look.match)

    def _key(self, look: QueueQuery, row: QueueRow) -> Key:
        """Where a ticket would stand in a list, whether or not it is in it."""
        if look.view == "closed":
            return Key(0, self._at_hand.instant(row.updated), row.number)
        if look.order == "due":
            due = self._at_hand.never if row.next_due is None else self._at_hand.instant(row.next_due)
            return Key(0, due, row.number)
        return row.key

    def _read_page(self, look: QueueQuery, page: int) -> None:
        if look.same_list(self._look):
            self._post(PageRead(look, page, self._lines(self._page(look, page))))

    def _read_whole(self, look: QueueQuery, limit: int) -> None:
        self._post(WholeRead(self._lines(self._window(look, limit=limit))))

    def _page(self, look: QueueQuery, page: int) -> list[QueueRow]:
        """A page by the key of its neighbour where that is known, else by counting from the top."""
        before, after = self._anchors.get(page * PAGE - 1), self._anchors.get((page + 1) * PAGE)
        if before is not None:
            rows = self._window(look, after=before)
        elif after is not None:
            rows = self._window(look, before=after)
        else:
            rows = self._window(look, offset=page * PAGE)
        if rows:
            self._anchors[page * PAGE] = rows[0]
            self._anchors[page * PAGE + len(rows) - 1] = rows[-1]
        return rows

    def _window(
        self,
        look: QueueQuery,
        *,
        after: QueueRow | None = None,
        before: QueueRow | None = None,
        offset: int = 0,
        limit: int = PAGE,
    ) -> list[QueueRow]:
        return queue_page(
            self._at_hand,
            look.view,
            self._viewer,
            order=look.order,
            after=after.key if after else None,
            before=before.key if before else None,
            offset=offset,
            limit=limit,
            match=look.match,
        )

    def _lines(self, rows: Sequence[QueueRow]) -> list[QueueLine]:
        return lines(rows, load_live_clocks(self._at_hand, [row.number for row in rows]), self._vocabulary)

    def _read_card(self, number: int) -> None:
        found = ticket_detail(self._at_hand, number)
        if found is not None:
            self._looks.shown(number)
        self._post(CardRead(number, card(found, self._vocabulary) if found is not None else None))

    def _read_rest(self) -> None:
        if self._open is not None:
            self._read_card(self._open)
        self._post(CountsRead(view_lines(counters(self._at_hand, self._viewer))))
        self._post(SoonRead(self._lines(next_to_breach(self._at_hand, self._now(), SOON_ROWS))))
