"""The run of a report on the desk of a call: its rows are renewed, and its filter is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.filtering.filter_words import read_filter_text
from deskterm.cli.runtime.output import show_slow_progress
from deskterm.desk.domain.fold import PROJECTION_VERSION
from deskterm.reports.figure_report import FigureReport, FigureRequest, make_figure_reports
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts

if TYPE_CHECKING:
    from deskterm.store.filters.conditions import Condition

_ABOUT_CALLER = re.compile(r"\b(me|mine)\b", re.IGNORECASE)


def run_requests(
    cli: CliContext, reader: ReadConnection, facts: DeskFacts, requests: Sequence[FigureRequest]
) -> list[FigureReport]:
    """Run reports of one instant and one filter, on rows that are renewed (`renew_rows`). Raises the DeskErrors of
    filters and reports."""
    condition = read_request_filter(cli, reader, facts, requests[0])
    progress = show_slow_progress("tickets counted")
    return make_figure_reports(reader, requests, condition, progress)


def read_request_filter(
    cli: CliContext, reader: ReadConnection, facts: DeskFacts, request: FigureRequest
) -> Condition | None:
    """Read the filter of a request as of its instant, so that `created:>-7d` means the same whenever it is run again
    (R-04). Raises FilterError for one that cannot be read."""
    return read_filter_text(cli, reader, facts, request.filter, request.as_of).condition


def name_caller(cli: CliContext, text: str) -> str:
    """Return a filter with the caller's login in place of `me`, so that it means the same to whoever verifies the
    report. Raises FilterError for a text that is no filter."""
    if not _ABOUT_CALLER.search(text):
        return text
    # The parser takes longer to import than a report without a filter takes to print
    from deskterm.present.filters.reader_names import name_reader  # noqa: PLC0415

    return name_reader(text, cli.check_login())


def renew_rows(cli: CliContext, reader: ReadConnection) -> None:
    """Let the rows that an earlier edition wrote be written anew, as the first command on a desk does: figures count
    what that edition did not keep."""
    if reader.rows("SELECT fold FROM desk")[0][0] < PROJECTION_VERSION:
        # Half a second to import, once in the life of an edition
        from deskterm.cli.runtime.session import open_system_session  # noqa: PLC0415

        with open_system_session(cli.url):
            pass
