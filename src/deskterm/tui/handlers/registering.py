"""Open a ticket: questions for its type and severity, then the form, until the desk accepts it or the agent leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.core.people import UnknownClient
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.tickets import register as intake
from deskterm.errors import DeskError, UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.store.queries.people.known import KnownClient, KnownPerson, find_clients, find_people
from deskterm.store.queries.similar_tickets import find_similar_tickets
from deskterm.tui.attached_files import split_paths
from deskterm.tui.control.path_help import PathHelp
from deskterm.tui.dialogs.register import Register, Request, Suggestion
from deskterm.tui.handlers.files.attaching import read_paths

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.drafts import Draft
    from deskterm.tui.target import Target

_NEW = "+"
"""The choice to add a new client; no client's key contains this character."""

_SIMILAR_SHOWN = 4
"""Tickets that are shown as possibly about the same."""


async def register(console: Console, target: Target, argument: str) -> None:
    """Open a ticket. argument: its subject. When the desk refuses the request, the form opens again with what was
    typed. A form that is left opens again the next time, on any console of the agent (C-05)."""
    draft = console.drafts.find("ticket")
    vocabulary = console.vocabulary
    kind = draft.data.get("type", "") if draft is not None else ""
    kind = kind if kind in vocabulary.types else vocabulary.default_type or next(iter(vocabulary.types), "")
    # Before the form: the type decides whether there is a severity, and which fields are asked for
    if len(vocabulary.types) > 1:
        chosen = await console.choose("What kind of request is it?", list(vocabulary.types.values()), kind)
        if chosen is None:
            return
        kind = chosen
    severity: str | None = None
    if vocabulary.severities and vocabulary.has_severity(kind):
        default = draft.data.get("severity") if draft is not None else None
        default = default or vocabulary.default_severity.get(kind, "")
        severity = await console.choose("How severe is it?", list(vocabulary.severities.values()), default)
        if severity is None:
            return
    draft = draft or console.drafts.begin("ticket")
    _show_result(console, await _fill_in(console, argument, kind, severity, draft))


async def go_on(console: Console, draft: Draft) -> None:
    """Reopen the form of a new ticket, with the type and severity that were chosen before."""
    vocabulary, kind = console.vocabulary, draft.data.get("type", "")
    kind = kind if kind in vocabulary.types else vocabulary.default_type or next(iter(vocabulary.types), "")
    severity = draft.data.get("severity")
    if not vocabulary.has_severity(kind):
        severity = None
    elif severity not in vocabulary.severities:  # the procedure may have changed since
        severity = vocabulary.default_severity.get(kind) or next(iter(vocabulary.severities), None)
    _show_result(console, await _fill_in(console, "", kind, severity, draft))


def _show_result(console: Console, result: CommandResult | None) -> None:
    if result is not None:
        console.notify(result.summary)
        console.show_ticket(result.number)


async def _fill_in(
    console: Console, subject: str, kind: str, severity: str | None, draft: Draft
) -> CommandResult | None:
    """Show the form until its ticket is registered; None when it was left. draft: keeps what is typed."""
    vocabulary, drafts = console.vocabulary, console.drafts
    heading = " · ".join(
        [vocabulary.types[kind].label if kind in vocabulary.types else kind]
        + ([vocabulary.severities[severity].label] if severity else [])
    )
    request = _request_of(draft)
    if subject:
        request = replace(request, subject=subject)

    async def find_similar(subject: str, client: str) -> list[Safe]:
        return await _find_similar(console, subject, client)

    def keep(request: Request) -> None:
        drafts.change(draft, request.body, type=kind, severity=severity or "", form=_form_of(request))

    async def find_known(line: str, text: str, client: str) -> list[Suggestion]:
        return await _find_known(console, line, text, client)

    refusal = ""
    fields = vocabulary.form_fields(kind)
    drafts.take(draft)
    keep(request)
    while True:
        answer = await console.show(
            Register(
                heading,
                request,
                vocabulary.intake,
                refusal,
                fields,
                find_similar,
                find_known=find_known,
                path_help=PathHelp(),
                changed=keep,
            )
        )
        request = answer or Request()
        # Kept before it is sent, so that no refusal loses what was typed
        keep(request)
        if not request.sent:
            drafts.leave(draft)
            if not request.empty:
                console.notify("Draft saved. Press <key new> to continue.")
            return None
        try:
            result = await _open_ticket(console, request, kind, severity, draft)
        except DeskError as error:
            refusal = sanitize(str(error), multiline=True)
        except BaseException:
            drafts.leave(draft)
            raise
        else:
            drafts.sent(draft)
            return result


