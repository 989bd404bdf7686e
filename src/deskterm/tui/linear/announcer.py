"""Announcements of changes in the console, one line each. The rest of the console does not know of them. After each
change the announcer compares what a sighted agent would look at (the list, the row under the cursor, the open ticket,
the dialog) with what it announced before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static, TextArea

from deskterm.present import formats
from deskterm.tui.dialogs.choose import ChoiceList
from deskterm.tui.linear.phrases import describe_row, describe_thread, describe_ticket, strip_drawing
from deskterm.tui.panes.queue import Queue
from deskterm.tui.panes.short_list import ShortList
from deskterm.tui.screens.desk import DeskScreen
from deskterm.tui.screens.report.lines import ReportLines

if TYPE_CHECKING:
    from deskterm.tui.dialogs.compose import Composer
    from deskterm.tui.screens.workspace import DeskWorkspace

_WIDE = 400
"""Cells that are wide enough for every row of a list."""

_LASTING = ("list", "ticket", "entries")
"""Places that are not announced again after a dialog closed over them."""

_PANES = {"views": "Views", "soon": "Next to breach", "clocks": "SLA clocks"}


class Fact(NamedTuple):
    """Something to announce. place: what it is about; mark: a value that changes when it must be announced again;
    words: returns its lines, called only then."""

    place: str
    mark: object
    words: Iterable[str]


class Announcer:
    """Announces the changes of one console. say: writes a line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._said: dict[str, object] = {}
        self._screen: Screen[Any] | None = None

    def look(self, screen: Screen[Any]) -> None:
        """Announce the changes since the last call. screen: the one on top."""
        if screen is not self._screen:
            # After a dialog, announce the row of the cursor, and not the whole ticket again
            self._said = {place: mark for place, mark in self._said.items() if place in _LASTING}
            self._screen = screen
        facts = self._list_desk(screen) if isinstance(screen, DeskScreen) else self._list_dialog(screen)
        there = set()
        for fact in facts:
            there.add(fact.place)
            if self._said.get(fact.place) != fact.mark:
                self._said[fact.place] = fact.mark
                for line in fact.words:
                    if words := strip_drawing(line):
                        self._say(words)
        is_covered = not isinstance(screen, DeskScreen) or screen.workspace.prompting
        lasting = _LASTING if is_covered else ("list", "entries")
        self._said = {place: mark for place, mark in self._said.items() if place in there or place in lasting}

    # -- the desk ------------------------------------------------------------------------------------------------

    def _list_desk(self, screen: DeskScreen) -> Iterator[Fact]:
        workspace = screen.workspace
        if not workspace.desk_name or not workspace.queue_query.view:
            return
        for tour in screen.query("TourLine"):
            yield Fact("tour", str(tour.render()), [str(tour.render())])
        if workspace.prompting:
            yield from self._list_prompt(screen)
            return
        query = workspace.queue_query
        yield Fact("list", (query.view, query.match, query.order), _describe_list(workspace))
        focused, composer = screen.focused, workspace.composer
        if isinstance(focused, Queue):
            yield from self._list_row(workspace, focused)
        elif isinstance(focused, ShortList):
            yield Fact("pane", focused.id, [_PANES.get(focused.id or "", "")])
            yield _list_choice(focused)
        elif workspace.pane == "conversation":
            yield from self._list_ticket(workspace, screen)
        if composer is not None:
            yield Fact("composer", id(composer), _describe_composer(composer))
            held = composer.query_one("#held", Static)
            if held.display:
                yield Fact("held", str(held.render()), [str(held.render())])

    def _list_row(self, workspace: DeskWorkspace, queue: Queue) -> Iterator[Fact]:
        yield Fact("pane", "queue", ())
        line = queue.current
        if line is None:
            text = queue.empty_text if not queue.count else ""
            yield Fact("row", text, [text])
            return
        others = workspace.presence.name_others(line.number)
        more = [word for word, is_so in (("marked", line.number in queue.marks),) if is_so]
        mark = (line.number, line.status, line.importance, line.assignee, line.subject, *more, others)
        place = f"row {queue.cursor + 1} of {queue.count:,}"
        row = describe_row(line, workspace.epoch())
        yield Fact("row", mark, [", ".join(part for part in (*more, row, others, place) if part)])

    def _list_ticket(self, workspace: DeskWorkspace, screen: DeskScreen) -> Iterator[Fact]:
        ticket = workspace.open_ticket
        if ticket is None or ticket.number != workspace.browser.shown_number:
            return
        now, zone = workspace.epoch(), workspace.zone
        last = max((entry.seq for entry in ticket.timeline), default=0)
        before = self._said.get("entries")
        is_new = self._said.get("ticket") != (ticket.number, ticket.tab)
        yield Fact("ticket", (ticket.number, ticket.tab), describe_ticket(ticket, now, zone))
        after = before[1] if not is_new and isinstance(before, tuple) else last
        yield Fact("entries", (ticket.number, last), describe_thread(ticket, now, zone, after))
        others = workspace.presence.name_others(ticket.number)
        yield Fact("others", others, [others])
        chosen = screen.panes.ticket.conversation.chosen_text
        yield Fact("spot", chosen, [chosen])

    def _list_prompt(self, screen: DeskScreen) -> Iterator[Fact]:
        for prompt in screen.query("Prompt"):
            label = next((str(one.render()) for one in prompt.query(Static) if one.id != "problem"), "")
            name = {":": "Command", "/": "Filter"}.get(label.strip(), label)
            yield Fact("prompt", id(prompt), [f"{name}:" if not name.endswith((":", "?", " ")) else name])
            for problem in prompt.query("#problem"):
                text = str(problem.render()) if problem.display else ""
                yield Fact("problem", text, [text])

    # -- dialogs -------------------------------------------------------------------------------------------------

    def _list_dialog(self, screen: Screen[Any]) -> Iterator[Fact]:
        yield Fact("dialog", id(screen), _describe_dialog(screen))
        focused = screen.focused
        if isinstance(focused, (Input, TextArea)):
            field = focused
            yield Fact("field", field.id, [_name_field(field)])
        for one in screen.query(ShortList):
            if isinstance(one, ReportLines):
                yield from _list_report(one)
            elif one.is_attached and one.display:
                yield _list_choice(one)
        for options in screen.query(OptionList):
            yield from _list_option(options)


