"""What there is to see in the console, and the keys that lead there from the queue of the demo desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.command import CommandList
from textual.notifications import SeverityLevel
from textual.widgets import Input, TextArea

from deskterm.tui.commands.table import TABLE
from tui.support.pictures.walk import Walker

Visit = Callable[[Walker], Awaitable[None]]


def in_dialog(kind: str, *keys: str) -> Visit:
    """Return a visit to a dialog or a page. kind: the name of its class; keys: those that open it."""

    async def visit(walker: Walker) -> None:
        await walker.open(kind, *keys)

    return visit


def in_page(command: str, kind: str = "Page") -> Visit:
    """Return a visit to what a command opens. kind: the name of its class."""

    async def visit(walker: Walker) -> None:
        await walker.run(kind, command)

    return visit


def in_pane(pane: str, *keys: str) -> Visit:
    """Return a visit to a pane."""

    async def visit(walker: Walker) -> None:
        await walker.open_pane(pane, *keys)

    return visit


def in_tab(tab: str) -> Visit:
    """Return a visit to a tab of the first ticket."""

    async def visit(walker: Walker) -> None:
        await walker.open_tab(tab)

    return visit


def in_line(keys: str, words: str) -> Visit:
    """Return a visit to the line at the foot, with some words in it."""

    async def visit(walker: Walker) -> None:
        await walker.open_line(keys)
        await walker.press(*words)

    return visit


def in_composer(key: str, words: str) -> Visit:
    """Return a visit to the composer, with some words in it."""

    async def visit(walker: Walker) -> None:
        await walker.open_composer(key)
        walker.app.screen.query_one(TextArea).insert(words)

    return visit


def filtered(words: str, rows: int) -> Visit:
    """Return a visit to the queue while a filter is typed. rows: those that are left."""

    async def visit(walker: Walker) -> None:
        await walker.open_line("slash")
        await walker.press(*words)
        queue = walker.workspace.panes.queue
        await walker.wait(lambda: walker.workspace.queue_query.match == words and queue.count == rows, words)

    return visit


async def at_second_row(walker: Walker) -> None:
    await walker.press("j")
    queue = walker.workspace.panes.queue
    await walker.wait(lambda: queue.cursor == 1 and queue.current is not None, "the second row")
    number = queue.current.number if queue.current is not None else 0
    await walker.wait(lambda: walker.workspace.open_ticket and walker.workspace.open_ticket.number == number, "ticket")


async def marked(walker: Walker) -> None:
    queue = walker.workspace.panes.queue
    await walker.press("space", "space", "k")
    await walker.wait(lambda: len(queue.marks) == 2 and queue.cursor == 1, "marks")


async def first_key(walker: Walker) -> None:
    await walker.press("g")
    await walker.wait(lambda: walker.workspace.first_key, "another key is waited for")


async def zoomed(walker: Walker) -> None:
    await walker.open_pane("conversation", "enter")
    await walker.press("z")
    await walker.wait(lambda: walker.workspace.layout._zoomed, "zoom")


async def over_the_desk(walker: Walker) -> None:
    walker.app.shows_below = True
    await walker.open("Choose", "s")


async def severity(walker: Walker) -> None:
    await walker.open("Choose", "S")
    await walker.wait_for_preview()  # the dialog stays as high as the highest so far
    await walker.press("j")
    await walker.wait(lambda: walker.choices.index == 1, "the second choice")
    await walker.wait_for_preview()


async def client(walker: Walker) -> None:
    await walker.open("Choose", "C")
    await walker.wait_for_preview()  # the dialog stays as high as the highest so far
    await walker.press(*"or")
    await walker.wait(lambda: len(walker.choices) == 2, "two choices")
    await walker.wait_for_preview()


async def template(walker: Walker) -> None:
    await walker.open("FindText", "i")
    await walker.wait_for_preview()  # the dialog stays as high as the highest so far
    await walker.press("down")
    await walker.wait(lambda: walker.choices.index == 1, "the second choice")
    await walker.wait_for_preview()


async def leaving(walker: Walker) -> None:
    walker.workspace.runner.start("view.ask_to_quit", walker.workspace.find_target(), "")
    await walker.wait_for("Confirm")


async def new_ticket(walker: Walker) -> None:
    await walker.open("Choose", "c")
    await walker.open("Choose", "enter")
    await walker.open("Register", "enter")
    walker.app.screen.query_one("#subject", Input).value = "Scales"
    await walker.press("tab", *"Sa")
    known = walker.app.screen.query_one("#known")
    await walker.wait(lambda: known.display, "people who are known")


async def resolution(walker: Walker) -> None:
    await walker.run("Choose", "resolve")
    await walker.open_composer("enter")
    walker.app.screen.query_one(TextArea).insert("It is back.")


async def guarded(walker: Walker) -> None:
    await walker.open_composer("r")
    words = "Dear Graham,\nsee the attachment. All of it works by 2026-12-24."
    walker.app.screen.query_one(TextArea).insert(words)
    await walker.open("Guard", "ctrl+s")
    await walker.press("2")


async def wall(walker: Walker) -> None:
    await walker.open("WallScreen", "W")
    workspace = walker.workspace
    await walker.wait(lambda: bool(workspace.wall and workspace.wall.kept), "all figures")
    walker.app.screen._tick()  # type: ignore[attr-defined]  # it looks once a second


async def report(walker: Walker) -> None:
    await walker.run("ReportScreen", "report", "month month")
    await walker.rest()


async def report_list(walker: Walker) -> None:
    await report(walker)
    await walker.open("FigureList", "enter")


async def palette(walker: Walker) -> None:
    await walker.open("CommandPalette", "ctrl+p")
    commands = walker.app.screen.query_one(CommandList)
    offered = sum(command.in_palette for command in TABLE)
    await walker.wait(lambda: commands.option_count == offered, "the palette lists every command")


async def tour(walker: Walker) -> None:
    walker.workspace.run_command("tour")
    await walker.wait(lambda: walker.desk.query("#tour"), "the tour")


async def notices(walker: Walker) -> None:
    texts: dict[SeverityLevel, str] = {
        "information": "1124 is Awaiting Client Info",
        "warning": "2 tickets are due within the hour.",
        "error": "1124 cannot go to Closed: move it to Under Investigation first.",
    }
    for severity, text in texts.items():
        walker.app.notify(text, severity=severity, timeout=600, markup=False)
    await walker.wait(lambda: len(walker.desk.query("Toast")) == len(texts), "the notices")


SCENES: dict[str, Visit] = {
    "queue": at_second_row,
    "queue-marked": marked,
    "queue-filter": filtered("norv", 5),
    "queue-filter-nothing": filtered("qq", 0),
    "queue-first-key": first_key,
    "queue-tour": tour,
    "queue-notices": notices,
    "pane-views": in_pane("views", "g", "l"),
    "pane-clocks": in_pane("clocks", "g", "s"),
    "pane-soon": in_pane("soon", "g", "n"),
    "ticket": in_pane("conversation", "enter"),
    "ticket-zoomed": zoomed,
    "ticket-history": in_tab("history"),
    "ticket-client": in_tab("client"),
    "ticket-files": in_tab("files"),
    "ticket-links": in_tab("links"),
    "ticket-work": in_tab("work"),
    "line-command": in_line("colon", "sta"),
    "line-question": in_line("t", "vip"),
    "composer-reply": in_composer("r", "It is back."),
    "composer-note": in_composer("n", "Seen on two tenants, @ma"),
    "composer-resolve": resolution,
    "composer-guard": guarded,
    "choose": in_dialog("Choose", "s"),
    "choose-over-the-desk": over_the_desk,
    "choose-preview": severity,
    "choose-search": client,
    "choose-text": template,
    "confirm": leaving,
    "columns": in_dialog("ColumnsDialog", "g", "c"),
    "new-ticket": new_ticket,
    "page-clock": in_dialog("Page", "w"),
    "page-guide": in_page("guide"),
    "page-handover": in_dialog("Page", "g", "h"),
    "page-help": in_dialog("Page", "question_mark"),
    "page-position": in_page("place"),
    "palette": palette,
    "report": report,
    "report-list": report_list,
    "wall": wall,
}
"""Each screen by the name of its picture. A page of `deskterm.tui.pages` is called after its module."""
