"""`deskterm mail list|show|raw`: what came in, and what became of it (M-64)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from deskterm.cli.mail.settings import MailKey
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, rename_instants
from deskterm.cli.runtime.options import AsJson, Limit
from deskterm.cli.runtime.output import cut_to_limit, print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.files.new_file import format_size
from deskterm.errors import DeskError, UsageError
from deskterm.mail.bounces.find_report import Report, find_report
from deskterm.mail.keeping.kept_mails import describe_rest
from deskterm.mail.reading.attached_files import AttachedFile
from deskterm.mail.reading.read_mail import Mail, read_mail
from deskterm.present.sanitize import sanitize
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.mail.mails import (
    STATES,
    MailLine,
    load_mail_bytes,
    load_mail_line,
    load_mails,
    load_matching_rule,
)

_RULES = {
    "a": "our token in what it answers",
    "b": "our token in the address it was sent to",
    "c": "it answers a letter or a mail of the ticket",
    "d": "the number in its subject",
    "e": "it opened the ticket",
    "h": "somebody chose the ticket",
}
"""Letter of a rule of M-29 → what it goes by."""


def list_mails(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help=f"Only those that are {', '.join(STATES)}.")] = None,
    mailbox: Annotated[str, typer.Option(help="Only those of this mailbox.")] = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List mails that came in, the newest first."""
    if state is not None and state not in STATES:
        raise UsageError(f"A mail is {', '.join(STATES)}, not {state!r}.")
    cli: CliContext = context.obj
    cli.require("mail")
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        wanted = STATES if state is None else (state,)
        found = cut_to_limit(load_mails(reader, wanted, mailbox=mailbox, limit=limit + 1), limit)
    if found:
        cli.log_access(facts, None, "mails")
    print_mails(found, facts.timezone, as_json=as_json)


def print_mails(found: Sequence[MailLine], timezone: str, *, as_json: bool) -> None:
    """Print a list of mails."""
    if as_json:
        print_json([_to_document(line) for line in found])
        return
    print_table(
        ("Mail", "Received", "Mailbox", "From", "State", "#", "Subject", "Reason"),
        [
            (
                str(line.key),
                format_time(line.received, timezone),
                line.mailbox,
                line.sender or "–",
                line.state,
                str(line.ticket) if line.ticket is not None else "–",
                line.subject or "–",
                line.reason or "–",
            )
            for line in found
        ],
        right=("Mail", "#"),
    )


def show_mail(context: typer.Context, key: MailKey, as_json: AsJson = False) -> None:
    """Show what was understood of a mail, and why it is where it is."""
    cli: CliContext = context.obj
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        line = find_visible_mail(cli, reader, key)
        data = load_mail_bytes(reader, key)
        mail = read_mail(data, describe_rest(line.place, line.size, len(data)))
        via = load_matching_rule(reader, line)
    cli.log_access(facts, line.ticket, f"mail {key}")
    if as_json:
        print_json(_to_document(line) | _describe(mail) | {"via": via or None})
        return
    people = [f"{one.name} <{one.address}>" if one.name else one.address for one in (*mail.to, *mail.cc)]
    sender = mail.sender
    lines = [
        f"mail {line.key}, {format_size(line.size)}, received {format_time(line.received, facts.timezone)} in "
        f"{line.mailbox}: {line.state}{f' ({line.reason})' if line.reason else ''}",
        f"from     {f'{sender.name} <{sender.address}>' if sender else 'nobody that can be answered'}",
        f"to       {', '.join(people) or '–'}",
        f"subject  {mail.subject or '–'}",
        f"ticket   {f'{line.ticket}, message {line.seq}: {_RULES.get(via, via)}' if line.seq else line.ticket or '–'}",
        f"marks    {', '.join(mail.marks.by) or 'none: a person wrote it'}",
    ]
    if mail.body.guessed:
        lines.append(f"charset  taken for {', '.join(dict.fromkeys(mail.body.guessed))}")
    lines += [f"file     {file.name}{_name_given(file)}, {format_size(file.size)}" for file in mail.files]
    lines += [f"note     {note}" for note in mail.notes]
    print_lines([*lines, *_describe_report(find_report(mail))])
    print()
    print(sanitize(mail.body.text, multiline=True))


def print_raw_mail(context: typer.Context, key: MailKey) -> None:
    """Print a mail as it came, byte for byte; to a terminal, without what would move its cursor."""
    cli: CliContext = context.obj
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        line = find_visible_mail(cli, reader, key)
        data = load_mail_bytes(reader, key)
    cli.log_access(facts, line.ticket, f"mail {key}")
    if not data:
        raise DeskError(f"The bytes of mail {key} were erased.")
    if rest := describe_rest(line.place, line.size, len(data)):
        print(f"deskterm: {rest}", file=sys.stderr)
    if sys.stdout.isatty():
        print(sanitize(data.decode("utf-8", "replace"), multiline=True))
        return
    sys.stdout.flush()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
        output.write(data)


def find_visible_mail(cli: CliContext, reader: ReadConnection, key: int) -> MailLine:
    """Return a mail that whoever calls may read: one of a ticket that they see, or any where they may look after mail.
    Raises DeskError otherwise."""
    line = load_mail_line(reader, key)
    if line is None:
        raise DeskError(f"There is no mail {key}: `deskterm mail list` shows those there are.")
    if line.ticket is None:
        cli.require("mail")
    else:
        cli.require("letters")
    return line


def _to_document(line: MailLine) -> dict[str, Any]:
    return rename_instants(line._asdict(), "received", "taken", "changed")


def _describe(mail: Mail) -> dict[str, Any]:
    """Return what was understood of a mail as JSON."""
    report = find_report(mail)
    return {
        "from": mail.sender._asdict() if mail.sender else None,
        "to": [one._asdict() for one in mail.to],
        "cc": [one._asdict() for one in mail.cc],
        "message_id": mail.message_id,
        "references": mail.references,
        "automatic": bool(mail.marks.by),
        "automatic_by": list(mail.marks.by),
        "robot": mail.marks.is_robot,
        "text": mail.body.text,
        "plain_text": mail.body.plain,
        "guessed_charsets": list(mail.body.guessed),
        "files": [
            {
                "name": file.name,
                "given_name": file.given_name or None,
                "type": file.kind,
                "size": file.size,
                "sha256": file.digest,
                "content_id": file.content_id,
                "inline": file.is_inline,
                "broken": file.is_broken,
            }
            for file in mail.files
        ],
        "cut": mail.is_cut,
        "notes": list(mail.notes),
        "report": report.kind,
        "report_found_by": report.found_by or None,
        "reported": [one._asdict() for one in report.recipients],
    }


def _name_given(file: AttachedFile) -> str:
    """Return the name that a mail gives a file, where it has another one here."""
    given = sanitize(file.given_name)
    return f' ("{given}" in the mail)' if given and given != file.name else ""


def _describe_report(report: Report) -> list[str]:
    """Return lines on what a server reports of letters (M-42); none for another mail."""
    if report.kind == "none":
        return []
    lines = [f"report   {report.kind}{f', found by its {report.found_by}' if report.found_by else ''}"]
    for one in report.recipients:
        status = one.status or (f"{one.status_class}.x.x" if one.status_class else "")
        words = (one.action, status, "no such address" if one.is_dead else "", one.diagnostic)
        lines.append(f"         {one.address}: {', '.join(word for word in words if word) or report.feedback_type}")
    return lines
