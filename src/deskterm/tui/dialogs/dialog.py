"""The base of all dialogs: keys that were typed ahead wait until it is open, and again after its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

T = TypeVar("T")


def _do_nothing() -> None:
    """Do nothing: the default callback."""


class Dialog(ModalScreen[T]):
    """A dialog or a page over the desk. opened, answered: called once it has the focus, and when it is dismissed,
    before any other key is delivered."""

    opened: Callable[[], None] = staticmethod(_do_nothing)
    answered: Callable[[], None] = staticmethod(_do_nothing)

    def on_mount(self) -> None:
        # After the focus, which Textual moves by a message of its own
        self.call_after_refresh(self._report_opened)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Refuse all key actions until the dialog is shown: earlier keys are not meant for it."""
        return self.is_mounted

    def _report_opened(self) -> None:
        self.opened()

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        self.answered()
        return super().dismiss(result)
