"""The screen of reports: a page whose figures lead to their lists (R-40, R-47).

A report is counted apart (`workers/reading_apart`); the page that is there stays until the next one is, and asking for
another one cancels the count under way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from deskterm.errors import DeskError, UsageError
from deskterm.present.models import Choice
from deskterm.present.report.facts import format_figure_count, format_instant
from deskterm.present.report.figure_lines import FigureLine
from deskterm.present.report.text import Line, TextStyle, format_lines
from deskterm.present.sanitize import sanitize
from deskterm.progress import Progress
from deskterm.reports.pages.build import name_period
from deskterm.reports.pages.definition_file import list_known_reports
from deskterm.reports.pages.definitions import Definition, list_definitions
from deskterm.reports.periods import parse_period, step_period
from deskterm.reports.row_memory import search_everything
from deskterm.store.db.reader import ReadConnection
from deskterm.tui.control.filter_help import FilterHelp
from deskterm.tui.control.path_help import PathHelp
from deskterm.tui.crash_log import log_crash
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.dialogs.prompt import Prompt
from deskterm.tui.panes.short_list import ShortList
from deskterm.tui.screens.report.counting import (
    CountedReport,
    ReportQuestion,
    count_report,
    export_report,
    format_question_instant,
    list_rows,
    read_instant,
)
from deskterm.tui.screens.report.figure_list import FigureList
from deskterm.tui.screens.report.keys import HINT, build_keys_page
from deskterm.tui.screens.report.lines import ReportLines
from deskterm.tui.screens.report.typed_line import TypedLine
from deskterm.tui.type_ahead import CURRENT_HOLD
from deskterm.tui.workers.reading_apart import read_apart

if TYPE_CHECKING:
    from deskterm.procedure.compiled import CompiledProcedure
    from deskterm.tui.console import Workspace

_TICK = 0.25
"""Seconds between two looks at how far a count is."""


class ReportScreen(Dialog[int | None]):
    """A report on the whole screen; dismissed with the number of a ticket to open, or None. open_reader: opens a
    connection that hides what the agent may not read; procedure: that in force; question: the report to begin with;
    definition: of it."""

    CSS_PATH = "../../styles/report.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("q", "dismiss(None)", "Back"),
        Binding("j,down", "move(1)", "Down"),
        Binding("k,up", "move(-1)", "Up"),
        Binding("l,right,tab", "step(1)", "Next figure"),
        Binding("h,left,shift+tab", "step(-1)", "Figure before"),
        Binding("ctrl+d,pagedown,space", "page(0.8)", "A screen down"),
        Binding("ctrl+u,pageup", "page(-0.8)", "A screen up"),
        Binding("g,home", "edge(False)", "Beginning"),
        Binding("G,end", "edge(True)", "End"),
        Binding("enter", "list", "List"),
        Binding("less_than_sign", "period(-1)", "Period before"),
        Binding("greater_than_sign", "period(1)", "Period after"),
        Binding("b", "choose", "Another report"),
        Binding("slash", "filter", "Filter"),
        Binding("t", "instant", "As of an instant"),
        Binding("e", "export", "Export"),
        Binding("question_mark", "keys", "Keys"),
    ]

    def __init__(
        self,
        workspace: Workspace,
        open_reader: Callable[[], ReadConnection],
        procedure: CompiledProcedure,
        question: ReportQuestion,
        definition: Definition,
    ) -> None:
        super().__init__()
        self._workspace, self._open_reader, self._procedure = workspace, open_reader, procedure
        self._question = question
        """The report that was asked for last."""
        self._definitions: Mapping[str, Definition] = {**list_definitions(procedure), definition.key: definition}
        """The reports that are known by name; one's own are looked for when another report is asked for."""
        self._counted: CountedReport | None = None
        self.is_counting = False
        """True while a report is being counted."""
        self._done = 0, 0
        """Tickets read for the page, and all that it counts; set by the thread that counts."""
        self._refused = ""
        """A filter that could not be read, to be mended (C-05)."""
        self._lines = ReportLines(id="report-lines")
        self._typed = TypedLine(self, self._lines)

    def compose(self) -> ComposeResult:
        yield Static(id="report-title", markup=False)
        yield self._lines
        yield Static(id="report-figure", markup=False)
        yield Static(HINT, classes="hint", markup=False)

    def on_mount(self) -> None:
        self.set_focus(self._lines)
        self.set_interval(_TICK, self._show_progress)
        self._count(self._question)

    def on_unmount(self) -> None:
        self._counted = None
        search_everything()

    def on_resize(self) -> None:
        if self._counted is not None:
            self.call_after_refresh(self._show_lines)

    @property
    def counted(self) -> CountedReport | None:
        """The report that is shown; None until the first one was counted."""
        return self._counted

    @property
    def lines(self) -> Sequence[Line]:
        """The lines of the page that is shown."""
        return self._lines.lines

    # -- counting ------------------------------------------------------------------------------------------------

    def _count(self, question: ReportQuestion) -> None:
        """Count a report in place of the one that is being counted."""
        self._question, self.is_counting, self._done = question, True, (0, 0)
        self.run_worker(self._count_apart(question), group="count", exclusive=True)
        self._show_progress()

    async def _count_apart(self, question: ReportQuestion) -> None:
        now = self._workspace.epoch()

        def work(reader: ReadConnection, progress: Progress) -> CountedReport:
            return count_report(reader, question, now, progress)

        try:
            self._counted = await read_apart(self._open_reader, work, self._note_progress)
        except DeskError as error:
            self._refuse(question, str(error))
        except Exception as error:  # a fault in a report must not end the console
            self._refuse(question, log_crash(error))
        else:
            self._refused = ""
            self._end_count()
            self._show_lines()

    def _note_progress(self, done: int, total: int) -> None:
        self._done = done, total

    def _refuse(self, question: ReportQuestion, sentence: str) -> None:
        """Say why a report cannot be counted; the one that is there stays, and is asked for again."""
        self._workspace.notify(sentence, severity="error")
        if self._counted is not None:
            if question.filter != self._counted.question.filter:
                self._refused = question.filter
            self._question = self._counted.question
        else:
            self._lines.waiting = sanitize(sentence)
            self._lines.refresh()
        self._end_count()

    def _end_count(self) -> None:
        self.is_counting = False
        self._show_progress()

    # -- what is shown -------------------------------------------------------------------------------------------

    def _show_progress(self) -> None:
        """Show the title, with how far a count is."""
        done, total = self._done
        title, words = self.query_one("#report-title", Static), self._describe()
        if self.is_counting:
            step = f" {done:,} of {total:,} tickets" if total else ""
            self._lines.waiting = f"counting {self._name_report(self._question)} …"
            # First, because a narrow terminal cuts the end
            words = f"counting {self._name_report(self._question)} …{step}   {words}"
        elif self._counted is not None:
            self._lines.waiting = ""
        if str(title.content) != words:
            title.update(Content(words))
            self._lines.refresh()

    def _describe(self) -> str:
        """Return what is shown: report, period, filter and instant."""
        if self._counted is None:
            return "Reports"
        request = self._counted.made.report.request
        parts = (
            self._name_report(self._counted.question),
            request.filter or "all tickets",
            f"as of {format_instant(request.as_of, request.period.zone)}",
        )
        return sanitize(" · ".join(parts))

    def _name_report(self, question: ReportQuestion) -> str:
        definition = self._definitions.get(question.name)
        title = definition.title if definition is not None else question.name
        return sanitize(f"{title} · {name_period(question.period)}")

    def _show_lines(self) -> None:
        if self._counted is not None:
            page, facts = self._counted.made.page, self._counted.facts
            lines = [*format_lines(page, TextStyle(max(self._lines.width, 40)), facts)]
            plain = TextStyle(bars=False, rules=False)
            self._lines.show(lines, lambda: (line.text for line in format_lines(page, plain, facts)))
            self._show_figure()

    def _show_figure(self) -> None:
        """Show what the figure under the cursor counts (R-08)."""
        spot, counted = self._lines.spot, self._counted
        words = ""
        if spot is not None and counted is not None:
            found = counted.made.find_figure(spot.key)
            words = f"{spot.label}: {found.measure.sentence}" if found is not None else spot.label
        self.query_one("#report-figure", Static).update(Content(words))

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Leave the line that is typed, else the screen (C-07)."""
        if self._typed.is_open:
            self._typed.close()
        else:
            self.dismiss(None)

    def action_move(self, by: int) -> None:
        self._lines.move(by)

    def action_step(self, by: int) -> None:
        self._lines.step(by)

    def action_page(self, by: float) -> None:
        self._lines.page(by)

    def action_edge(self, last: bool) -> None:
        self._lines.edge(last)

    def action_period(self, by: int) -> None:
        question = self._question
        try:
            period = step_period(question.period, by)
        except UsageError as error:
            self._workspace.notify(str(error), severity="warning")
            return
        if period.period.since > self._workspace.epoch():
            self._workspace.notify(f"{name_period(period)} has not begun.", severity="warning")
        else:
            self._count(question._replace(period=period))

    def action_list(self) -> None:
        spot, counted = self._lines.spot, self._counted
        if spot is not None and counted is not None:
            self._ask(self._open_list(counted, spot.key, spot.label))

    def action_choose(self) -> None:
        self._ask(self._choose_report())

    def action_filter(self) -> None:
        query = self._workspace.queue_query
        offered = self._refused or self._question.filter or " ".join(filter(None, (query.within, query.match)))
        self._ask(self._typed.open("filter", "/", offered, self._take_filter, FilterHelp(self._workspace)))

    def action_instant(self) -> None:
        offered = format_question_instant(self._question)
        self._ask(self._typed.open("line", "As of (empty: now) ", offered, self._take_instant))

    def action_export(self) -> None:
        if self._counted is not None:
            question = self._counted.question
            name = f"{question.name}-{question.period.name.replace(' ', '-')}.html"
            self._ask(self._typed.open("line", "Export to ", name, self._take_place, PathHelp()))

    def action_keys(self) -> None:
        self._ask(self._show_keys())

    # -- what keys open ------------------------------------------------------------------------------------------

    def _ask(self, work: Awaitable[None]) -> None:
        """Open something; the keys that follow wait for it (C-02)."""
        hold = self._workspace.hold_keys()

        async def guarded() -> None:
            CURRENT_HOLD.set(hold)
            try:
                await work
            except DeskError as error:
                self._workspace.notify(str(error), severity="error")
            except Exception as error:  # as in `_count_apart`
                self._workspace.notify(log_crash(error), severity="error")
            finally:
                hold.drop()

        self.run_worker(guarded(), group="asking")

    async def _show_keys(self) -> None:
        await self._workspace.show(build_keys_page())

    async def _open_list(self, counted: CountedReport, key: str, label: str) -> None:
        """Show the list behind a figure, and leave for the ticket that is chosen in it."""
        figure = counted.made.find_figure(key)
        lines: list[FigureLine] = []
        sentence = ""
        title = label
        if figure is not None:
            sentence, found = figure.measure.sentence, figure
            lines = await read_apart(self._open_reader, lambda reader, progress: list_rows(reader, counted, found))
            title = f"{label} · {format_figure_count(figure)}"
        number = await self._workspace.show(FigureList(sanitize(title), sanitize(sentence), lines))
        if number is not None:
            self.dismiss(number)

    async def _choose_report(self) -> None:
        procedure = self._procedure
        definitions, problems = await read_apart(
            self._open_reader, lambda reader, progress: list_known_reports(procedure)
        )
        self._definitions = definitions
        for problem in problems:
            self._workspace.notify(problem, severity="warning")
        choices = [
            Choice(one.key, sanitize(one.title), sanitize(" · ".join(filter(None, (one.key, one.sentence)))))
            for one in definitions.values()
        ]
        key = await self._workspace.choose("Reports", choices, self._question.name)
        if key is None or key == self._question.name:
            return
        period = self._question.period
        before = definitions.get(self._question.name)
        if before is None or before.period != definitions[key].period:
            # What is counted of today is no month, and the other way round
            as_of = self._question.as_of
            instant = self._workspace.now() if as_of is None else datetime.fromtimestamp(as_of, UTC)
            period = parse_period(definitions[key].period, period.zone, instant)
        self._count(self._question._replace(name=key, period=period))

    @on(Prompt.Entered)
    def _line_entered(self, event: Prompt.Entered) -> None:
        event.stop()
        self._typed.enter(event.text)

    def _take_filter(self, text: str) -> None:
        if text != self._question.filter:
            self._count(self._question._replace(filter=text))

    def _take_place(self, text: str) -> None:
        if text and self._counted is not None:
            self._ask(self._export(self._counted, text))

    def _take_instant(self, text: str) -> None:
        try:
            as_of = read_instant(text, self._question.period.zone, self._workspace.now())
        except UsageError as error:
            self._workspace.notify(str(error), severity="error")
            return
        if as_of == self._question.as_of:
            return
        period = self._question.period
        if as_of is not None and as_of < period.period.since and self._counted is not None:
            # The one that the report would have been of then
            at = datetime.fromtimestamp(as_of, UTC)
            period = parse_period(self._counted.made.definition.period, period.zone, at)
        self._count(self._question._replace(as_of=as_of, period=period))

    @on(Prompt.Cancelled)
    def _line_left(self, event: Prompt.Cancelled) -> None:
        event.stop()
        self._typed.close()

    async def _export(self, counted: CountedReport, name: str) -> None:
        now = self._workspace.epoch()
        path = await read_apart(self._open_reader, lambda reader, progress: export_report(reader, counted, name, now))
        self._workspace.notify(f"{counted.made.page.title} written to {path}")

    @on(ShortList.Picked)
    def _figure_picked(self, event: ShortList.Picked) -> None:
        event.stop()
        self._show_figure()
        if event.opened:
            self.action_list()
