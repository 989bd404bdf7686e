"""The run of a report on the desk of a call: its rows are renewed, and its filter is read."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.filtering.filter_words import read_filter_text
from deskterm.cli.runtime.output import show_slow_progress
from deskterm.desk.domain.fold import PROJECTION_VERSION
from deskterm.reports.figure_report import FigureReport, FigureRequest, make_figure_reports
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts


def run_requests(
    cli: CliContext, reader: ReadConnection, facts: DeskFacts, requests: Sequence[FigureRequest]
) -> list[FigureReport]:
    """Run reports of one instant and one filter, on rows that are renewed (`renew_rows`). Raises the DeskErrors of
    filters and reports."""
    condition = read_filter_text(cli, reader, facts, requests[0].filter).condition
    progress = show_slow_progress("tickets counted")
    return make_figure_reports(reader, requests, condition, progress)


def renew_rows(cli: CliContext, reader: ReadConnection) -> None:
    """Let the rows that an earlier edition wrote be written anew, as the first command on a desk does: figures count
    what that edition did not keep."""
    if reader.rows("SELECT fold FROM desk")[0][0] < PROJECTION_VERSION:
        # Half a second to import, once in the life of an edition
        from deskterm.cli.runtime.session import open_system_session  # noqa: PLC0415

        with open_system_session(cli.url):
            pass
