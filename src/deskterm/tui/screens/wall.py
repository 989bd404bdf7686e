"""The wall for leads: figures that can be read from three metres, agents by their load, what breaches next (C-14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Digits, Static

from deskterm.present.models import GLYPHS, QueueLine
from deskterm.present.wall import LoadLine, TeamHour, WallTile, WallView
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT, urgency_style
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.next_breach import NextBreach
from deskterm.tui.panes.short_list import ShortList

_TILES = 6
_STALE = 5
"""Seconds after which the wall asks for new figures: what is late changes by the mere passing of time."""


class WallAnswer(NamedTuple):
    """The way that the agent takes from the wall. view: a view of the queue; line: a ticket; assign: to give that
    ticket to somebody; login: whose tickets to show, empty for those of nobody, None for nobody's in particular."""

    view: str = ""
    line: QueueLine | None = None
    assign: bool = False
    login: str | None = None


class Tile(Vertical):
    """One figure, as large as terminals can write."""

    def __init__(self, place: int) -> None:
        super().__init__(classes="tile")
        self._place = place
        self._shown: WallTile | None = None

    def compose(self) -> ComposeResult:
        yield Digits("–")
        yield Static(markup=False)

    def show(self, tile: WallTile) -> None:
        """Show a figure; only what has changed is painted again."""
        if tile == self._shown:
            return
        self._shown = tile
        self.set_classes(f"tile -{tile.urgency if tile.figure else 'none'}")
        self.query_one(Digits).update(f"{tile.figure}")
        self._show_label(tile)

    def on_resize(self) -> None:
        if self._shown is not None:
            self._show_label(self._shown)

    def _show_label(self, tile: WallTile) -> None:
        """Show the words with the key and the sign of the urgency, as far as there is room for them."""
        sign = f"{GLYPHS[tile.urgency]} " if tile.figure else ""
        key = (f"{self._place} ", FAINT) if tile.view else ""
        whole = Content.assemble(key, f"{sign}{tile.label}")
        words = (whole, Content(f"{sign}{tile.label}"), Content(tile.label))
        fitting = next((one for one in words if one.cell_length <= self.size.width), words[-1])
        self.query_one(Static).update(fitting)


