"""The wall for leads: figures that can be read from three metres, agents by their load, what breaches next (C-14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from deskterm.present.models import QueueLine
from deskterm.present.sanitize import Safe
from deskterm.present.wall import WallView
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.dialogs.page import Page
from deskterm.tui.panes.colours import BOLD, FAINT
from deskterm.tui.panes.next_breach import NextBreach
from deskterm.tui.panes.short_list import ShortList
from deskterm.tui.screens.wall import figures
from deskterm.tui.screens.wall.alerts import WallAlerts, format_title
from deskterm.tui.screens.wall.lists import EscalationList, LoadList
from deskterm.tui.screens.wall.tiles import LARGE_HEIGHT, LARGE_WIDTH, Tile
from deskterm.tui.terminal.title import TerminalTitle

_TILES = 6
_STALE = 5
"""Seconds after which the wall reads its figures again, because tickets become late without any write."""
_MEDIUM_WIDTH, _MEDIUM_HEIGHT = 120, 36
"""Fewest columns and rows for panels; smaller terminals have lines instead."""

_KEYS = (
    ("1 … 6", "the tickets that a figure counts, and no others"),
    ("f", "the tickets that are likely to breach, as the forecast names them"),
    ("m", "reassign those that colleagues have room for, after a question"),
    ("tab", "the next list: load, what breaches next, escalations"),
    ("j k", "down and up in the list"),
    ("enter", "the ticket, or the tickets of that agent"),
    ("a", "give the ticket that breaches next, or one of that agent's, to somebody"),
    ("H", "the hand-over sheet"),
    ("esc q", "back to the queue"),
)


class WallAnswer(NamedTuple):
    """A choice of the agent on the wall. view, match: show a view of the queue with a filter; line: show a ticket;
    assign: reassign that ticket, or one of `login`'s; number: show a ticket by its number; login: show the tickets of
    an agent, empty for unassigned ones, None for no agent; moves: tickets to assign to colleagues, with their logins;
    handover: show the hand-over sheet."""

    view: str = ""
    match: str = ""
    line: QueueLine | None = None
    assign: bool = False
    number: int | None = None
    login: str | None = None
    moves: tuple[tuple[int, Safe], ...] = ()
    handover: bool = False


class WallScreen(Dialog[WallAnswer | None]):
    """The wall on the whole screen; dismissed with what the agent chose. latest: returns the wall as it was read last;
    refresh_wall: requests another read; now: returns epoch seconds; alerts: its alerts, None for no alerts."""

    CSS_PATH = "../../styles/wall.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,W", "dismiss(None)", "Back"),
        Binding("j,down", "move(1)", "Down"),
        Binding("k,up", "move(-1)", "Up"),
        Binding("tab", "app.focus_next", "Next list"),
        Binding("shift+tab", "app.focus_previous", "List before"),
        Binding("enter", "open", "Open"),
        Binding("a", "assign", "Assign"),
        Binding("f", "forecast", "Forecast"),
        Binding("m", "reassign", "Reassign"),
        Binding("H", "handover", "Hand-over sheet"),
        Binding("question_mark,f1", "keys", "Keys"),
        *(Binding(str(place), f"tile({place})", "Tickets") for place in range(1, _TILES + 1)),
    ]

    def __init__(
        self,
        latest: Callable[[], WallView | None],
        refresh_wall: Callable[[], object],
        now: Callable[[], int],
        alerts: WallAlerts | None = None,
    ) -> None:
        super().__init__()
        self._latest, self._refresh_wall, self._now, self._alerts = latest, refresh_wall, now, alerts
        self._shown: WallView | None = None
        self._title: TerminalTitle | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="wall-title", markup=False)
        with Grid(id="tiles"):
            for place in range(1, _TILES + 1):
                yield Tile(place)
        with Vertical(id="wall-notes"):
            yield Static(id="outlook", markup=False)
            yield Static(id="kept-line", markup=False)
            yield Static(id="shift-line", markup=False)
        with Horizontal(id="wall-lists"):
            with Vertical(id="wall-left"):
                yield _titled(LoadList(id="load"), "Load")
                yield _titled(Static(id="hour", markup=False), "Next 60 minutes")
            with Vertical(id="wall-middle"):
                yield _titled(NextBreach(self._now(), id="wall-next"), "Next to breach")
            with Vertical(id="wall-right"):
                yield _titled(EscalationList(id="escalations"), "Escalations")
                yield _titled(Static(id="kept", markup=False), "Met in 30 days")
                yield _titled(Static(id="day", markup=False), "Today")
        yield Static(
            "1-6 tickets · f forecast · m reassign · a assign · H hand-over · ? keys · esc",
            classes="hint",
            markup=False,
        )

    def on_mount(self) -> None:
        if self._alerts is not None:
            self._title = TerminalTitle(self.app)
        self.query_one(NextBreach).focus()
        self._tick()
        self.set_interval(1, self._tick)

    def on_unmount(self) -> None:
        if self._title is not None:
            self._title.restore()

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < _MEDIUM_WIDTH or height < _MEDIUM_HEIGHT, "-small")
        self.set_class(width >= LARGE_WIDTH and height >= _MEDIUM_HEIGHT, "-wide")
        self.set_class(width >= LARGE_WIDTH and height >= LARGE_HEIGHT, "-large")
        if self._shown is not None:
            self.call_after_refresh(self._show_panels, self._shown)

    def _tick(self) -> None:
        """Show newly read figures, and update the countdowns."""
        wall, now = self._latest(), self._now()
        self.query_one(NextBreach).tick(now)
        if wall is None:
            return
        if wall != self._shown:
            self._show(wall)
            self._alert(wall, now)
        if now - wall.read_at >= _STALE:
            self._refresh_wall()

    def _alert(self, wall: WallView, now: int) -> None:
        """Alert the agent, if wanted: by a notice, the bell, and the terminal's title."""
        if self._alerts is None or self._title is None:
            return
        self._title.show(format_title(wall))
        if sentence := self._alerts.look(wall, now):
            self.app.bell()
            self.app.notify(sentence, severity="warning", timeout=12, markup=False)

    def _show(self, wall: WallView) -> None:
        self._shown = wall
        for tile, figure in zip(self.query(Tile), wall.tiles, strict=True):
            tile.show(figure)
        self.query_one(LoadList).show(wall.loads)
        self.query_one("#load").border_subtitle = "open   due  late"
        self.query_one(NextBreach).show(wall.rows, self._now())
        self.query_one(EscalationList).show(wall.escalations, self._now())
        day = f"   {wall.open:,} open · today {sum(wall.arrived):,} arrived, {sum(wall.closed):,} closed"
        self._write("#wall-title", Content.assemble(("Wall", BOLD), day))
        self._write("#outlook", figures.format_outlook(wall.outlook))
        self._write("#kept-line", figures.format_kept_in_line(wall.kept))
        self._write("#shift-line", figures.format_shift(wall))
        self._write("#hour", figures.format_hours(wall.hours))
        self._show_panels(wall)

    def _show_panels(self, wall: WallView) -> None:
        """Fill the panels, formatted to their widths."""
        kept = self.query_one("#kept", Static)
        kept.update(figures.format_kept(wall.kept, max(kept.size.width, 20)))
        self._write("#day", figures.format_day(wall))

    def _write(self, place: str, content: Content) -> None:
        self.query_one(place, Static).update(content)

    @property
    def _list(self) -> ShortList:
        return self.focused if isinstance(self.focused, ShortList) else self.query_one(NextBreach)

    def action_move(self, by: int) -> None:
        self._list.move(by)

    def action_tile(self, place: int) -> None:
        if self._shown is not None and self._shown.tiles[place - 1].view:
            tile = self._shown.tiles[place - 1]
            self.dismiss(WallAnswer(view=tile.view, match=tile.match))

    def action_open(self) -> None:
        chosen = self._list
        if isinstance(chosen, NextBreach) and chosen.line is not None:
            self.dismiss(WallAnswer(line=chosen.line))
        elif isinstance(chosen, LoadList) and chosen.line is not None:
            self.dismiss(WallAnswer(login=chosen.line.login))
        elif isinstance(chosen, EscalationList) and chosen.line is not None:
            self.dismiss(WallAnswer(number=chosen.line.number))

    def action_assign(self) -> None:
        chosen = self._list
        if isinstance(chosen, NextBreach) and chosen.line is not None:
            self.dismiss(WallAnswer(line=chosen.line, assign=True))
        elif isinstance(chosen, LoadList) and chosen.line is not None and chosen.line.open:
            self.dismiss(WallAnswer(login=chosen.line.login, assign=True))

    def action_forecast(self) -> None:
        if self._shown is not None and self._shown.outlook.numbers:
            numbers = ",".join(map(str, self._shown.outlook.numbers))
            self.dismiss(WallAnswer(view="open", match=f"number:{numbers}"))
        else:
            self._say("Nothing is likely to breach in the next hours.")

    def action_reassign(self) -> None:
        if self._shown is not None and self._shown.outlook.moves:
            self.dismiss(WallAnswer(moves=self._shown.outlook.moves))
        else:
            self._say("Nobody has room for a ticket that is likely to breach.")

    def action_handover(self) -> None:
        self.dismiss(WallAnswer(handover=True))

    def action_keys(self) -> None:
        parts: list[tuple[str, str] | str] = []
        for key, meaning in _KEYS:
            parts += [(f"  {key:<8}", BOLD), f"{meaning}\n"]
        parts.append(
            ("\n  Figures follow what is written, within a second; those of 30 days every five minutes.", FAINT)
        )
        self.app.push_screen(Page("Keys of the wall", Content.assemble(*parts)))

    def _say(self, sentence: str) -> None:
        self.app.notify(sentence, timeout=4, markup=False)

    @on(ShortList.Picked)
    def _row_picked(self, event: ShortList.Picked) -> None:
        event.stop()
        if event.opened:
            self.action_open()


def _titled(widget: ShortList | Static, title: str) -> ShortList | Static:
    widget.border_title = title
    return widget
