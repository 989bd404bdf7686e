"""`deskterm outbox|notices|escalations`: letters to send, notices to agents, and open escalations."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from textwrap import indent
from typing import Annotated

import typer

from deskterm.cli.conversation.scheduled import print_scheduled, warn_of_late
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, rename_instants, to_rfc3339
from deskterm.cli.runtime.options import AsJson, AsOf, Limit
from deskterm.cli.runtime.output import cut_to_limit, print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.files.names import make_file_name
from deskterm.errors import UsageError
from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.sanitize import sanitize
from deskterm.store.queries import outbox, oversight
from deskterm.store.queries.desk_facts import load_desk_facts


def list_letters(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="queued, sent, unsure, failed, bounced or withdrawn.")] = "queued",
    limit: Limit = 1000,
    full: Annotated[bool, typer.Option("--full", help="Print each letter whole.")] = False,
    scheduled: Annotated[
        bool, typer.Option("--scheduled", help="Scheduled replies instead, and those that were held back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List letters to people outside, the oldest first."""
    if state not in ("queued", "sent", "unsure", "failed", "bounced", "withdrawn"):
        raise UsageError(f"A letter is queued, sent, unsure, failed, bounced or withdrawn, not {state!r}.")
    cli: CliContext = context.obj
    cli.require("letters")
    if scheduled:
        with cli.open_current_reader() as reader:
            facts = load_desk_facts(reader)
            replies = cut_to_limit(outbox.load_scheduled_replies(reader, limit=limit + 1), limit)
        if replies:
            cli.log_access(facts, None, "outbox")
        print_scheduled(replies, facts.timezone, full=full, as_json=as_json)
        warn_of_late(replies, int(cli.now(facts).timestamp()))
        return
    with cli.open_current_reader() as reader:
        facts = load_desk_facts(reader)
        letters = cut_to_limit(outbox.load_letters(reader, state, limit=limit + 1), limit)
    # An empty list shows nothing of anybody
    if letters:
        cli.log_access(facts, None, "outbox")
    if as_json:
        print_json(
            [
                rename_instants(letter._asdict(), "at", "not_before")
                | {
                    "to": [person._asdict() for person in letter.to],
                    "files": [make_file_name(name) for name in letter.files],
                }
                for letter in letters
            ]
        )
        return
    if full:
        for letter in letters:
            _print_letter(letter, facts.timezone)
        _warn_that_they_wait(state, letters)
        return
    print_table(
        ("#", "Letter", "Since", "Not before", "About", "To", "Text"),
        [
            (
                str(letter.number),
                letter.key,
                format_time(letter.at, facts.timezone),
                format_time(letter.not_before, facts.timezone),
                letter.on,
                _format_recipients(letter),
                letter.heading or _find_first_line(letter.body),
            )
            for letter in letters
        ],
        right=("#", "Letter"),
    )
    _warn_that_they_wait(state, letters)


def _print_letter(letter: outbox.Letter, timezone: str) -> None:
    """Print a letter whole: a line about it, its subject, and its words."""
    copied = f", a copy of message {letter.covers}" if letter.covers is not None else ""
    about = f"letter {letter.key} of {letter.number}, {letter.on}{copied}, since {format_time(letter.at, timezone)}"
    lines = [f"{about}, to {_format_recipients(letter)}", *([letter.heading] if letter.heading else [])]
    print_lines(lines)
    print(indent(sanitize(letter.body, multiline=True), "    "))
    print_lines([*(f"    + {make_file_name(name)}" for name in letter.files), ""])


def _format_recipients(letter: outbox.Letter) -> str:
    return ", ".join(person.email or f"{person.name} (no address)" for person in letter.to)


def _find_first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "–")


def _warn_that_they_wait(state: str, letters: Sequence[outbox.Letter]) -> None:
    if state == "queued" and letters:
        # On standard error: what reads the table is not to read this as one of its lines.
        print("deskterm: these letters wait: `deskterm run` sends them, or `deskterm mail send` now", file=sys.stderr)


def list_notices(context: typer.Context, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List what I was told, the newest first."""
    cli: CliContext = context.obj
    with cli.open_current_reader() as reader:
        facts = load_desk_facts(reader)
        notices = cut_to_limit(outbox.load_notices(reader, cli.check_login(), limit=limit + 1), limit)
    if as_json:
        print_json([rename_instants(notice._asdict(), "at", "not_before") for notice in notices])
        return
    rows = [
        (format_time(notice.at, facts.timezone), str(notice.number), notice.what, notice.subject) for notice in notices
    ]
    print_table(("When", "#", "What", "Subject"), rows, right=("#",))


def list_escalations(
    context: typer.Context,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that my roles are asked about.")] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List open escalations, the oldest first."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        roles: tuple[str, ...] = ()
        if mine:
            login = cli.check_login()
            staff = oversight.load_staff(reader, int(cli.now(facts).timestamp()))
            roles = next((agent.roles for agent in staff if agent.login == login), ())
        # Without roles the query lists everybody's.
        escalations = [] if mine and not roles else oversight.load_escalations(reader, roles)
    if as_json:
        print_json([escalation._asdict() | {"at": to_rfc3339(escalation.at)} for escalation in escalations])
        return
    words = Vocabulary(facts.document)
    print_table(
        ("Since", "#", "Level", "Asked", "By", "Assignee", "Reason", "Subject"),
        [
            (
                format_time(escalation.at, facts.timezone),
                str(escalation.number),
                escalation.label,
                get_label(words.roles, escalation.role or None) or "–",
                "customer" if escalation.by_customer else get_label(words.rules, escalation.by),
                escalation.assignee or "–",
                escalation.reason or "–",
                escalation.subject,
            )
            for escalation in escalations
        ],
        right=("#",),
    )
