"""What the desk screen's headings and its line of keys say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from deskterm.present import formats
from deskterm.present.labels import Vocabulary
from deskterm.tui.commands import display, in_footer
from deskterm.tui.panes.keyline import Key

if TYPE_CHECKING:
    from textual.widget import Widget

    from deskterm.tui.screens.desk import DeskScreen

_COMPOSING = (
    Key("ctrl+s", "send", "send"),
    Key("ctrl+t", "then status", "then"),
    Key("ctrl+e", "editor", "edit"),
    Key("tab", "panes", "next-pane"),
    Key("esc", "keep draft", "keep"),
)


def say(screen: DeskScreen) -> None:
    """All headings, and the keys that matter now."""
    banner(screen)
    _title(screen.side, "1", "Views")
    _title(screen.queue, "2", _queue(screen))
    card = screen.card
    _title(screen.ticket, "3", f"{card.number} · {card.line.subject}" if card else "Ticket")
    _title(screen.clocks, "4", f"SLA · {card.number}" if card else "SLA")
    _title(screen.soon, "5", "Next to breach")
    screen.keys.show(keys(screen))


def banner(screen: DeskScreen) -> None:
    """The first line."""
    me = screen.me
    who = screen.bringing_up or (f"{me.login} · {me.role}" if screen.desk.name else "")
    screen.banner.say(screen.desk.name, _view(screen), who, formats.wall_clock(screen.now(), screen.zone))


def keys(screen: DeskScreen) -> list[Key]:
    """The keys of the last line."""
    if screen.composer is not None and screen.pane == "conversation":
        return list(_COMPOSING)
    return [
        Key(display(command.keys[0]), command.title, command.name, command.refusal(screen) is None)
        for command in in_footer()
    ]


def widths(vocabulary: Vocabulary) -> tuple[int, int]:
    """The longest severity (or priority) and status, in cells."""
    steps = [*vocabulary.severities.values(), *vocabulary.priorities.values()]
    step = max((cell_len(choice.short or choice.label) for choice in steps), default=4)
    return step, max((cell_len(choice.label) for choice in vocabulary.statuses.values()), default=14)


def nothing(screen: DeskScreen) -> str:
    """What an empty list says."""
    if screen.looking.match:
        return f"Nothing here has “{screen.looking.match}”: esc takes the filter away."
    return {
        "mine": "Nothing is assigned to you.",
        "team": "Your team has nothing open." if screen.me.team else "You are in no team: v goes to the next view.",
        "unassigned": "Everything open has somebody.",
        "due": "Nothing is due within the hour.",
        "breached": "No target is missed.",
        "waiting": "Nobody is waited for.",
        "open": "Nothing is open: c opens a ticket.",
        "closed": "Nothing is closed yet.",
    }.get(screen.looking.view, "")


def _queue(screen: DeskScreen) -> str:
    looking, queue = screen.looking, screen.queue
    order = "newest first" if looking.view == "closed" else "by due" if looking.order == "due" else "by order of work"
    what = {"closed": "closed"}.get(looking.view, "open")
    parts = ["Queue", order, f"{queue.count:,} {what}"]
    if looking.match:
        parts.append(f"/{looking.match}")
    if queue.marks:
        parts.append(f"{len(queue.marks)} marked")
    return " · ".join(parts)


def _view(screen: DeskScreen) -> str:
    return next((view.label for view in screen.views if view.key == screen.looking.view), "")


def _title(pane: Widget, digit: str, words_: str) -> None:
    title = Content.assemble((digit, "$text-accent"), f" {words_}")
    if getattr(pane, "titled", None) != title.plain:
        pane.titled = title.plain  # type: ignore[attr-defined]
        pane.border_title = title
