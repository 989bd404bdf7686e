"""The screen as its own controllers know it: what each needs of it beside `deskterm.tui.console`.

As that module, it is imported for annotations only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from deskterm.tui.console import Console, Workspace

if TYPE_CHECKING:
    from textual.app import App

    from deskterm.tui.dialogs.compose import Composer
    from deskterm.tui.dialogs.dialog import Dialog
    from deskterm.tui.dialogs.prompt import Prompt
    from deskterm.tui.panes.pane_set import PaneSet
    from deskterm.tui.type_ahead import Hold

T = TypeVar("T")


class ComposerHost(Console, Protocol):
    """The console as the composer's controller needs it: with a place for the composer."""

    @property
    def app(self) -> App[Any]:
        """The application, whose terminal an editor may borrow."""

    async def call(self, handler: str, *arguments: object) -> None:
        """Run a handler by its name, as a part of the one that calls it."""

    def begin_writing(self, number: int) -> None:
        """Keep a ticket in view while a letter for it is written."""

    def end_writing(self) -> None:
        """Let the ticket pane follow the cursor again."""

    async def mount_composer(self, composer: Composer) -> None:
        """Put the composer under the conversation."""

    def composer_changed(self) -> None:
        """Bring headings and keys up to date."""


class BrowserHost(Console, Protocol):
    """The console as the controller of lists and tickets needs it."""

    @property
    def pane(self) -> str:
        """The id of the pane that has the focus."""

    @property
    def in_ticket(self) -> bool:
        """True while the focus is in a pane of the open ticket."""

    def hold_keys(self) -> Hold:
        """Hold keys back until what was asked for is shown."""

    def update_titles(self) -> None:
        """Bring headings and the line of keys up to date."""

    def run_command(self, name: str) -> None:
        """Run a command by its name, or say why it cannot be run."""

    def empty_list_text(self) -> str:
        """Return the sentence for an empty list."""


class PromptHost(Protocol):
    """The console as dialogs and the line at its foot need it."""

    async def show(self, dialog: Dialog[T]) -> T | None:
        """Show a dialog until it is dismissed, and return its result."""

    async def mount_prompt(self, prompt: Prompt) -> None:
        """Put a line to type in above the line of keys."""

    def focus_pane(self) -> None:
        """Give the focus back to the pane that had it."""


class Colleagues(Protocol):
    """The colleagues at their tickets."""

    def name_others(self, number: int) -> str:
        """Return who else has a ticket open, in words; empty for nobody."""


class Arrangement(Protocol):
    """The arrangement of the panes."""

    @property
    def single(self) -> bool:
        """True when one pane is in sight at a time."""


class PresenceHost(Console, Protocol):
    """The console as presence needs it."""

    @property
    def panes(self) -> PaneSet:
        """The panes; the queue among them shows who is where."""

    @property
    def composer(self) -> Composer | None:
        """The open composer."""

    @property
    def in_ticket(self) -> bool:
        """True while the focus is in a pane of the open ticket."""

    @property
    def layout(self) -> Arrangement:
        """The arrangement of the panes."""

    def update_titles(self) -> None:
        """Bring headings and the line of keys up to date."""


class TitledScreen(Workspace, Protocol):
    """The screen as its headings need it."""

    @property
    def panes(self) -> PaneSet:
        """The panes with a heading."""

    @property
    def first_key(self) -> str:
        """The keys that were pressed, while another one is waited for; empty otherwise."""

    @property
    def desk_name(self) -> str:
        """The name of the desk, empty until it has been read."""

    @property
    def progress(self) -> str:
        """The work under way before the desk can be used, empty for none."""

    @property
    def presence(self) -> Colleagues:
        """The colleagues at their tickets."""

    def shows(self, pane: str) -> bool:
        """Return whether a pane is in sight."""

    def list_second_keys(self) -> Sequence[tuple[str, str, str]]:
        """Return the keys that may follow the first one of two, each with the title and name of its command."""
