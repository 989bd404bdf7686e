"""Counting for the screen of reports: a page, the rows behind a figure, and the file of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import DeskError
from deskterm.exchange.exporting.destination import open_destination
from deskterm.exchange.exporting.pages.report_files import choose_form, write_report_file
from deskterm.named_files import expand_home
from deskterm.present.filters.reader_names import name_reader
from deskterm.present.filters.reading import FilterContext, read_filter
from deskterm.present.labels import Vocabulary
from deskterm.present.report.facts import describe_report
from deskterm.present.report.figure_lines import FigureLine, list_figure_lines
from deskterm.present.report.text import TextStyle, format_page
from deskterm.procedure.compiled import compile_document
from deskterm.progress import Progress
from deskterm.reports.figure_report import FigureRequest, make_figure_reports
from deskterm.reports.lives.rules import take_zone_as_of
from deskterm.reports.measures.figures import Figure
from deskterm.reports.page_report import PageReport, build_page_document, count_page
from deskterm.reports.pages.definition_file import find_known_report
from deskterm.reports.pages.definitions import join_filters
from deskterm.reports.periods import NamedPeriod
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_agents, load_desk_facts

FORMS = ("txt", "html", "json", "csv", "xlsx")
_FILE_WIDTH = 100


class ReportQuestion(NamedTuple):
    """A report that is asked for: its name, period and filter. login: whoever asks, for `me` in the filter. as_of: the
    instant that it is counted as of, epoch seconds; None for that of the count (R-03)."""

    name: str
    period: NamedPeriod
    filter: str
    login: str
    as_of: int | None = None


class CountedReport(NamedTuple):
    """A report that was counted. facts: the lines under its title."""

    question: ReportQuestion
    made: PageReport
    facts: tuple[str, ...]


def format_question_instant(question: ReportQuestion) -> str:
    """Return the instant that a report is asked for as of, as `read_instant` reads it; empty for now."""
    if question.as_of is None:
        return ""
    return f"{datetime.fromtimestamp(question.as_of, ZoneInfo(question.period.zone)):%Y-%m-%d %H:%M:%S}"


def read_instant(text: str, zone: str, now: datetime) -> int | None:
    """Return an instant of the past in epoch seconds, None for an empty text. Raises UsageError for any other text."""
    return int(parse_instant(text, zone, now, past=True).timestamp()) if text else None


def count_report(reader: ReadConnection, question: ReportQuestion, now: int, progress: Progress) -> CountedReport:
    """Count a report as of its instant, else as of now, epoch seconds. Raises the UsageErrors of names, periods and
    filters, and DeskError for a file of one's own that cannot be read."""
    facts = load_desk_facts(reader)
    definition = find_known_report(compile_document(facts.document, facts.procedure_version), question.name)
    instant = now if question.as_of is None else question.as_of
    facts = take_zone_as_of(reader, facts, instant)
    vocabulary = Vocabulary(facts.document, facts.procedure_version, facts.timezone)
    context = FilterContext(vocabulary, load_agents(reader), question.login, instant)
    words = name_reader(join_filters(question.filter, definition.format_filter()), question.login)
    condition = read_filter(words, context)

    period = question.period._replace(zone=facts.timezone)
    request = FigureRequest(period, instant, words, tuple(definition.by))
    # All that is counted is of one state of the desk, whatever others write meanwhile
    with reader.snapshot():
        made = count_page(
            reader, facts, definition, request, lambda wanted: make_figure_reports(reader, wanted, condition, progress)
        )
    return CountedReport(question, made, tuple(describe_report(made.report)))


def list_rows(reader: ReadConnection, counted: CountedReport, figure: Figure) -> list[FigureLine]:
    """Return the rows behind a figure, the earliest first (R-40)."""
    return list_figure_lines(reader, counted.made.report, figure)


def export_report(reader: ReadConnection, counted: CountedReport, name: str, now: int) -> Path:
    """Write a report to a file whose name says its form, whole or not at all, and return its path. Raises DeskError
    where it cannot be written, UsageError for another form."""
    path = expand_home(name)
    form = choose_form(path, FORMS)
    if path.is_file():
        # The command line has an option for that, the console has none
        raise DeskError(f"{path} is there already: give another name.")
    page, facts = counted.made.page, counted.facts

    def format_html_page(envelope: Mapping[str, Any]) -> str:
        from deskterm.present.report.html.page import format_html  # noqa: PLC0415 - for pages only

        return format_html(page, facts, envelope, path.name)

    document = build_page_document(reader, load_desk_facts(reader), counted.made, now)
    if form != "txt":
        write_report_file(path, form, page, facts, document, format_html_page)
        return path
    with open_destination(path) as out:
        out.writelines(_list_text(counted))
    return path


def _list_text(counted: CountedReport) -> Iterator[str]:
    style = TextStyle(_FILE_WIDTH, rules=False, explains=True)
    return (f"{line}\n" for line in format_page(counted.made.page, style, counted.facts))