class LoadList(ShortList):
    """One row an agent: what is open, due within the hour, and late."""

    lines: tuple[LoadLine, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def empty_text(self) -> str:
        return "Nobody works here yet: `deskterm seed agents FILE` adds people."

    def show(self, lines: tuple[LoadLine, ...]) -> None:
        """Show these agents; the chosen one stays chosen."""
        if lines != self.lines:
            chosen = self.line.login if self.line is not None else None
            self.lines = lines
            self.index = next((place for place, line in enumerate(lines) if line.login == chosen), 0)
            self.refresh()

    @property
    def line(self) -> LoadLine | None:
        """The agent in the chosen row."""
        return self.lines[self.index] if self.index < len(self.lines) else None

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        line = self.lines[index]
        sign = "▸" if chosen and self.has_focus else " "
        figures = 18
        name = f"{line.name} · {line.team}" if line.team else str(line.name)
        if line.away is not None:
            name = f"{line.name} · away"
        return [
            Content.assemble(
                sign,
                (fit(name, max(width - figures - 1, 6)), FAINT if line.away is not None else ""),
                f" {line.open:>4} ",
                (f"{line.due or '·':>5} ", urgency_style("soon") if line.due else FAINT),
                (f"{line.late or '·':>5}", urgency_style("breached") if line.late else FAINT),
            )
        ]


class WallScreen(Dialog[WallAnswer | None]):
    """The whole screen; dismissed with what the agent goes to. latest: the wall as it was read last; refresh_wall: asks
    for it to be read again; now: epoch seconds."""

    CSS_PATH = "../styles/wall.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,W", "dismiss(None)", "Back"),
        Binding("j,down", "move(1)", "Down"),
        Binding("k,up", "move(-1)", "Up"),
        Binding("tab", "app.focus_next", "Next list"),
        Binding("shift+tab", "app.focus_previous", "List before"),
        Binding("enter", "open", "Open"),
        Binding("a", "assign", "Assign"),
        *(Binding(str(place), f"tile({place})", "Tickets") for place in range(1, _TILES + 1)),
    ]

    def __init__(
        self, latest: Callable[[], WallView | None], refresh_wall: Callable[[], object], now: Callable[[], int]
    ) -> None:
        super().__init__()
        self._latest, self._refresh_wall, self._now = latest, refresh_wall, now
        self._shown: WallView | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="wall-title", markup=False)
        with Grid(id="tiles"):
            for place in range(1, _TILES + 1):
                yield Tile(place)
        with Horizontal(id="wall-lists"):
            with Vertical(id="wall-left"):
                load = LoadList(id="load")
                load.border_title = "Load"
                yield load
                hour = Static(id="hour", markup=False)
                hour.border_title = "Next 60 minutes"
                yield hour
            breaches = NextBreach(self._now(), id="wall-next")
            breaches.border_title = "Next to breach"
            yield breaches
        yield Static(
            "1-6 tickets of a figure · tab list · enter open · a assign · esc back", classes="hint", markup=False
        )

    def on_mount(self) -> None:
        self.query_one(NextBreach).focus()
        self._tick()
        self.set_interval(1, self._tick)

    def _tick(self) -> None:
        """Show what was read since, and count down."""
        wall, now = self._latest(), self._now()
        self.query_one(NextBreach).tick(now)
        if wall is None:
            return
        if wall != self._shown:
            self._show(wall)
        if now - wall.read_at >= _STALE:
            self._refresh_wall()

    def _show(self, wall: WallView) -> None:
        self._shown = wall
        for tile, figure in zip(self.query(Tile), wall.tiles, strict=True):
            tile.show(figure)
        self.query_one(LoadList).show(wall.loads)
        self.query_one("#load").border_subtitle = "open   due  late"
        self.query_one(NextBreach).show(wall.rows, self._now())
        day = f"   {wall.open:,} open · today {wall.arrived:,} arrived, {wall.closed:,} closed"
        self.query_one("#wall-title", Static).update(Content.assemble(("Wall", BOLD), day))
        self.query_one("#hour", Static).update(_format_hours(wall.hours))

    @property
    def _list(self) -> ShortList:
        return self.focused if isinstance(self.focused, ShortList) else self.query_one(NextBreach)

    def action_move(self, by: int) -> None:
        self._list.move(by)

    def action_tile(self, place: int) -> None:
        if self._shown is not None and self._shown.tiles[place - 1].view:
            self.dismiss(WallAnswer(view=self._shown.tiles[place - 1].view))

    def action_open(self) -> None:
        chosen = self._list
        if isinstance(chosen, NextBreach) and chosen.line is not None:
            self.dismiss(WallAnswer(line=chosen.line))
        elif isinstance(chosen, LoadList) and chosen.line is not None:
            self.dismiss(WallAnswer(login=chosen.line.login))

    def action_assign(self) -> None:
        line = self.query_one(NextBreach).line
        if line is not None and isinstance(self._list, NextBreach):
            self.dismiss(WallAnswer(line=line, assign=True))

    @on(ShortList.Picked)
    def _row_picked(self, event: ShortList.Picked) -> None:
        event.stop()
        if event.opened:
            self.action_open()


def _format_hours(hours: tuple[TeamHour, ...]) -> Content:
    if not hours:
        return Content.styled("Nothing is due within the hour.", FAINT)
    width = max(cell_len(hour.team) for hour in hours)
    lines = [
        Content.assemble(fit(hour.team, width), " ", (hour.bars, ACCENT), (f" {hour.due}", FAINT)) for hour in hours
    ]
    return Content("\n").join(lines)
