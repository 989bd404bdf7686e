"""The desk screen as other parts of the console know it: protocols, so that none of them needs the screen itself.

The module is imported for annotations only, because making protocols takes time before the first frame.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from textual.app import App
    from textual.geometry import Size

    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.present.labels import Vocabulary
    from deskterm.present.models import Choice, Person, TabKey, TicketClock, TicketView, ViewLine
    from deskterm.present.wall import WallView
    from deskterm.store.rows.list_orders import SortOrder
    from deskterm.tui.acts import ActLog
    from deskterm.tui.dialogs.choose import Preview
    from deskterm.tui.dialogs.compose import Composer, Kind
    from deskterm.tui.dialogs.dialog import Dialog
    from deskterm.tui.dialogs.prompt import LineHelp, PromptKind
    from deskterm.tui.drafts import Draft, Drafts
    from deskterm.tui.lists.arrivals import Arrivals
    from deskterm.tui.lists.hit_steps import HitSteps
    from deskterm.tui.lists.marking import Marking
    from deskterm.tui.lists.view_list import ViewList
    from deskterm.tui.panes import Navigable
    from deskterm.tui.settings.declarations import PaneLayout
    from deskterm.tui.settings.preferences import Preferences
    from deskterm.tui.target import Target
    from deskterm.tui.type_ahead import Hold
    from deskterm.tui.workers.messages import QueueQuery

T = TypeVar("T")

Severity = Literal["information", "warning", "error"]


class Console(Protocol):
    """Everything that handlers, controllers and pages need to show something, ask something, and change tickets."""

    @property
    def agent(self) -> Person:
        """The person at the console."""

    @property
    def people(self) -> Sequence[Person]:
        """The people of the desk."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The labels of the procedure in force."""

    @property
    def zone(self) -> tzinfo:
        """The desk's time zone."""

    @property
    def size(self) -> Size:
        """Columns and rows of the terminal."""

    @property
    def open_ticket(self) -> TicketView | None:
        """The ticket in the ticket pane; None until one has been read."""

    @property
    def acts(self) -> ActLog:
        """The acts of this console, which undo takes back."""

    @property
    def preferences(self) -> Preferences:
        """The settings in force, and choices that were made in the console."""

    def keys_of(self, command: str) -> tuple[str, ...]:
        """Return the keys of a command, by Textual's names."""

    def now(self) -> datetime:
        """Return the desk's time, aware."""

    def epoch(self) -> int:
        """Return the desk's time in epoch seconds."""

    def find_target(self) -> Target:
        """Return the tickets that a command is for if its key is pressed now."""

    async def read_ticket(self, number: int) -> TicketView:
        """Show a ticket in the ticket pane, and return it once it is there. Raises DeskError where there is none."""

    async def choose(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        *,
        search: bool = False,
        preview: Preview | None = None,
    ) -> str | None:
        """Ask for one of these choices; return its key, None when called off. search: narrow the list down by typing.
        preview: the effect of taking a choice, shown beside it."""

    async def confirm(self, question: str, yes: str, no: str) -> bool:
        """Ask a question with two answers. yes, no: what each of them does."""

    async def ask(self, question: str) -> str | None:
        """Ask for a line of text; None when it was left empty or called off."""

    async def show(self, dialog: Dialog[T]) -> T | None:
        """Show a dialog or a page until it is dismissed, and return its result."""

    async def run(self, act: Callable[[DeskSession], T]) -> T:
        """Run a function with the desk in the write thread. Raises what it raises, and DeskError when the desk cannot
        be opened."""

    async def run_on(
        self, numbers: Sequence[int], act: Callable[[DeskSession, int], CommandResult], done: str = ""
    ) -> None:
        """Run a command on each of these tickets as one act, say what came of it, and read the lists again. done: the
        act on several tickets, as a sentence with `{}` for how many: `Assigned {} to Priya`."""

    async def perform(self, act: Callable[[DeskSession], CommandResult]) -> CommandResult:
        """Run one command with the desk as `run` does, and remember it for undo."""

    def notify(self, message: str, *, severity: Severity = "information") -> None:
        """Show a line to the agent for some seconds."""

    async def write(
        self,
        kind: Kind,
        number: int,
        text: str = "",
        *,
        resolution: str = "",
        attached: bool = False,
        draft: Draft | None = None,
    ) -> None:
        """Open the composer for a ticket. resolution: the kind of resolution that the letter states; attached:
        it resolves the tickets attached to this one too; draft: which one to go on with."""

    @property
    def writing(self) -> bool:
        """True while the composer is open."""

    def show_ticket(self, number: int) -> None:
        """Open a ticket, and put the cursor on it where the list has it."""

    def show_pane(self, pane: str) -> None:
        """Give a pane the focus, by its id."""

    def begin_act(self, numbers: Sequence[int]) -> None:
        """Note that these tickets are about to be changed, so that the cursor finds its next row (C-06)."""

    def refresh_lists(self) -> None:
        """Read lists, counts and the open ticket again."""

    @property
    def drafts(self) -> Drafts:
        """Everything that the agent has written and not sent."""

    def run_worker(self, work: Awaitable[None], *, group: str) -> object:
        """Run something in the background, as Textual's method of this name does."""


