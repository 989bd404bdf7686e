"""The desk screen: where its panes are, and which part of the console each key and message goes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingsMap, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from deskterm.errors import DeskError
from deskterm.present.views import QUARANTINE
from deskterm.tui.commands.keys import make_bindings
from deskterm.tui.commands.table import BY_NAME, TABLE
from deskterm.tui.crash_log import log_crash
from deskterm.tui.panes.banner import Banner
from deskterm.tui.panes.bars.keyline import KeyLine
from deskterm.tui.panes.bars.tab_bar import TabBar
from deskterm.tui.panes.bars.view_bar import ViewBar
from deskterm.tui.panes.clocks import Clocks
from deskterm.tui.panes.conversation import Conversation
from deskterm.tui.panes.next_breach import NextBreach
from deskterm.tui.panes.pane_set import PANES, PaneSet
from deskterm.tui.panes.queue import Queue
from deskterm.tui.panes.short_list import ShortList
from deskterm.tui.panes.sorting import next_order
from deskterm.tui.panes.ticket import Ticket
from deskterm.tui.panes.views import Views
from deskterm.tui.screens import titles
from deskterm.tui.screens.starting import Start
from deskterm.tui.screens.workspace import DeskWorkspace
from deskterm.tui.settings.looks import Looks
from deskterm.tui.terminal.frames import Frames
from deskterm.tui.type_ahead import TypeAhead
from deskterm.tui.workers import messages
from deskterm.tui.workers.desk_worker import DeskWorker

if TYPE_CHECKING:
    from deskterm.store.db.reader import ReadConnection
    from deskterm.tui.commands.keymap import Keymap
    from deskterm.tui.dialogs.compose import Composer
    from deskterm.tui.dialogs.prompt import Prompt
    from deskterm.tui.settings.preferences import Preferences
    from deskterm.tui.workers.read_worker import ReadWorker

COUNT_INTERVAL = 30
"""Seconds after which counts that depend on the time alone are read again."""


class DeskScreen(Screen[None]):
    """The one screen of the console. clock: the desk's time, aware; reader: a connection that is open already;
    impersonator: the login of whoever works in the agent's name, empty where nobody does; preload: modules that the
    write thread imports before the first key; opening: a command that is run once the first rows are shown;
    preferences, keymap: settings and keys of the person at the console."""

    # on_mount() gives the focus to the queue; Textual would choose the first pane
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = make_bindings()

    def __init__(
        self,
        url: str,
        login: str,
        clock: Callable[[], datetime],
        type_ahead: TypeAhead,
        frames: Frames,
        reader: ReadConnection | None = None,
        impersonator: str = "",
        preload: Sequence[str] = (),
        opening: str = "",
        *,
        preferences: Preferences,
        keymap: Keymap,
    ) -> None:
        super().__init__(classes="-at-queue")
        if keymap.table is not TABLE:
            self._bindings = BindingsMap(make_bindings(keymap.table))
        self._url, self._login, self._impersonator, self._connection = url, login, impersonator, reader
        self._frames = frames
        self._read_worker: ReadWorker | None = None
        self._ticked_at = 0
        now = int(clock().timestamp())
        self.panes = PaneSet(
            Banner(),
            ViewBar(),
            Views(messages.view_lines({}), id="views"),
            Queue(now, id="queue"),
            Ticket(now, id="ticket"),
            Clocks(now, id="clocks"),
            NextBreach(now, id="soon"),
            KeyLine(),
        )
        undo_window = preferences.settings.undo_send
        self.desk_worker = DeskWorker(url, login, self._report_progress, impersonator, preload, undo_window)
        self.workspace = DeskWorkspace(
            self,
            self.panes,
            login,
            clock,
            self._get_read_worker,
            self.desk_worker,
            type_ahead,
            preferences,
            keymap,
            impersonator,
        )
        self.start = Start(self, self.workspace, self.desk_worker, opening)

    def compose(self) -> ComposeResult:
        panes = self.panes
        yield panes.banner
        yield panes.view_bar
        with Vertical(id="body"):
            with Horizontal(id="lists"):
                yield panes.views
                yield panes.queue
                yield panes.next_breach
            with Horizontal(id="details"):
                yield panes.ticket
                yield panes.clocks
        yield panes.keys

    def on_mount(self) -> None:
        self.panes.queue.focus()
        self.workspace.update_titles()
        self.call_after_refresh(self._start_reading)

    def _start_reading(self) -> None:
        """Read the first list, now that a frame has been painted."""
        self._get_read_worker().start(self.workspace.queue_query, self._connection)
        self.set_interval(1, self.tick)

    def on_unmount(self) -> None:
        self.workspace.drafts.flush()
        if self._read_worker is not None:
            self._read_worker.stop()
        # Waited for after the terminal is released, because a slow change must not freeze it
        self.desk_worker.stop(wait=self.app.is_headless)

    def _get_read_worker(self) -> ReadWorker:
        """Return the read thread, which is made when it is first needed."""
        if self._read_worker is None:
            from deskterm.tui.workers.read_worker import ReadWorker  # noqa: PLC0415 - not for the first frame

            self._read_worker = ReadWorker(
                self._url, self._login, self.workspace.epoch, self.post_message, self._impersonator
            )
        return self._read_worker

    def _report_progress(self, done: int, total: int) -> None:
        """Show how far old rows have been written anew. Called in the write thread."""
        self.post_message(messages.ProgressMade(done, total))

    def tick(self) -> None:
        """Count down what is in sight, once a second, and read again when a due time has passed."""
        workspace = self.workspace
        now, before = workspace.epoch(), self._ticked_at
        self._ticked_at = now
        for pane in (self.panes.queue, self.panes.ticket, self.panes.clocks, self.panes.next_breach):
            pane.tick(now)
        workspace.saving.update()
        workspace.presence.follow()
        titles.update_banner(workspace)
        due = self.panes.next_breach.next_due(before)
        # A target is missed by the mere passing of time, which nobody writes: lists and counts change all the same
        if (before and due is not None and due < now) or now - workspace.browser.counted_at >= COUNT_INTERVAL:
            workspace.refresh_lists()

    # -- keys and focus ------------------------------------------------------------------------------------------

    def action_run_command(self, name: str, argument: str = "") -> None:
        """Run a command by its name, or say why it cannot be run."""
        self.workspace.run_command(name, argument)

    def action_begin_keys(self, first: str) -> None:
        """Begin a sequence of two keys, and list the second keys in the last line."""
        self.workspace.sequence.begin(first)

    def action_begin_count(self, digit: str) -> None:
        """Begin a count; a digit without a following movement runs its own command."""
        self.workspace.sequence.begin_count(digit)

    def on_screen_resume(self) -> None:
        if self.is_mounted and self.focused is None:
            self.workspace.focus_pane()

    def on_resize(self, event: events.Resize) -> None:
        if self.is_mounted:
            self.workspace.layout.arrange()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the focus where the mouse or a widget's removal put it."""
        layout, pane = self.workspace.layout, event.widget.id
        # Where a dialog gave the focus back to a pane, a letter may have got it before this message came
        if event.widget is not self.focused:
            return
        if pane in PANES and pane != layout.pane:
            layout.pane = pane
            layout.arrange()
            self.workspace.browser.pane_entered(pane)

    # -- answers of the threads ----------------------------------------------------------------------------------

    @on(messages.DeskRead)
    def _desk_read(self, answer: messages.DeskRead) -> None:
        workspace = self.workspace
        again = bool(workspace.desk_name)
        workspace.desk, workspace.vocabulary, workspace.zone = answer.desk, answer.vocabulary, answer.zone
        conversation = self.panes.ticket.conversation
        conversation.unread.reader = answer.desk.agent.name
        if not again:
            conversation.keep_looks(Looks(workspace.preferences.looks_path, f"{self._url} {self._login}"))
        self.panes.queue.set_widths(titles.column_widths(answer.vocabulary))
        if again:  # another version of the procedure is in force, which the write thread has to load too
            self.desk_worker.renew()
        workspace.update_titles()

    @on(messages.ListRead)
    def _list_read(self, answer: messages.ListRead) -> None:
        self.workspace.browser.list_read(answer)
        self.start.go_on()

    @on(messages.ArrivalsRead)
    def _arrivals_read(self, answer: messages.ArrivalsRead) -> None:
        self.workspace.browser.arrivals_read(answer)

    @on(messages.PageRead)
    def _page_read(self, answer: messages.PageRead) -> None:
        self.workspace.browser.page_read(answer)

    @on(messages.WholeListRead)
    def _whole_list_read(self, answer: messages.WholeListRead) -> None:
        self.workspace.marking.rows_read(answer.rows)

    @on(messages.TicketRead)
    def _ticket_read(self, answer: messages.TicketRead) -> None:
        self.workspace.browser.ticket_read(answer)
        self.workspace.runner.row_read()
        if answer.number == self.workspace.browser.shown_number:
            # After the layout that the panes request, and after its conversation has scrolled
            self.refresh(repaint=False, layout=True)
            self.call_after_refresh(self.call_after_refresh, self._release_ticket)

    def _release_ticket(self) -> None:
        """Write the frame that was held back for the open ticket."""
        self._frames.release("ticket")
        self.start.fetch_desk()

    @on(messages.CountsRead)
    def _counts_read(self, answer: messages.CountsRead) -> None:
        self.workspace.browser.counts_read(answer)
        titles.update_banner(self.workspace, answer.down)

    @on(messages.DraftsRead)
    def _drafts_read(self, answer: messages.DraftsRead) -> None:
        self.workspace.drafts.show(answer.drafts)

    @on(messages.PresenceRead)
    def _presence_read(self, answer: messages.PresenceRead) -> None:
        self.workspace.presence.show(answer.others)

    @on(messages.NextBreachesRead)
    def _next_breaches_read(self, answer: messages.NextBreachesRead) -> None:
        self.panes.next_breach.show(answer.rows, self.workspace.epoch())

    @on(messages.WallRead)
    def _wall_read(self, answer: messages.WallRead) -> None:
        self.workspace.browser.wall = answer.wall

    @on(messages.ProgressMade)
    def _progress_made(self, answer: messages.ProgressMade) -> None:
        unfinished = answer.done < answer.total
        self.workspace.old_rows = f"bringing up to date {answer.done:,} of {answer.total:,}" if unfinished else ""
        titles.update_banner(self.workspace)

    @on(messages.ReadFailed)
    def _read_failed(self, answer: messages.ReadFailed) -> None:
        error = answer.error
        if answer.is_news:
            self.workspace.notify(str(error) if isinstance(error, DeskError) else log_crash(error), severity="error")
        self.workspace.absence.begin(error)
        self.workspace.browser.read_failed()
        self.workspace.runner.abandon_expected()
        self.start.go_on()

    @on(messages.ReadsAgain)
    def _reads_again(self) -> None:
        self.workspace.absence.end()

    # -- messages of the panes -----------------------------------------------------------------------------------

    @on(Queue.CursorMoved)
    def _cursor_moved(self) -> None:
        # The row and its ticket are shown in one frame
        self._frames.hold("ticket")
        self.workspace.runner.row_read()
        self._get_read_worker().note_place(self.workspace.current_query())
        self.workspace.browser.follow_cursor()
        self.workspace.arrivals.note_sight()
        self.workspace.update_titles()

    @on(Queue.PagesMissing)
    def _pages_missing(self, message: Queue.PagesMissing) -> None:
        self._get_read_worker().read_pages(self.workspace.queue_query, message.pages)

    @on(Queue.TitleClicked)
    def _title_clicked(self, message: Queue.TitleClicked) -> None:
        self.workspace.sort(next_order(message.column, self.workspace.queue_query.order))

    @on(Queue.Opened)
    def _ticket_opened(self) -> None:
        self.workspace.show_pane("conversation")

    @on(Conversation.Opened)
    def _linked_ticket_opened(self, message: Conversation.Opened) -> None:
        self.workspace.show_ticket(message.number)

    @on(Conversation.FileOpened)
    def _file_opened(self, message: Conversation.FileOpened) -> None:
        self.workspace.run_command("open-file", str(message.place))

    @on(ViewBar.Clicked)
    def _view_clicked(self, message: ViewBar.Clicked) -> None:
        self.workspace.show_view(message.key)

    @on(TabBar.Clicked)
    def _tab_clicked(self, message: TabBar.Clicked) -> None:
        self.workspace.choose_tab(message.tab)

    @on(ShortList.Picked)
    def _row_picked(self, message: ShortList.Picked) -> None:
        workspace, panes = self.workspace, self.panes
        if message.pane is panes.views:
            if message.opened or panes.views.key(message.index) != QUARANTINE.key:
                workspace.show_view(panes.views.key(message.index))
            if message.opened:
                workspace.show_pane("queue")
        elif message.pane is panes.next_breach and message.opened and panes.next_breach.number is not None:
            workspace.show_ticket(panes.next_breach.number)
        elif message.pane is panes.clocks and message.opened:
            workspace.run_command("why")

    @on(KeyLine.Clicked)
    async def _key_clicked(self, message: KeyLine.Clicked) -> None:
        if message.command in BY_NAME:
            self.workspace.run_command(message.command)
        elif self.workspace.composer is not None:  # the keys of the composer are actions, not commands
            await self.app.run_action(message.command, self.workspace.composer)

    # -- messages of prompt and composer, whose classes are imported later: found by Textual's naming --------------

    def on_prompt_changed(self, message: Prompt.Changed) -> None:
        """Filter the list while the filter is typed."""
        workspace = self.workspace
        if message.prompt.kind == "filter" and message.text != workspace.queue_query.match:
            workspace.filter(message.text)

    async def on_prompt_entered(self, message: Prompt.Entered) -> None:
        await self.workspace.prompts.close(message.prompt, message.text)

    async def on_prompt_cancelled(self, message: Prompt.Cancelled) -> None:
        await self.workspace.prompts.close(message.prompt, None)

    def on_composer_requested(self, message: Composer.Requested) -> None:
        runner, composing, hold = self.workspace.runner, self.workspace.composing, message.composer.key_hold
        match message.action:
            case "keep":
                runner.attempt(composing.leave(message.composer), hold)
            case "quote":
                runner.attempt(composing.quote(message.composer), hold)
            case "edit":
                runner.attempt(composing.edit(message.composer), hold)
            case other:
                runner.start(composing.find_handler(other), composing, message.composer, hold=hold)
