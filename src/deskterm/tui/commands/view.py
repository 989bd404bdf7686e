"""Choosing what is looked at, and the program itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.errors import UsageError
from deskterm.tui.commands.base import Command, Step

if TYPE_CHECKING:
    from deskterm.tui.screens.desk import DeskScreen

MOST_MARKED = 500
"""Tickets that can be marked at once."""


class Filter(Command):
    """Show only tickets with these words in number, subject, requester or organisation, while they are typed."""

    asks = True
    name, title, keys, footer, argument, group = "filter", "search", ("slash",), 8, "[words]", "Look"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        if argument:
            screen.show_pane("queue")
            screen.look(screen.looking._replace(match=argument, number=None, cursor=0, first=0))
        else:
            await screen.asking.filter()


class Speak(Command):
    """Say a command by its name, with what it needs: `:status in-progress`."""

    asks = True
    name, title, keys, footer, group, spoken = "command", "command", ("colon",), 9, "Look", False

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await screen.asking.command()


class View(Command):
    """Go to a view: mine, team, unassigned, due, breached, waiting, open, closed."""

    name, title, argument, group = "view", "Go to a view", "[name]", "Look"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        if not argument:
            screen.show_pane("views")
            return
        wanted = argument.casefold()
        views = screen.views
        exact = [view for view in views if wanted in (view.key, view.label.casefold())]
        found = exact or [
            view for view in views if view.key.startswith(wanted) or view.label.casefold().startswith(wanted)
        ]
        if len(found) != 1:
            raise UsageError(f"There is no view {argument!r}: choose from {', '.join(view.key for view in views)}.")
        screen.show_view(found[0].key)
        screen.show_pane("queue")


class NextView(Step):
    """The next view."""

    name, title, keys, group, spoken = "next-view", "Next view", ("v", "right_square_bracket"), "Look", False

    def step(self, screen: DeskScreen) -> None:
        screen.walk_views(1)


class PreviousView(Step):
    """The view before."""

    name, title, keys, group, spoken = "previous-view", "Previous view", ("V", "left_square_bracket"), "Look", False

    def step(self, screen: DeskScreen) -> None:
        screen.walk_views(-1)


class Order(Command):
    """Sort by the procedure's order of work, or by what is due next."""

    name, title, keys, argument, group = "order", "Toggle the order", ("o",), "[work or due]", "Look"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        wanted = {"work": "order", "order": "order", "due": "due", "": ""}.get(argument.casefold())
        if wanted is None:
            raise UsageError("Tickets are sorted by `work` or by `due`.")
        due = wanted == "due" if wanted else screen.looking.order == "order"
        screen.look(screen.place()._replace(order="due" if due else "order"))


LARGEST_NUMBER = 2**63 - 1
"""What the store can look for."""

_DIGITS = len(str(LARGEST_NUMBER))


class Goto(Command):
    """Open a ticket by its number, wherever it is."""

    asks = True
    name, title, argument, group = "goto", "Go to a ticket", "number", "Look"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        number = argument.strip().lstrip("#") or await screen.asking.line("Go to ticket number")
        if number:
            if not number.isdecimal():
                raise UsageError(f"{number!r} is no ticket number: write it as `:goto 1042`.")
            if len(number) > _DIGITS or int(number) > LARGEST_NUMBER:
                raise UsageError(f"There is no ticket {number[:40]}{'…' if len(number) > 40 else ''}.")
            screen.go_to(int(number))


class Mark(Step):
    """Mark the ticket, or take its mark away: what follows is for all marked ones."""

    name, title, keys, group, rows, spoken = "mark", "mark", ("space",), "Look", "one", False

    def step(self, screen: DeskScreen) -> None:
        screen.queue.mark()
        screen.titles()


class MarkAll(Command):
    """Mark everything in this list, or take all marks away."""

    name, title, keys, group = "mark-all", "Mark all", ("asterisk",), "Look"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        if screen.queue.marks:
            screen.mark([])
        elif screen.queue.count > MOST_MARKED:
            raise UsageError(f"{screen.queue.count:,} tickets are too many to mark: filter the list first with /.")
        else:
            screen.mark_all(MOST_MARKED)


class Why(Command):
    """Explain a clock: policy, target, calendar, and the sum that leads to its due time."""

    asks = True
    name, title, keys, footer, rows, group = "why", "why", ("w",), 7, "one", "Look"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await screen.asking.why()


class Place(Command):
    """Explain why the ticket stands where it does in the order of work."""

    asks = True
    name, title, rows, group = "place", "Why it stands there", "one", "Look"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        from deskterm.tui.pages.position_page import show_place

        await show_place(screen, screen.lines(many=False)[0].number)


class Copy(Command):
    """Copy the numbers of the tickets."""

    name, title, keys, rows, group = "copy", "Copy the number", ("y",), "many", "Look"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        numbers = ", ".join(str(line.number) for line in screen.lines(many=True))
        screen.app.copy_to_clipboard(numbers)
        screen.say(f"Copied {numbers}")


class Refresh(Command):
    """Read everything again."""

    name, title, keys, group = "refresh", "Refresh", ("f5",), "Program"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        screen.refresh_all()


class Theme(Command):
    """Dark or light."""

    name, title, argument, group = "theme", "Dark or light", "[dark or light]", "Program"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        if argument and argument not in ("dark", "light"):
            raise UsageError("The theme is `dark` or `light`.")
        dark = argument == "dark" if argument else not screen.app.current_theme.dark
        screen.app.theme = "deskterm-dark" if dark else "deskterm-light"


class Palette(Command):
    """Find a command by words."""

    asks = True
    name, title, keys, group, spoken = "palette", "Palette", ("ctrl+p",), "Program", False

    async def run(self, screen: DeskScreen, argument: str) -> None:
        screen.app.action_command_palette()


class Help(Command):
    """All keys and commands."""

    asks = True
    name, title, keys, footer, group = "help", "help", ("question_mark", "f1"), 16, "Program"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await screen.asking.help()


class Quit(Command):
    """Leave; asks only when a draft was not sent."""

    name, title, keys, group = "quit", "Quit", ("q",), "Program"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        await screen.asking.leave()


LOOKING = (
    Filter(), Speak(), View(), NextView(), PreviousView(), Order(), Goto(), Mark(), MarkAll(), Why(), Place(), Copy(),
    Refresh(), Theme(), Palette(), Help(), Quit(),
)  # fmt: skip
