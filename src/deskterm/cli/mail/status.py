"""`deskterm mail status|check`: whether mail comes in and letters go out (M-13, M-64)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime, parseaddr
from typing import Annotated, NamedTuple

import typer

from deskterm.cli.mail.settings import MailConfig, find_mail_folder, find_new_mail_path, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, rename_instants
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.email_address import encode_domain, is_email_address
from deskterm.errors import DeskError, UsageError
from deskterm.mail.keeping.holders import describe_holder, has_ended
from deskterm.mail.letters.compose import Draft, compose
from deskterm.mail.letters.international import ASCII_ONLY
from deskterm.mail.letters.smtp import SmtpSession, Unanswered, open_smtp
from deskterm.mail.login.credentials import find_token_trouble, forgetting_refused, read_login
from deskterm.mail.push.audience import find_audience
from deskterm.mail.push.services import open_service
from deskterm.mail.settings.schema import AccountPart, MailboxPart, MailFile
from deskterm.mail.sources.files import read_mail_files
from deskterm.mail.sources.imap import list_folders
from deskterm.mail.threading.tokens import load_token_key, make_message_id
from deskterm.named_files import expand_home
from deskterm.store.queries.desk_facts import load_agents, load_desk_facts
from deskterm.store.queries.mail.mailboxes import MailboxState, load_mailbox_states
from deskterm.store.queries.mail.mails import count_mails
from deskterm.store.queries.outbox import count_letters

_KINDS = {"in": "mailbox", "out": "account", "to": "notices to", "push": "push to", "alert": "alerts to"}


def show_status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show mailboxes and accounts, mails by their states, and letters that wait; exit code 1 where one is down."""
    cli: CliContext = context.obj
    cli.require("mail")
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        states, counts, letters = load_mailbox_states(reader), count_mails(reader), count_letters(reader)
    now = int(cli.now(facts).timestamp())
    down = [state for state in states if state.is_down(now)]
    if as_json:
        print_json(
            {
                "servers": [
                    rename_instants(state._asdict(), "worked_at", "failed_at", "held_until")
                    | {"down": state in down, "holder": _describe_holder(state, now) or None}
                    for state in states
                ],
                "mails": [rename_instants(count._asdict(), "newest") for count in counts],
                "letters": letters,
            }
        )
    else:
        print_table(
            ("Server", "State", "Last worked", "Since", "Held by", "Reason"),
            [_format_state(state, state in down, facts.timezone, now) for state in states],
        )
        print_lines([""])
        print_table(
            ("Mailbox", "Mails", "Number", "Newest"),
            [(one.mailbox, one.state, f"{one.mails:,}", format_time(one.newest, facts.timezone)) for one in counts],
            right=("Number",),
        )
        print_lines(["", *(f"letters {state}: {number:,}" for state, number in letters.items())])
    if down:
        names = ", ".join(_name(state) for state in down)
        raise DeskError(f"Down: {names}. `deskterm mail check` says what is wrong.")


def _format_state(state: MailboxState, is_down: bool, timezone: str, now: int) -> tuple[str, ...]:
    word = "down" if is_down else "failing" if state.failures else "works"
    if word == "works" and has_ended(state.holder):
        word = "broken off"
    worked, failed = (format_time(instant, timezone) for instant in (state.worked_at, state.failed_at))
    return _name(state), word, worked, failed, _describe_holder(state, now) or "–", state.reason or "–"


def _describe_holder(state: MailboxState, now: int) -> str:
    """Describe the process that works on a mailbox; empty for none, and where its time is over."""
    return describe_holder(state.holder) if state.held_until is not None and now < state.held_until else ""


def _name(state: MailboxState) -> str:
    kind, _, name = state.name.partition(":")
    return f"{_KINDS.get(kind, kind)} {name}"


class Check(NamedTuple):
    """The result of trying one part of the mail file."""

    part: str
    is_right: bool
    words: str