def _list_report(shown: ReportLines) -> Iterator[Fact]:
    """Return the page of a report, and the figure under the cursor."""
    yield Fact("waiting", shown.waiting, [shown.waiting])
    if not shown.lines:
        return
    yield Fact("report", id(shown.lines), shown.plain())
    yield Fact("figure", (shown.index, shown.spot), [shown.describe()])


def _list_choice(shown: ShortList) -> Fact:
    """Return the chosen row of a list. Its countdown is not announced again."""
    return Fact(f"choice {shown.id}", (shown.index, len(shown)), [_describe_choice(shown)])


def _describe_choice(shown: ShortList) -> str:
    if not len(shown):
        return shown.empty_text()
    index = max(0, min(shown.index, len(shown) - 1))
    place = f"{index + 1} of {len(shown)}"
    if isinstance(shown, ChoiceList):
        choice = shown.choices[index]
        return ", ".join(part for part in (choice.label, choice.definition, place) if part)
    text = " ".join(str(line) for line in shown.render_row(index, _WIDE, chosen=False))
    return f"{' '.join(strip_drawing(text).split())}, {place}"


def _list_option(options: OptionList) -> Iterator[Fact]:
    index = options.highlighted
    if index is not None and options.display and index < options.option_count:
        text = str(options.get_option_at_index(index).prompt)
        words = f"{text}, {index + 1} of {options.option_count}"
        yield Fact("option", (index, text), [words])


def _describe_list(workspace: DeskWorkspace) -> Iterator[str]:
    query = workspace.queue_query
    label = next((view.label for view in workspace.views if view.key == query.view), query.view)
    fitting = f", filter {query.match}" if query.match else ""
    yield f"{label}{fitting}, {formats.format_count(workspace.row_count, 'ticket')}"


def _describe_composer(composer: Composer) -> Iterator[str]:
    yield str(composer.border_title)
    if composer.text.strip():
        yield composer.text
    yield "Type the text. ctrl+s sends it, escape keeps it as a draft."


def _describe_dialog(screen: Screen[Any]) -> Iterator[str]:
    """Yield the title and the contents of a dialog."""
    titles = [str(one.border_title) for one in screen.query("*") if one.border_title]
    yield from titles or [str(screen.title or "")]
    for one in screen.query(Static):
        # The list itself announces the meaning of its choice
        if _is_shown(one) and one.id != "meaning":
            yield str(one.render())
    if not titles and not list(screen.query(Static)):
        yield from ("".join(segment.text for segment in strip) for strip in screen._compositor.render_strips())


def _is_shown(widget: Widget) -> bool:
    return all(one.display for one in widget.ancestors_with_self if isinstance(one, Widget))


def _name_field(field: Input | TextArea) -> str:
    """Return the name of a field of a form, with its value."""
    name = str(field.border_title or "") or (field.placeholder if isinstance(field, Input) else "") or field.id or ""
    value = field.value if isinstance(field, Input) else field.text
    return f"{name}: {value}" if value else f"{name}:"
