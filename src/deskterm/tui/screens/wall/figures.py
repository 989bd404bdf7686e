"""Texts of the wall besides its tiles and lists: the forecast, service levels, the day, and the next hand-over."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from deskterm.present.models import GLYPHS
from deskterm.present.wall import KeptLine, Outlook, TeamHour, WallView, format_gain, spark
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT, bar_style, urgency_style
from deskterm.tui.panes.columns import fit

_EIGHTHS = " ▏▎▍▌▋▊▉"
_NEARLY_USED = 4
"""Divisor: an error budget counts as nearly used up when a quarter of it or less is left."""


def format_outlook(outlook: Outlook) -> Content:
    """Format the forecast, with the moves that it proposes."""
    if not outlook.sentence:
        return Content("")
    sign = f"{GLYPHS[outlook.urgency]} " if outlook.urgency in ("soon", "breached") else ""
    style = urgency_style(outlook.urgency) if sign else FAINT
    moves = ", ".join(f"{number} → {login}" for number, login in outlook.moves)
    return Content.assemble((f"{sign}{outlook.sentence}", style), (f" {moves}" if moves else "", BOLD))


def format_kept_in_line(kept: tuple[KeptLine, ...]) -> Content:
    """Format the service levels in one line, for small terminals, with the error budgets that are used up or nearly
    so."""
    if not kept:
        return Content.styled("30 days: no target was decided yet", FAINT)
    parts: list[str | tuple[str, str]] = [("Met in 30 days  ", FAINT)]
    for place, line in enumerate(kept):
        parts += [" · " if place else "", f"{line.label} ", (line.share, BOLD)]
        if line.allowed is not None and line.left is not None and line.left * _NEARLY_USED <= line.allowed:
            parts.append((f" ({line.left} left)" if line.left >= 0 else f" ({-line.left} over)", _budget_style(line)))
    return Content.assemble(*parts)


def format_kept(kept: tuple[KeptLine, ...], width: int) -> Content:
    """Format the service levels as a table with bars and numbers (R-47)."""
    if not kept:
        return Content.styled("No target was decided in the last 30 days.", FAINT)
    name = min(max(cell_len(line.label) for line in kept), max(width // 3, 8))
    counts = max(len(f"{line.late:,} late") for line in kept)
    bar = max(width - name - counts - 12, 4)
    lines = []
    for line in kept:
        row = Content.assemble(
            fit(line.label, name),
            f" {line.share:>7} ",
            (_draw_bar(line.per_mille, bar), bar_style("fine")),
            (f"▏{f'{line.late:,} late':>{counts}}", FAINT),
        )
        lines.append(row)
        if line.budget:
            lines.append(Content.assemble(" " * (name + 1), (line.budget, _budget_style(line))))
    return Content("\n").join(lines)


def format_day(wall: WallView) -> Content:
    """Format arrivals and closures by hour of the day, on the same scale."""
    most = max((*wall.arrived, *wall.closed), default=0)
    arrived, closed = (spark((*counts, most))[:-1] for counts in (wall.arrived, wall.closed))
    balance = sum(wall.arrived) - sum(wall.closed)
    return Content.assemble(
        ("        0     6     12    18\n", FAINT),
        "arrived ",
        (arrived, ACCENT),
        f" {sum(wall.arrived):,}\n",
        "closed  ",
        (closed, ACCENT),
        f" {sum(wall.closed):,}\n",
        (f"open    {format_gain(balance)} since midnight", FAINT),
    )


def format_shift(wall: WallView) -> Content:
    """Format who hands over and who is away, in a line."""
    parts: list[str | tuple[str, str]] = [(wall.handover, BOLD)]
    if wall.away:
        parts.append((f"{' · ' if parts else ''}away: {wall.away}", FAINT))
    return Content.assemble(*parts)


def format_hours(hours: tuple[TeamHour, ...]) -> Content:
    """Format the next hour by team."""
    if not hours:
        return Content.styled("Nothing is due within the hour.", FAINT)
    width = max(cell_len(hour.team) for hour in hours)
    lines = [
        Content.assemble(fit(hour.team, width), " ", (hour.bars, ACCENT), (f" {hour.due}", FAINT)) for hour in hours
    ]
    return Content("\n").join(lines)


def _budget_style(line: KeptLine) -> str:
    if line.left is not None and line.left < 0:
        return urgency_style("breached")
    return urgency_style("soon") if line.left == 0 else FAINT


def _draw_bar(per_mille: int, width: int) -> str:
    """Return a bar of so many cells, filled to this share, to an eighth of a cell."""
    eighths = per_mille * width * 8 // 1000
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)
