"""The desk of a command about mail, and what it prints of its work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.session import open_system_session
from deskterm.desk.core.session import DeskSession
from deskterm.mail.intake.work_on import Outcome
from deskterm.mail.letters.deliver import Sent
from deskterm.present.sanitize import sanitize


@contextmanager
def open_mail_desk(cli: CliContext) -> Iterator[tuple[DeskSession, Callable[[], datetime]]]:
    """Open the desk in the name of deskterm itself; it comes with the desk's time (UTC). Raises DeskError where this
    computer's clock may be far ahead (D-43)."""
    facts = cli.read_facts()
    clock = cli.make_clock(facts)
    cli.check_clock(facts)
    with open_system_session(cli.url) as desk:
        yield desk, clock


def print_outcomes(outcomes: Sequence[Outcome] | Sequence[Sent], *, as_json: bool) -> None:
    """Print what became of mails or letters, one a line."""
    if as_json:
        print_json([outcome._asdict() for outcome in outcomes])
    else:
        print_lines(outcome.summary for outcome in outcomes)


def report_at_once(sentence: str) -> None:
    """Print what a watch tells at once, also into a pipe."""
    print(sanitize(sentence), flush=True)
