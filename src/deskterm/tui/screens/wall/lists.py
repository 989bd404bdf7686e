"""The lists of the wall: agents by their load, and escalations by their age."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from deskterm.present.wall import EscalationLine, LoadLine
from deskterm.tui.panes.colours import FAINT, urgency_style
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.short_list import ShortList


class LoadList(ShortList):
    """A row for each agent: open, due within the hour, and late."""

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


class EscalationList(ShortList):
    """A row for each open escalation: its age, its ticket, and the role that has to act."""

    lines: tuple[EscalationLine, ...] = ()
    now = 0
    """Epoch seconds; set with the lines."""

    def __len__(self) -> int:
        return len(self.lines)

    def empty_text(self) -> str:
        return "Nothing is escalated."

    def show(self, lines: tuple[EscalationLine, ...], now: int) -> None:
        """Show these escalations; the chosen one stays chosen."""
        ages = [line.age(self.now) for line in self.lines]
        self.now = now
        if lines != self.lines or ages != [line.age(now) for line in lines]:
            chosen = self.line.number if self.line is not None else None
            self.lines = lines
            self.index = next((place for place, line in enumerate(lines) if line.number == chosen), 0)
            self.refresh()

    @property
    def line(self) -> EscalationLine | None:
        """The escalation in the chosen row."""
        return self.lines[self.index] if self.index < len(self.lines) else None

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        line = self.lines[index]
        sign = "▸" if chosen and self.has_focus else " "
        head = f"{sign}{line.age(self.now):>4} {line.number} "
        room = width - len(head)
        name = line.waits_for or line.level
        # When there is no room for both, the role is shown and not the subject
        whom = fit(name, min(cell_len(name), max(room - 15, room // 2)))
        rest = max(room - cell_len(whom) - 1, 0)
        return [Content.assemble(head, (whom, urgency_style("soon")), " ", (fit(line.subject, rest), FAINT))]
