"""`deskterm run`: the automation as a service, without a console."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from deskterm.automation.runner import ClockAlert, Runner, run_until_stopped, start_when_available, summarize_alerts
from deskterm.cli.mail.settings import MailConfig, find_mail_folder, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.exit import stop_on_signals
from deskterm.cli.runtime.instants import to_rfc3339
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines, show_upgrade_progress
from deskterm.errors import UsageError
from deskterm.mail.service import MailService
from deskterm.mail.threading.tokens import load_token_key
from deskterm.present.sanitize import sanitize
from deskterm.store.db.engine import Store, open_store


def run_service(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Note what has come up to now, and end.")] = False,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Note warnings, missed targets and ends of timers as they come, fetch mails and send letters, until it is stopped:
    a service. An open console notes the time too; several at once say everything once."""
    if as_json and not once:
        raise UsageError("--json goes with --once: a service tells a line at a time.")
    cli: CliContext = context.obj
    if once:
        store, runner, clock = _start(cli)
        fired = list(runner.step(clock()))
        store.close()
        if as_json:
            print_json([_to_document(event) for event in fired])
        else:
            _print_digest(fired)
        return
    stop = stop_on_signals()
    started = start_when_available(lambda: _start(cli), stop, _print_absence)
    if started is not None:
        store, runner, clock = started
        mail = _start_mail(cli, config, clock, stop)
        run_until_stopped(runner, clock, stop, _print_digest, _print_absence)
        if mail is not None:
            mail.join()
        store.close()


def _start_mail(
    cli: CliContext, config: str | None, clock: Callable[[], datetime], stop: threading.Event
) -> MailService | None:
    """Start the mail of the desk; None where no mail file says anything of it."""
    file = read_mail_file(cli, config)
    if not file.mailbox and not file.identity and not file.push:
        return None
    key = load_token_key(find_mail_folder(cli, config))
    mail = MailService(cli.url, file, key, clock, stop, lambda sentence: print_lines([sentence]))
    mail.start()
    return mail


def _start(cli: CliContext) -> tuple[Store, Runner, Callable[[], datetime]]:
    """Open the store with its runner, and the desk's clock. Raises DeskError where the caller may not read the desk,
    or the clock may be wrong; UnavailableDesk while it is locked or out of reach."""
    facts = cli.read_facts()
    clock = cli.make_clock(facts)
    cli.check_clock(facts)
    store = open_store(cli.url)
    try:
        return store, Runner(store, progress=show_upgrade_progress()), clock
    except BaseException:
        store.close()
        raise


def _to_document(alert: ClockAlert) -> dict[str, Any]:
    """Return an alert as a JSON document, under the keys that every command uses (C-52)."""
    document = asdict(alert)
    at, late = to_rfc3339(document.pop("instant")), document.pop("late")
    return {"number": document.pop("number"), "at": at, **document, "late_seconds": late}


def _print_absence(sentence: str) -> None:
    print(f"deskterm: {sanitize(sentence)}", file=sys.stderr, flush=True)


def _print_digest(fired: Sequence[ClockAlert]) -> None:
    print_lines(summarize_alerts(fired))
