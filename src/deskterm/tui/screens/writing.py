"""Letters in the composer with their drafts, and lines at the foot of the screen: all that is typed at a console."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deskterm.tui.control.browsing import Browser
from deskterm.tui.drafts import Drafts
from deskterm.tui.panes.pane_set import PaneSet
from deskterm.tui.screens.layout import Layout
from deskterm.tui.type_ahead import TypeAhead

if TYPE_CHECKING:
    from textual.screen import Screen

    from deskterm.tui.control.composing import ComposerController
    from deskterm.tui.control.prompts import Prompts
    from deskterm.tui.dialogs.compose import Composer, Kind
    from deskterm.tui.dialogs.prompt import Prompt
    from deskterm.tui.drafts import Draft


class Writing(ABC):
    """The part of the workspace that is about writing."""

    _screen: Screen[Any]
    panes: PaneSet
    layout: Layout
    browser: Browser
    drafts: Drafts
    type_ahead: TypeAhead

    @abstractmethod
    def show_pane(self, pane: str) -> None:
        """Show a pane, and give it the focus."""

    @abstractmethod
    def update_titles(self) -> None:
        """Update the titles of the panes."""

    @cached_property
    @abstractmethod
    def prompts(self) -> Prompts:
        """The questions."""

    @cached_property
    @abstractmethod
    def composing(self) -> ComposerController:
        """The composer's controller."""

    @property
    def prompting(self) -> bool:
        """True while the line at the foot of the screen is open."""
        return "prompts" in self.__dict__ and self.prompts.is_open

    @property
    def composer(self) -> Composer | None:
        """The open composer."""
        # Asked at every change of focus, so the question must not import the controller
        return self.composing.composer if "composing" in self.__dict__ else None

    @property
    def writing(self) -> bool:
        return self.composer is not None

    @property
    def typing_letter(self) -> bool:
        return self.writing and self.layout.pane == "conversation"

    async def save_drafts(self) -> None:
        self.flush_drafts()
        await self.drafts.wait_until_saved()

    def flush_drafts(self) -> None:
        """Request that all drafts are saved, without waiting."""
        if self.composer is not None:
            self.composing.keep()
        self.drafts.flush()

    def _drafts_changed(self) -> None:
        if not self._screen.is_running:  # the last drafts are saved while the console ends
            return
        self.panes.queue.show_drafts(self.drafts.numbers)
        self.update_titles()

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
        await self.composing.open(kind, number, text, resolution, attached=attached, draft=draft)

    def begin_writing(self, number: int) -> None:
        self.browser.pin(number)
        # The writer must see the conversation
        self.browser.choose_tab("thread")
        self.layout.pane = "conversation"
        self._screen.add_class("-writing")
        self.layout.arrange()

    def end_writing(self) -> None:
        self._screen.remove_class("-writing")
        # Where only one pane has room, the agent stays with the ticket that they wrote for
        if self.layout.single:
            self.show_pane("conversation")
        else:
            self.browser.unpin()
            self.show_pane("queue")

    async def mount_composer(self, composer: Composer) -> None:
        composer.key_hold = self.type_ahead.make_hold()
        await self.panes.ticket.mount(composer)

    def composer_changed(self) -> None:
        self.update_titles()

    async def mount_prompt(self, prompt: Prompt) -> None:
        await self._screen.mount(prompt, before=self.panes.keys)
