"""The headings of the desk screen, and its line of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from deskterm.present import formats
from deskterm.present.labels import Vocabulary
from deskterm.present.models import GLYPHS, QueueLine
from deskterm.present.presence import SIGN
from deskterm.present.sanitize import sanitize
from deskterm.tui.commands.keys import footer_commands, format_key
from deskterm.tui.panes.banner import Ticker
from deskterm.tui.panes.bars.keyline import Key
from deskterm.tui.panes.columns import BASE_WIDTH, TIME_WIDTH, Widths
from deskterm.tui.panes.sorting import name_order

if TYPE_CHECKING:
    from textual.widget import Widget

    from deskterm.present.models import TicketView
    from deskterm.tui.hosts import TitledScreen
    from deskterm.tui.workers.messages import QueueQuery

COMPOSING = (
    Key("ctrl+s", "send", "send"),
    Key("ctrl+t", "send and set status", "then", short="status"),
    Key("ctrl+o", "by", "channel"),
    Key("ctrl+r", "quote", "quote"),
    Key("ctrl+e", "edit", "edit"),
    Key("ctrl+f", "file", "attach"),
    Key("ctrl+g", "template", "template", short="text"),
    Key("ctrl+l", "later", "later"),
    Key("ctrl+n", "see", "preview"),
    Key("esc", "keep", "keep"),
)


def update_titles(screen: TitledScreen) -> None:
    """Bring all headings and the line of keys up to date."""
    panes, ticket = screen.panes, screen.open_ticket
    update_banner(screen)
    _set_title(panes.views, "Views")
    _set_title(panes.queue, _queue_title(screen))
    _set_title(panes.ticket, _ticket_title(screen, ticket) if ticket else "Ticket")
    _set_title(panes.clocks, f"SLA · {ticket.number}" if ticket else "SLA")
    _set_title(panes.next_breach, "Next to breach")
    panes.keys.show(_keys(screen))


def update_banner(screen: TitledScreen, down: Sequence[str] | None = None) -> None:
    """Bring the first line up to date. down: mailboxes that do not work; None where nothing new is known of them."""
    if down is not None:
        screen.panes.banner.alarm = sanitize(f"mail down: {', '.join(down)}" if down else "")
    agent, view = screen.agent, screen.queue_query.view
    # When panes are side by side, the line of views shows this one in brackets
    has_bar = screen.shows("queue") and screen.shows("clocks")
    label = "" if has_bar else next((one.label for one in screen.views if one.key == view), "")
    who = screen.progress or (f"{agent.login} · {agent.role}" if screen.desk_name else "")
    panes, now = screen.panes, screen.epoch()
    panes.view_bar.show(screen.views, view)
    panes.banner.show(screen.desk_name, label, who, formats.format_wall_clock(now, screen.zone), _ticker(screen, now))


def _ticker(screen: TitledScreen, now: int) -> Ticker:
    """Return what the first line counts down while the list of next breaches is out of sight: the ticket that is
    overdue longest, and the one that is due next."""
    if screen.shows("soon"):
        return Ticker()
    lines = [line for line in screen.panes.next_breach.lines if line.due is not None]
    lines.sort(key=lambda line: line.due or 0)
    late = next((line for line in lines if line.urgency(now) == "breached"), None)
    coming = next((line for line in lines if (line.due or 0) >= now), None)
    # Without colours a word is clearer than a glyph (C-41)
    sign = "late" if screen.app.no_color else GLYPHS["breached"]
    return Ticker(
        f"{sign} {late.number} {_count_down(late, now)}" if late is not None else "",
        f"next {coming.number} {_count_down(coming, now)}" if coming is not None else "",
        coming.urgency(now) if coming is not None else "none",
    )


def _count_down(line: QueueLine, now: int) -> str:
    remaining = line.seconds_left(now)
    return formats.format_countdown(remaining) if remaining is not None else ""


def _keys(screen: TitledScreen) -> list[Key]:
    if screen.typing_letter:
        return list(COMPOSING)
    if screen.first_key:
        second_keys = screen.list_second_keys()
        keys = [Key(format_key(f"{screen.first_key} {key}"), title, name) for key, title, name in second_keys]
        return [*keys, Key("esc", "none of them", "back")]
    target, last_act = screen.find_target(), screen.acts.last
    keys = []
    for command in footer_commands():
        pressed = screen.keys_of(command.name)
        if not pressed:
            continue
        key = Key(format_key(pressed[0]), command.title, command.name, command.refusal(screen, target) is None)
        if command.about_last_act and last_act is not None:
            key = key._replace(title=f"{command.title}: {last_act.name}", kept=True)
        keys.append(key)
    return keys


def column_widths(vocabulary: Vocabulary) -> Widths:
    """Return the widths of a procedure's labels in the queue."""
    steps = [*vocabulary.severities.values(), *vocabulary.priorities.values()]
    statuses = vocabulary.statuses.values()
    has_short = any(choice.short for choice in statuses)
    return Widths(
        max((cell_len(choice.short or choice.label) for choice in steps), default=4),
        max((cell_len(choice.label) for choice in statuses), default=14),
        max((cell_len(choice.short or choice.label) for choice in statuses), default=0) if has_short else 0,
        TIME_WIDTH + (BASE_WIDTH if vocabulary.mixes_bases else 0),
    )


def format_empty_list(query: QueueQuery, *, has_team: bool) -> str:
    """Return the sentence for an empty list. has_team: the agent is in a team."""
    if query.match:
        return f"Nothing here has “{query.match}”: <key back> removes the filter."
    if query.within:
        return f"Nothing fits this view now: {query.within}"
    return {
        "mine": "Nothing is assigned to you.",
        "team": "Your team has nothing open."
        if has_team
        else "You are in no team: <key next-view> goes to the next view.",
        "unassigned": "Nothing unassigned.",
        "due": "Nothing is due within the hour.",
        "breached": "No target is missed.",
        "waiting": "Nobody is waited for.",
        "open": "Nothing is open: <key new> opens a ticket.",
        "snoozed": "Nothing is snoozed: <key snooze> snoozes a ticket.",
        "closed": "Nothing is closed yet.",
    }.get(query.listed, "There are no tickets yet: <key new> opens one.")


def _queue_title(screen: TitledScreen) -> str:
    query = screen.queue_query
    listed = query.listed
    order = name_order(screen.panes.queue.order or query.order, listed)
    state = "closed" if listed == "closed" else "tickets" if listed in ("all", "awake") else "open"
    parts = ["Queue", order, f"{screen.row_count:,} {state}"]
    if arrived := screen.arrivals.name():
        parts.append(arrived)
    if query.match:
        parts.append(f"/{query.match}")
    if screen.drafts.count:
        parts.append(f"✎ {formats.format_count(screen.drafts.count, 'draft')}")
    if screen.acts.is_recording:
        parts.append("● recording a macro")
    if screen.marking.count:
        parts.append(f"{screen.marking.count} marked")
    return " · ".join(parts)


def _ticket_title(screen: TitledScreen, ticket: TicketView) -> str:
    """Return the heading of the open ticket. Colleagues who have it open come before the subject, which may be cut
    off."""
    others = screen.presence.name_others(ticket.number)
    return " · ".join(part for part in (str(ticket.number), others and f"{SIGN} {others}", ticket.line.subject) if part)


def _set_title(pane: Widget, text: str) -> None:
    title = Content(text)
    # setting a border title repaints the pane, also with the same words: most calls change one title of five
    if getattr(pane, "current_title", None) != title.plain:
        pane.current_title = title.plain  # type: ignore[attr-defined]
        pane.border_title = title