def check_mail(
    context: typer.Context,
    send_to: Annotated[str | None, typer.Option("--send-to", help="Send a letter of each identity there.")] = None,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Check the mail file, log in on every server, and say what is wrong; nothing is sent without --send-to."""
    if send_to is not None and not is_email_address(send_to):
        raise UsageError(f"{send_to!r} is no address: write it as you@example.org.")
    send_to = encode_domain(send_to) if send_to is not None else None
    cli: CliContext = context.obj
    cli.require("mail", "check the mail")
    file = read_mail_file(cli, config)
    checks = list(_check(cli, file, config, send_to))
    if as_json:
        print_json([check._asdict() for check in checks])
    else:
        print_lines(f"{'✓' if check.is_right else '✗'} {check.part}: {check.words}" for check in checks)
    if not checks:
        raise DeskError(
            f"Nothing about mail stands in {find_new_mail_path(cli, config)} yet: docs/mail.md has an example."
        )
    if not all(check.is_right for check in checks):
        raise DeskError("Not all of it works.")


def _check(cli: CliContext, file: MailFile, config: str | None, send_to: str | None) -> Iterator[Check]:
    for name, box in file.mailbox.items():
        try:
            yield _check_mailbox(f"mailbox {name}", box)
        except DeskError as error:
            yield Check(f"mailbox {name}", False, str(error))
    for name, account in file.account.items():
        try:
            with _open_account(account):
                yield _judge_login(f"account {name}", account, "logged in")
        except DeskError as error:
            yield Check(f"account {name}", False, str(error))
    if file.push:
        yield from _check_pushes(cli, file)
    for name, identity in file.identity.items() if send_to is not None else ():
        try:
            with _open_account(file.account[identity.account]) as session:
                sender = parseaddr(identity.sender)
                draft = _write_test_letter(cli, config, sender, send_to or "")
                utf8 = not f"{sender[1]}{send_to}".isascii()
                if utf8 and not session.takes_utf8:
                    raise DeskError(ASCII_ONLY)
                data = compose(draft, utf8=utf8)
                answer = session.send(sender[1], [send_to or ""], data, utf8=utf8, before_end=lambda: None)
            state, words = answer.recipients[send_to or ""]
            yield Check(f"identity {name}", state == "sent", words or answer.words)
        except DeskError as error:
            yield Check(f"identity {name}", False, str(error))
        except Unanswered as error:
            yield Check(f"identity {name}", False, f"nobody knows whether the letter was taken: {error}")


def _check_pushes(cli: CliContext, file: MailFile) -> Iterator[Check]:
    with cli.open_reader() as reader:
        agents, document = load_agents(reader), load_desk_facts(reader).document
    teams = [team["key"] for team in json.loads(document)["teams"]]
    for name, push in file.push.items():
        try:
            find_audience(name, agents, teams, document)
            words = f"{open_service(push.url).name}; `deskterm mail test-push {name}` sends a test"
            yield Check(f"push to {name}", True, words)
        except DeskError as error:
            yield Check(f"push to {name}", False, str(error))


def _check_mailbox(part: str, box: MailboxPart) -> Check:
    if box.imap is not None:
        login = read_login(box)
        with forgetting_refused(box):
            folders = list_folders(box, login.password, token=login.token)
        words = f"logged in; folders {', '.join(folders[:12])}"
        if box.imap.folder not in folders:
            return Check(part, False, f"no folder {box.imap.folder}: {words}")
        return _judge_login(part, box, words)
    if (source := box.maildir or box.mbox) is not None:
        number = sum(1 for _ in read_mail_files(expand_home(source)))
        return Check(part, True, f"{number:,} mails lie there")
    return Check(part, True, "no source: only `deskterm mail take` brings mails")


@contextmanager
def _open_account(account: AccountPart) -> Iterator[SmtpSession]:
    login = read_login(account)
    with forgetting_refused(account), open_smtp(account.smtp, login.password, token=login.token) as session:
        yield session


def _judge_login(part: str, server: MailboxPart | AccountPart, words: str) -> Check:
    """Return the result of a login that went well: it is not right where the next one may not."""
    trouble = find_token_trouble(server)
    return Check(part, not trouble, f"{words}; {trouble}" if trouble else words)


def _write_test_letter(cli: CliContext, config: str | None, sender: tuple[str, str], to: str) -> Draft:
    key = load_token_key(find_mail_folder(cli, config))
    now = cli.now()
    return Draft(
        sender=sender,
        to=[("", to)],
        subject="A test of deskterm",
        text="This letter was sent by `deskterm mail check --send-to`. Nothing needs to be done.",
        message_id=make_message_id(key, 0, int(now.timestamp()) % 10**9, sender[1].rpartition("@")[2]),
        date=format_datetime(now),
        is_automatic=True,
    )
