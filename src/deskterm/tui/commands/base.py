"""What a command is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from deskterm.desk.policy.permissions import Act, format_refusal, is_allowed

if TYPE_CHECKING:
    from deskterm.tui.screens.desk import DeskScreen


class Command(ABC):
    """A thing to do. The docstring of a subclass is what tooltip, palette and help say of it.

    name: the word after `:`; keys: Textual's names of keys; argument: what may follow the name; rows: whether it is
    for no ticket, one or all that are marked; act: what the role must allow; footer: its place in the last line, 0
    for none; asks: whether it opens something to type in, which takes what is typed ahead; spoken: whether `:` and the
    palette offer it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    keys: ClassVar[tuple[str, ...]] = ()
    argument: ClassVar[str] = ""
    rows: ClassVar[Literal["none", "one", "many"]] = "none"
    act: ClassVar[Act | None] = None
    footer: ClassVar[int] = 0
    asks: ClassVar[bool] = False
    spoken: ClassVar[bool] = True
    group: ClassVar[str] = ""

    @classmethod
    def explanation(cls) -> str:
        """What it does, in a line."""
        return " ".join((cls.__doc__ or "").split())

    def refusal(self, screen: DeskScreen) -> str | None:
        """Why it cannot be done now, in a sentence; None when it can."""
        if self.act is not None and not is_allowed(screen.me.role, self.act):
            if not screen.me.active:
                return f"{screen.me.login} is no agent of this desk: you can look, but not change anything."
            return format_refusal(screen.me.role, self.act)
        if self.rows != "none" and not self.has_ticket(screen):
            return "There is no ticket here: choose a view that has one."
        return None

    def has_ticket(self, screen: DeskScreen) -> bool:
        """Whether there is one that it would be about."""
        return bool(screen.lines(many=self.rows == "many"))

    @abstractmethod
    async def run(self, screen: DeskScreen, argument: str) -> None:
        """Do it. argument: what followed the name after `:`, empty from a key. Errors are the screen's to show."""


class Step(Command):
    """A command that only moves: done at once, without asking anything. stays: it leaves one at the same ticket."""

    stays: ClassVar[bool] = False

    @abstractmethod
    def step(self, screen: DeskScreen) -> None:
        """Do it."""

    async def run(self, screen: DeskScreen, argument: str) -> None:
        self.step(screen)
