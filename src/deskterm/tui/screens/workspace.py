"""The one implementation of the console's protocols: the parts of a screen, and the calls between them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from deskterm.present.labels import Vocabulary
from deskterm.present.models import Choice, DeskView, Person, TicketClock, TicketView, ViewLine
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.acts import ActLog
from deskterm.tui.commands.keys import name_keys
from deskterm.tui.commands.search import translate_calls
from deskterm.tui.control.absence import DeskAbsence
from deskterm.tui.control.browsing import Browser
from deskterm.tui.control.command_runner import CommandRunner
from deskterm.tui.control.key_sequence import KeySequence
from deskterm.tui.control.presence import PresenceController
from deskterm.tui.drafts import Drafts
from deskterm.tui.panes import Navigable
from deskterm.tui.panes.pane_set import PaneSet
from deskterm.tui.panes.queue import Queue
from deskterm.tui.panes.short_list import ShortList
from deskterm.tui.screens import titles
from deskterm.tui.screens.layout import Layout
from deskterm.tui.screens.saving import Saving
from deskterm.tui.screens.writing import Writing
from deskterm.tui.target import Target
from deskterm.tui.type_ahead import CURRENT_HOLD, Hold, TypeAhead
from deskterm.tui.workers.desk_worker import DeskWorker

if TYPE_CHECKING:
    from textual.app import App
    from textual.geometry import Size
    from textual.screen import Screen

    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.present.wall import WallView
    from deskterm.tui.commands.keymap import Keymap
    from deskterm.tui.console import Severity
    from deskterm.tui.control.composing import ComposerController
    from deskterm.tui.control.prompts import Prompts
    from deskterm.tui.dialogs.choose import Preview
    from deskterm.tui.dialogs.dialog import Dialog
    from deskterm.tui.dialogs.prompt import LineHelp, PromptKind
    from deskterm.tui.settings.declarations import PaneLayout
    from deskterm.tui.settings.preferences import Preferences
    from deskterm.tui.workers.messages import QueueQuery
    from deskterm.tui.workers.read_worker import ReadWorker

T = TypeVar("T")


class DeskWorkspace(Writing):
    """The console on one screen. clock: the desk's time, aware; make_reader: starts the read thread; desk_worker: the
    write thread."""

    def __init__(
        self,
        screen: Screen[Any],
        panes: PaneSet,
        login: str,
        clock: Callable[[], datetime],
        reader: Callable[[], ReadWorker],
        desk_worker: DeskWorker,
        type_ahead: TypeAhead,
        preferences: Preferences,
        keymap: Keymap,
        impersonator: str = "",
    ) -> None:
        self._screen, self._clock, self._desk_worker = screen, clock, desk_worker
        self.panes = panes
        # A viewer until the desk has been read: nothing may be changed before the role is known
        self.desk = DeskView(Safe(""), Person(login, sanitize(login), "viewer", None))
        self.vocabulary = Vocabulary()
        self.zone: tzinfo = UTC
        self.old_rows = ""
        """Progress of rewriting the rows of an older deskterm, before the desk can be used; empty for none."""
        self.saving = Saving(lambda: type_ahead.waiting, lambda: titles.update_banner(self))
        self.absence = DeskAbsence(
            lambda: f"{datetime.fromtimestamp(self.epoch(), self.zone):%H:%M}",
            self.notify,
            lambda: titles.update_banner(self),
        )
        self.preferences, self.keys_of = preferences, keymap.keys_of
        self.layout = Layout(screen, lambda: self.composer, self._arranged, preferences)
        self.shows = self.layout.shows
        self.browser = Browser(self, panes, reader)
        self.view_list, self.marking = self.browser.view_list, self.browser.marking
        self.hit_steps, self.arrivals = self.browser.hit_steps, self.browser.arrivals
        # The browser controls lists and tickets: these calls go to it
        browser = self.browser
        self.show_list, self.current_query, self.show_view = browser.show_list, browser.current_query, browser.show_view
        self.filter, self.sort, self.choose_columns = browser.filter, browser.sort, browser.choose_columns
        self.show_ticket, self.read_ticket = browser.show_ticket, browser.read_ticket
        self.choose_tab, self.step_tab, self.move_cursor = browser.choose_tab, browser.step_tab, browser.move_cursor
        self.refresh_lists, self.wait_for_list, self.watch_wall = (
            browser.refresh,
            browser.wait_for_list,
            browser.watch_wall,
        )
        self.begin_act, self.end_act = browser.begin_act, browser.end_act
        self.type_ahead = type_ahead
        self.runner = CommandRunner(self, desk_worker, self.type_ahead)
        self.sequence = KeySequence(self, keymap.table, type_ahead)
        self.presence = PresenceController(self, self.browser, impersonator or login, reader, type_ahead)
        self.drafts = Drafts(
            desk_worker.save, clock, self._drafts_changed, lambda words: self.notify(words, severity="error")
        )

    @cached_property
    def prompts(self) -> Prompts:
        """The questions; imported when the first one comes up."""
        from deskterm.tui.control.prompts import Prompts  # noqa: PLC0415 - not for the first frame

        return Prompts(self)

    @cached_property
    def composing(self) -> ComposerController:
        """The composer's controller; imported when the first letter is written."""
        from deskterm.tui.control.composing import ComposerController  # noqa: PLC0415 - not for the first frame

        return ComposerController(self, self.drafts)

    # -- facts ---------------------------------------------------------------------------------------------------

    @property
    def progress(self) -> str:
        return self.saving.sentence or self.old_rows or self.absence.sentence

    @property
    def app(self) -> App[Any]:
        return self._screen.app

    @property
    def size(self) -> Size:
        return self._screen.size

    @property
    def agent(self) -> Person:
        return self.desk.agent

    @property
    def people(self) -> Sequence[Person]:
        return self.desk.people

    @property
    def desk_name(self) -> str:
        return self.desk.name

    def now(self) -> datetime:
        return self._clock()

    def epoch(self) -> int:
        return int(self._clock().timestamp())

    # -- questions and notices -----------------------------------------------------------------------------------

    async def choose(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        *,
        search: bool = False,
        preview: Preview | None = None,
    ) -> str | None:
        return await self.prompts.choose(title, choices, current, search=search, preview=preview)

    async def confirm(self, question: str, yes: str, no: str) -> bool:
        return await self.prompts.confirm(question, yes, no)

    async def ask(self, question: str) -> str | None:
        return await self.prompts.ask(question)

    async def type_line(
        self,
        kind: PromptKind,
        sign: str,
        text: str = "",
        suggestions: Sequence[str] = (),
        line_help: LineHelp | None = None,
        *,
        recalled: Sequence[str] = (),
        changed: Callable[[str], None] | None = None,
    ) -> str | None:
        return await self.prompts.type_line(
            kind, sign, text, suggestions, line_help, recalled=recalled, changed=changed
        )

    async def show(self, dialog: Dialog[T]) -> T | None:
        hold = CURRENT_HOLD.get()
        if hold is not None:
            dialog.opened, dialog.answered = hold.drop, hold.take
        return await self.app.push_screen_wait(dialog)

    def notify(self, message: str, *, severity: Severity = "information") -> None:
        """Show a line to the agent for some seconds, unless it is in sight already. Calls of the command line in it
        are translated."""
        text = sanitize(name_keys(translate_calls(message), self.keys_of))
        if all(notice.message != text for notice in self.app._notifications):
            self.app.notify(text, severity=severity, timeout=4 if severity == "information" else 8, markup=False)

    # -- commands and the desk -----------------------------------------------------------------------------------

    def run_command(self, name: str, argument: str = "", target: Target | None = None, line: str = "") -> None:
        self.runner.run(name, argument, target, line)

    def watch_commands(self, noted: Callable[[str], object]) -> None:
        self.runner.noted = noted

    async def call(self, handler: str, *arguments: object) -> None:
        await self.runner.call(handler, arguments)

    def hold_keys(self) -> Hold:
        hold = self.type_ahead.make_hold()
        hold.take()
        return hold

    def run_worker(self, work: Awaitable[None], *, group: str) -> object:
        return self._screen.run_worker(work, group=group)

    async def run(self, act: Callable[[DeskSession], T]) -> T:
        with self.saving.watch():
            return await self._desk_worker.run(act)

    async def run_on(
        self, numbers: Sequence[int], act: Callable[[DeskSession, int], CommandResult], done: str = ""
    ) -> None:
        await self.runner.run_on(numbers, act, done)

    async def perform(self, act: Callable[[DeskSession], CommandResult]) -> CommandResult:
        return await self.runner.perform(act)

    @property
    def acts(self) -> ActLog:
        return self.runner.acts

    # -- lists and tickets ---------------------------------------------------------------------------------------

    @property
    def views(self) -> Sequence[ViewLine]:
        return self.view_list.lines

    @property
    def queue_query(self) -> QueueQuery:
        return self.browser.queue_query

    @property
    def open_ticket(self) -> TicketView | None:
        return self.browser.open_ticket

    @property
    def clocks(self) -> Sequence[TicketClock]:
        return self.panes.clocks.clocks

    @property
    def chosen_clock(self) -> TicketClock | None:
        return self.panes.clocks.chosen

    @property
    def wall(self) -> WallView | None:
        return self.browser.wall

    @property
    def row_count(self) -> int:
        return self.panes.queue.count

    def find_target(self) -> Target:
        """Return the tickets that a command is for: in the panes of the open ticket that one, in the list of what
        breaches next its row, else the marked rows of the queue or the one under the cursor."""
        queue, next_breach = self.panes.queue, self.panes.next_breach
        if self.in_ticket and self.browser.shown_number is not None:
            return self.browser.find_shown()
        if self.layout.pane == "soon" and next_breach.line is not None:
            return Target(next_breach.line)
        return Target(
            queue.current,
            tuple(queue.marks.values()),
            self.browser.list_pending or (queue.current is None and queue.count > 0),
        )

    @property
    def shown_columns(self) -> Sequence[str]:
        return self.panes.queue.column_names

    def step_spot(self, by: int) -> None:
        self.panes.ticket.conversation.step_spot(by)

    def fold_all(self) -> None:
        self.panes.ticket.conversation.fold_all()

    # -- panes ---------------------------------------------------------------------------------------------------

    @property
    def active_pane(self) -> Navigable:
        focused = self._screen.focused
        if isinstance(focused, (ShortList, Queue)) or (focused is not None and focused.id == "conversation"):
            return cast("Navigable", focused)
        return self.panes.queue

    @property
    def pane(self) -> str:
        return self.layout.pane

    @property
    def in_ticket(self) -> bool:
        return self.layout.pane in ("conversation", "clocks")

    def show_pane(self, pane: str) -> None:
        self.layout.go_to(pane)
        self.browser.pane_entered(pane)

    def step_pane(self, by: int) -> None:
        self.show_pane(self.layout.neighbour(by))

    def focus_pane(self) -> None:
        self.layout.focus()

    def zoom(self) -> None:
        self.layout.zoom()

    def set_layout(self, layout: PaneLayout) -> None:
        self.keep("layout", layout)
        self.layout.arrange()

    def keep(self, name: str, value: object) -> None:
        if sentence := self.preferences.keep(name, value):
            self.notify(sentence, severity="warning")

    def go_back(self) -> None:
        """Close one thing: the line at the foot when it has lost the focus, then the pane, marks, the filter, and last
        the composer, whose draft is kept (C-07)."""
        if self.prompting:
            self.prompts.leave()
        elif self.layout.go_back():
            self.browser.pane_entered(self.layout.pane)
        elif self.panes.queue.marks:
            self.marking.mark([])
        elif self.queue_query.match:
            self.show_list(self.current_query()._replace(match=""))
        elif self.composer is not None:
            self.composer.action_keep()
        else:
            self._screen.query("#tour").remove()

    def _arranged(self) -> None:
        """Show the most pressing clock on the ticket where the SLA pane is out of sight."""
        self.panes.ticket.with_clock = self.layout.single
        self.panes.ticket.tick(self.epoch())
        self.update_titles()

    @property
    def first_key(self) -> str:
        return self.sequence.pending

    def list_second_keys(self) -> list[tuple[str, str, str]]:
        return self.sequence.list_next()

    def update_titles(self) -> None:
        titles.update_titles(self)
        self.presence.follow()

    def empty_list_text(self) -> str:
        query = self.queue_query
        return name_keys(titles.format_empty_list(query, has_team=bool(self.agent.team)), self.keys_of)

    @property
    def is_saving(self) -> bool:
        return self.saving.is_under_way
