"""The desk screen: panes, the keys, and what happens on each. Reads come from the feed, writes go to the clerk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from deskterm.errors import DeskError
from deskterm.present.labels import Vocabulary
from deskterm.present.models import Opened, Person, QueueLine, TicketView, ViewLine
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.commands import BY_NAME, bindings, spoken
from deskterm.tui.control.command_runner import CommandRunner
from deskterm.tui.crash_log import written_down
from deskterm.tui.panes import Walkable
from deskterm.tui.panes.banner import Banner
from deskterm.tui.panes.clocks import Clocks
from deskterm.tui.panes.keyline import KeyLine
from deskterm.tui.panes.next_breach import Soon
from deskterm.tui.panes.queue import Queue
from deskterm.tui.panes.short_list import Rows
from deskterm.tui.panes.ticket import Ticket
from deskterm.tui.panes.views import Views
from deskterm.tui.screens import titles
from deskterm.tui.screens.layout import PANES, Layout
from deskterm.tui.workers import messages
from deskterm.tui.workers.desk_worker import DeskWorker

if TYPE_CHECKING:
    from deskterm.store.db.reader import ReadConnection
    from deskterm.tui.control.composing import ComposerController
    from deskterm.tui.control.prompts import Prompts
    from deskterm.tui.dialogs.compose import Composer
    from deskterm.tui.dialogs.prompt import Prompt
    from deskterm.tui.workers.read_worker import Feed

COUNT_AGAIN = 30
"""Seconds after which what depends on the time alone is counted again."""


class DeskScreen(Screen[None]):
    """The one screen of the console. clock: the desk's time, aware; reader: a connection that is open already; behind:
    the login of whoever works in the agent's name, empty where nobody does."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(
        self,
        url: str,
        login: str,
        clock: Callable[[], datetime],
        reader: ReadConnection | None = None,
        behind: str = "",
    ) -> None:
        super().__init__(classes="-at-queue")
        self._behind = behind
        self._clock, self._reader = clock, reader
        self.clerk = DeskWorker(url, login, self._bringing_up, behind)
        self.bringing_up = ""
        self._url = url
        self._feed: Feed | None = None
        self.carrying = CommandRunner(self)
        self.panes = Layout(self)
        self.looking = messages.QueueQuery()
        self.vocabulary = Vocabulary()
        self.desk = Opened(Safe(""), False, "UTC", Person(login, sanitize(login), "viewer", None))
        self.zone: tzinfo = UTC
        self.views: Sequence[ViewLine] = messages.view_lines({})
        self.card: TicketView | None = None
        self._pinned: int | None = None
        self._ticked = 0
        self._counted = 0

    def compose(self) -> ComposeResult:
        now = self.now()
        yield Banner()
        with Horizontal(id="body"):
            yield Views(self.views, id="views")
            with Vertical(id="middle"):
                yield Queue(now, id="queue")
                yield Ticket(now, id="ticket")
            with Vertical(id="right"):
                yield Clocks(now, id="clocks")
                yield Soon(now, id="soon")
        yield KeyLine()

    def _bringing_up(self, done: int, total: int) -> None:
        """Called in the clerk's thread."""
        self.post_message(messages.BroughtUp(done, total))

    def on_mount(self) -> None:
        self.banner, self.keys = self.query_one(Banner), self.query_one(KeyLine)
        self.side, self.queue, self.ticket = self.query_one(Views), self.query_one(Queue), self.query_one(Ticket)
        self.clocks, self.soon = self.query_one(Clocks), self.query_one(Soon)
        self.queue.focus()
        self.titles()
        self.call_after_refresh(self._read)

    def _read(self) -> None:
        """Now that there is a frame: read, and fetch the desk."""
        self.feed.start(self.looking, self._reader)
        self.set_interval(1, self.tick)
        self.clerk.start()

    def on_unmount(self) -> None:
        if self._feed is not None:
            self._feed.stop()
        self.clerk.stop()

    @cached_property
    def asking(self) -> Prompts:
        """What asks; imported when the first question comes up."""
        from deskterm.tui.control.prompts import Prompts

        return Prompts(self)

    @cached_property
    def writing(self) -> ComposerController:
        """What keeps drafts; imported when the first word is written."""
        from deskterm.tui.control.composing import ComposerController

        return ComposerController(self)

    @property
    def composer(self) -> Composer | None:
        """What is being written in, if anything is."""
        return self.writing.composer if "writing" in self.__dict__ else None

    @property
    def feed(self) -> Feed:
        """What reads; imported when there is a frame to be seen."""
        if self._feed is None:
            from deskterm.tui.workers.read_worker import Feed

            self._feed = Feed(self._url, self.me.login, self.now, self.post_message, self._behind)
        return self._feed

    # -- time ----------------------------------------------------------------------------------------------------

    def instant(self) -> datetime:
        """The desk's time."""
        return self._clock()

    def now(self) -> int:
        """The desk's time, epoch seconds."""
        return int(self._clock().timestamp())

    def tick(self) -> None:
        """A second has passed: count down what is seen, and read again when a due instant has come."""
        now, before = self.now(), self._ticked
        self._ticked = now
        for pane in (self.queue, self.ticket, self.clocks, self.soon):
            pane.tick(now)
        titles.banner(self)
        due = self.soon.next_due(before)
        if (before and due is not None and due < now) or now - self._counted >= COUNT_AGAIN:
            self.refresh_all()

    # -- who and what --------------------------------------------------------------------------------------------

    @property
    def me(self) -> Person:
        return self.desk.me

    @property
    def people(self) -> Sequence[Person]:
        return self.desk.people

    @property
    def here(self) -> Walkable:
        """The pane that moving keys move in."""
        focused = self.focused
        if isinstance(focused, (Rows, Queue)) or (focused is not None and focused.id == "conversation"):
            return cast("Walkable", focused)
        return self.queue

    def lines(self, *, many: bool) -> list[QueueLine]:
        """The tickets that a command is for: in the ticket's panes that ticket, else the marked ones of the queue,
        else the one under the cursor."""
        if self.card is not None and self.pane in ("conversation", "clocks"):
            return [self.card.line]
        if self.pane == "soon" and self.soon.line is not None:
            return [self.soon.line]
        if many and self.queue.marks:
            return list(self.queue.marks.values())
        return [self.queue.current] if self.queue.current is not None else []

    # -- commands ------------------------------------------------------------------------------------------------

    def action_carry_out(self, name: str, argument: str = "") -> None:
        """Run a command by its name, or say why it cannot be."""
        self.carrying.out(name, argument)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something to type in is being opened, keys are no commands."""
        return not (action == "carry_out" and self.carrying.opening)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.queue:
            self.carrying.did(None)

    def on_key(self, event: events.Key) -> None:
        self.carrying.keep(event)

    def on_screen_suspend(self) -> None:
        self.app.screen.call_after_refresh(self.carrying.type_again)

    def on_screen_resume(self) -> None:
        if self.is_mounted and self.focused is None:
            self.panes.focus()

    def say(self, sentence: str, severity: str = "information") -> None:
        """One line for the person; what stands there already is not said again."""
        timeout = 4 if severity == "information" else 8
        words = sanitize(spoken(sentence))
        if all(notice.message != words for notice in self.app._notifications):
            self.app.notify(words, severity=severity, timeout=timeout, markup=False)  # type: ignore[arg-type]

    # -- what is looked at ---------------------------------------------------------------------------------------

    def place(self) -> messages.QueueQuery:
        """The list that is looked at, and where in it one is."""
        queue, current = self.queue, self.queue.current
        number = current.number if current is not None else None
        return self.looking._replace(
            number=number, cursor=queue.cursor, first=queue.first_row, rows=queue.height_in_rows
        )

    def look(self, look: messages.QueueQuery) -> None:
        """Look at another list, or at the same one in another order or through another filter; `place()` keeps the
        cursor on its ticket."""
        if look.view != self.looking.view:
            self.queue.marks.clear()
        self.looking = look
        self.feed.look(look)
        self.titles()

    def show_view(self, key: str) -> None:
        self.carrying.did(None)
        self.look(self.looking._replace(view=key, number=None, cursor=0, first=0))
        self.side.show(self.views, key)

    def walk_views(self, by: int) -> None:
        keys = [view.key for view in self.views]
        self.show_view(keys[(keys.index(self.looking.view) + by) % len(keys)])

    def refresh_all(self) -> None:
        self._counted = self.now()
        self.feed.refresh(self.place())

    def go_to(self, number: int) -> None:
        """Open a ticket, and put the cursor on it where it is in the list."""
        self.carrying.did(None)
        self._pinned = number
        self.feed.refresh(self.place()._replace(number=number))
        self.feed.open(number)
        self.show_pane("conversation")

    def mark(self, lines: Sequence[QueueLine]) -> None:
        self.queue.set_marks(lines)
        self.titles()

    def mark_all(self, most: int) -> None:
        self.feed.whole(self.looking, most)

    def titles(self) -> None:
        """Bring every heading and the line of keys up to what is shown."""
        titles.say(self)

    # -- panes ---------------------------------------------------------------------------------------------------

    @property
    def pane(self) -> str:
        """The pane one is in."""
        return self.panes.pane

    def show_pane(self, pane: str) -> None:
        self.panes.go_to(pane)
        self._entered(pane)

    def go_back(self) -> None:
        """One step back: from zoom, from a pane to the queue, from marks and filter."""
        if self.panes.back():
            self._entered(self.pane)
        elif self.queue.marks:
            self.mark([])
        elif self.looking.match:
            self.look(self.place()._replace(match=""))

    def on_resize(self, event: events.Resize) -> None:
        if self.is_mounted:
            self.panes.arrange()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        pane = event.widget.id
        if pane in PANES and pane != self.pane:
            self.panes.pane = pane
            self.panes.arrange()
            self._entered(pane)

    def _entered(self, pane: str) -> None:
        """In the queue, the ticket that is shown is again the one under the cursor."""
        if pane == "queue" and self._pinned is not None and self.composer is None:
            self._unpin()

    def begin_writing(self, number: int) -> None:
        """The ticket stays in view while one writes."""
        self._pinned = number
        self.panes.pane = "conversation"
        self.add_class("-writing")
        self.panes.arrange()

    def end_writing(self) -> None:
        self.remove_class("-writing")
        self._unpin()
        self.show_pane("conversation" if self.panes.single else "queue")

    def _unpin(self) -> None:
        self._pinned = None
        self._open_current()

    def _open_current(self) -> None:
        if self._pinned is None:
            line = self.queue.current
            self.feed.open(line.number if line is not None else None)
            if line is None and self.queue.count == 0:
                self._show_card(None)

    def _show_card(self, card: TicketView | None) -> None:
        self.card = card
        now = self.now()
        self.ticket.show(card, now, self.zone)
        self.clocks.show(card, now, self.zone)
        self.titles()

    # -- answers of the feed -------------------------------------------------------------------------------------

    @on(messages.DeskFound)
    def _desk_found(self, answer: messages.DeskFound) -> None:
        from zoneinfo import ZoneInfo

        again = bool(self.desk.name)
        self.desk, self.vocabulary, self.zone = answer.desk, answer.vocabulary, ZoneInfo(answer.desk.timezone)
        self.queue.set_widths(*titles.widths(self.vocabulary))
        if again:
            self.clerk.renew()
        elif not self.me.active:
            self.say(f"{self.me.login} is no agent of this desk: you can look, but not change anything.", "warning")
        self.titles()

    @on(messages.ListRead)
    def _list_read(self, answer: messages.ListRead) -> None:
        if not self.looking.view:
            self.looking = answer.look._replace(match=self.looking.match)
            self.side.show(self.views, self.looking.view)
        if not answer.look.same_list(self.looking):
            return
        cursor, current = answer.cursor, self.queue.current
        moved = current is not None and answer.look.number is not None and current.number != answer.look.number
        if moved and self._pinned is None and current is not None:
            cursor = answer.index_of(current.number, self.queue.cursor)
        self.queue.empty_words = titles.nothing(self)
        self.queue.show(answer.total, answer.pages, cursor, self.now())
        self.titles()

    @on(messages.PageRead)
    def _page_read(self, answer: messages.PageRead) -> None:
        if answer.look.same_list(self.looking):
            self.queue.add(answer.page, answer.rows)

    @on(messages.WholeRead)
    def _whole_read(self, answer: messages.WholeRead) -> None:
        self.mark(answer.rows)

    @on(messages.CardRead)
    def _card_read(self, answer: messages.CardRead) -> None:
        wanted = self._pinned or (self.queue.current.number if self.queue.current else None)
        if answer.card is None and self._pinned == answer.number:
            self.say(f"There is no ticket {answer.number}.", "warning")
            self._unpin()
        elif answer.number == wanted:
            self._show_card(answer.card)

    @on(messages.CountsRead)
    def _counts_read(self, answer: messages.CountsRead) -> None:
        self.views = answer.views
        self._counted = self.now()
        self.side.show(self.views, self.looking.view)
        titles.banner(self)

    @on(messages.SoonRead)
    def _soon_read(self, answer: messages.SoonRead) -> None:
        self.soon.show(answer.rows, self.now())

    @on(messages.BroughtUp)
    def _brought_up(self, answer: messages.BroughtUp) -> None:
        going_on = answer.done < answer.total
        self.bringing_up = f"bringing up to date {answer.done:,} of {answer.total:,}" if going_on else ""
        titles.banner(self)

    @on(messages.ReadFailed)
    def _read_failed(self, answer: messages.ReadFailed) -> None:
        error = answer.error
        self.say(str(error) if isinstance(error, DeskError) else written_down(error), "error")

    # -- what panes say ------------------------------------------------------------------------------------------

    @on(Queue.Moved)
    def _queue_moved(self) -> None:
        self.feed.at(self.place())
        self._open_current()
        self.titles()

    @on(Queue.Wanted)
    def _pages_wanted(self, message: Queue.Wanted) -> None:
        self.feed.pages(self.looking, message.pages)

    @on(Queue.Chosen)
    def _ticket_chosen(self) -> None:
        self.show_pane("conversation")

    @on(Rows.Picked)
    def _row_picked(self, message: Rows.Picked) -> None:
        if message.pane is self.side:
            self.show_view(self.side.key(message.index))
            if message.opened:
                self.show_pane("queue")
        elif message.pane is self.soon and message.opened and self.soon.number is not None:
            self.go_to(self.soon.number)
        elif message.pane is self.clocks and message.opened:
            self.action_carry_out("why")

    @on(KeyLine.Pressed)
    async def _key_clicked(self, message: KeyLine.Pressed) -> None:
        if message.command in BY_NAME:
            self.action_carry_out(message.command)
        elif self.composer is not None:
            await self.app.run_action(message.command, self.composer)

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        self.asking.typing(message.prompt, message.words)

    async def on_prompt_said(self, message: Prompt.Said) -> None:
        await self.asking.said(message.prompt, message.words)

    async def on_prompt_left(self, message: Prompt.Left) -> None:
        await self.asking.left(message.prompt)

    def on_composer_act(self, message: Composer.Act) -> None:
        doing = {
            "send": self.writing.send,
            "keep": self.writing.keep,
            "edit": self.writing.edit,
            "then": self.writing.then,
        }
        self.carrying.attempt(doing[message.wish](message.composer))