def _form_of(request: Request) -> dict[str, object]:
    """Return the data of a draft for the contents of the form."""
    return {
        "subject": request.subject,
        "requester": request.requester,
        "email": request.email,
        "organisation": request.organisation,
        "files": request.files,
        **{f"fields.{key}": value for key, value in request.fields},
    }


def _request_of(draft: Draft) -> Request:
    """Return the contents of the form from a draft."""
    form: dict[str, str] = draft.data.get("form", {})
    fields = tuple((key.removeprefix("fields."), value) for key, value in form.items() if key.startswith("fields."))
    subject, requester, email, client = (form.get(key, "") for key in ("subject", "requester", "email", "organisation"))
    return Request(subject, requester, email, client, draft.text, fields=fields, files=form.get("files", ""))


async def _open_ticket(
    console: Console, request: Request, kind: str, severity: str | None, draft: Draft
) -> CommandResult:
    """Register the ticket. Ask whether to leave required fields empty when only these are missing, and which client is
    meant by an unknown name (C-24)."""
    incomplete = new_client = False
    files = await read_paths(console, split_paths(request.files))
    while True:
        registering = _registering(
            request, kind, severity, console.now(), draft, files, incomplete=incomplete, new_client=new_client
        )
        try:
            return await console.perform(registering)
        except UnknownClient as error:
            chosen = await _choose_client(console, error)
            if chosen is None:
                raise
            new_client = chosen == _NEW
            if not new_client:
                request = replace(request, organisation=chosen)
        except UsageError as error:
            if incomplete or not getattr(error, "missing", ()):
                raise
            if not await console.confirm(str(error), "open it as incomplete", "go on writing"):
                raise
            incomplete = True


async def _choose_client(console: Console, error: UnknownClient) -> str | None:
    """Ask which client is meant by an unknown name: a similar one, or a new one."""
    choices = [Choice(key, sanitize(name), sanitize(key)) for key, name in error.similar]
    new = Choice(_NEW, sanitize(f"Add {error.name}"), Safe("a new client"))
    return await console.choose(f"There is no client {sanitize(error.name)} for this ticket", [*choices, new])


def _registering(
    request: Request,
    kind: str,
    severity: str | None,
    now: datetime,
    draft: Draft,
    files: Sequence[NewFile],
    *,
    incomplete: bool,
    new_client: bool,
) -> Callable[[DeskSession], CommandResult]:
    """Return the function that registers the ticket, and removes its draft in the same transaction."""

    def run(desk: DeskSession) -> CommandResult:
        with desk.sending(draft.id):
            result = open_ticket(desk)
        draft.is_sent = True  # before its next write, which may be queued already
        return result

    def open_ticket(desk: DeskSession) -> CommandResult:
        return intake.register(
            desk,
            type=kind or None,
            severity=severity,
            subject=request.subject,
            requester=request.requester or None,
            email=request.email or None,
            organisation=request.organisation or None,
            body=request.body,
            fields=dict(request.fields),
            incomplete=incomplete,
            new_client=new_client,
            files=files,
            now=now,
        )

    return run


async def _find_known(console: Console, line: str, text: str, client: str) -> list[Suggestion]:
    """Find suggestions for a line of the form; none when the store cannot be read now."""

    def find(desk: DeskSession) -> list[Suggestion]:
        with desk.open_reader() as reader:
            if line == "organisation":
                return [_suggest_client(one) for one in find_clients(reader, text)]
            return [_suggest_person(one) for one in find_people(reader, text, client=client)]

    try:
        return await console.run(find)
    except DeskError:
        return []  # only a hint, as similar tickets are: its errors need not be shown


def _suggest_person(person: KnownPerson) -> Suggestion:
    address = f" <{person.email}>" if person.email else ""
    client = f" · {person.client_name}" if person.client_name else ""
    values = {"requester": person.name, "email": person.email, "organisation": person.client}
    return Suggestion(
        sanitize(f"{person.name}{address}{client}"), {name: sanitize(text) for name, text in values.items()}
    )


def _suggest_client(client: KnownClient) -> Suggestion:
    domain = f" · {client.domain}" if client.domain else ""
    return Suggestion(sanitize(f"{client.name}{domain}"), {"organisation": sanitize(client.key)})


async def _find_similar(console: Console, subject: str, client: str) -> list[Safe]:
    """Find tickets that may be about the same, a line each; none when they cannot be read now."""
    among = console.vocabulary.duplicate_scope

    def find(desk: DeskSession) -> list[Safe]:
        # A connection of its own, because this runs in the write thread and not in the one that reads
        with desk.open_reader() as reader:
            found = find_similar_tickets(
                reader, subject, organisation=client or None, among=among, limit=_SIMILAR_SHOWN
            )
        return [sanitize(f"{one.number}  {one.subject}") for one in found]

    try:
        return await console.run(find)
    except DeskError:
        # Only a hint: a ticket can be opened without it
        return []