class Workspace(Console, Protocol):
    """The console as commands that look and move need it: with views, lists and panes."""

    @property
    def app(self) -> App[Any]:
        """The application: its theme, clipboard and palette."""

    @property
    def pane(self) -> str:
        """The id of the pane that has the focus."""

    @property
    def typing_letter(self) -> bool:
        """True while keys go to the composer."""

    @property
    def views(self) -> Sequence[ViewLine]:
        """The views of the side bar."""

    view_list: ViewList
    """The views with their definitions."""

    @property
    def queue_query(self) -> QueueQuery:
        """The list in the queue pane: view, order, filter."""

    def current_query(self) -> QueueQuery:
        """Return the same list with the place of the cursor in it, which keeps the cursor on its ticket."""

    def show_list(self, query: QueueQuery) -> None:
        """Show another list, or the same one in another order or through another filter."""

    def filter(self, text: str) -> None:
        """Filter the list by words, from its first row."""

    def show_view(self, key: str) -> None:
        """Show a view from its first row."""

    @property
    def row_count(self) -> int:
        """Rows of the list in the queue pane, read or not."""

    marking: Marking
    """The marks of the queue."""

    hit_steps: HitSteps
    """The hits of the words of a filter."""

    arrivals: Arrivals
    """The tickets that came into the list out of sight."""

    @property
    def active_pane(self) -> Navigable:
        """The pane that moving keys move in."""

    def move_cursor(self, by: int) -> None:
        """Move the cursor of the queue, whichever pane has the focus."""

    def step_pane(self, by: int) -> None:
        """Give the focus to the pane so many places further on."""

    def zoom(self) -> None:
        """Show the focused pane alone, or all panes again."""

    def go_back(self) -> None:
        """Take one step back: from zoom, from a pane to the queue, from marks and filter."""

    def choose_tab(self, tab: TabKey) -> None:
        """Show a tab of the ticket pane."""

    def step_tab(self, by: int) -> None:
        """Show the tab so many places further on."""

    def step_spot(self, by: int) -> None:
        """Go so many folds, or tickets that can be opened, further on in the ticket pane."""

    def fold_all(self) -> None:
        """Open all folds of the thread, or close them."""

    @property
    def composer(self) -> Composer | None:
        """The open composer."""

    @property
    def clocks(self) -> Sequence[TicketClock]:
        """The clocks of the open ticket, in the order of the SLA pane."""

    @property
    def chosen_clock(self) -> TicketClock | None:
        """The clock in the chosen row of the SLA pane."""

    @property
    def wall(self) -> WallView | None:
        """The wall as it was read last; None until it has been."""

    def watch_wall(self, shown: bool) -> None:
        """Begin to read the wall, now and after every change, or stop."""

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
        """Open the line at the foot of the screen; None when it is left. sign: the mark before it; text: its
        contents at first; line_help: keeps it open while something is wrong with it; recalled: lines that the up key
        brings back, the newest first; changed: called with the text whenever it changes."""

    def sort(self, order: SortOrder) -> None:
        """Show the list in another order, and keep that for its view."""

    @property
    def shown_columns(self) -> Sequence[str]:
        """The columns behind the time left, in their order."""

    def choose_columns(self, names: Sequence[str]) -> None:
        """Show these columns in this view (empty: those that suit the width), and keep that."""

    def set_layout(self, layout: PaneLayout) -> None:
        """Arrange the panes by another layout of the settings, and keep it."""

    def keep(self, name: str, value: object) -> None:
        """Set a setting and keep it for later consoles; say so where it cannot be kept."""

    def run_command(self, name: str, argument: str = "", target: Target | None = None, line: str = "") -> None:
        """Run a command by its name, or say why it cannot be run. target: what it is for; by default, what the cursor
        is on now; line: as it was typed, kept when the command is refused (C-05)."""

    def watch_commands(self, noted: Callable[[str], object]) -> None:
        """Call a function with the name of each command that is run from now on."""

    def hold_keys(self) -> Hold:
        """Hold keys back until what was asked for is shown."""

    async def call(self, handler: str, *arguments: object) -> None:
        """Run a handler by its name as part of another handler: `registering.go_on`."""

    def update_titles(self) -> None:
        """Bring headings and the line of keys up to date."""

    def end_act(self, *, done: bool) -> None:
        """Note that the act is over."""

    async def wait_for_list(self) -> None:
        """Wait until the list that was asked for last is shown."""

    async def save_drafts(self) -> None:
        """Save what was written, and wait for it. Raises DeskError when it cannot be saved."""

    @property
    def is_saving(self) -> bool:
        """True while a change is being saved."""
