"""`deskterm ticket resolve|close|confirm|reject|reopen|fixed|check|thanks`: how a ticket ends, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from deskterm.cli.runtime.context import CliContext, facts_of, read_instant
from deskterm.cli.runtime.options import AsJson, Number, Seen, report, time_of, way_of
from deskterm.cli.runtime.stdin import lacking, read_words
from deskterm.errors import DeskError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from deskterm.desk.core.transaction import CommandResult

Said = Annotated[str, typer.Argument(help="What they wrote, if they did.")]
Author = Annotated[str | None, typer.Option(help="Who said it, if not the requester: a name or an address.")]
Channel = Annotated[str, typer.Option(help="How they said it: phone, email, …")]
Received = Annotated[str | None, typer.Option(help="When it arrived, if earlier than now.")]


def resolve(
    context: typer.Context,
    number: Number,
    note: Annotated[
        str | None, typer.Argument(help="How it was resolved; left out or -, it is read from standard input.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="The kind of resolution, one of the procedure's.")] = None,
    temporary: Annotated[
        bool, typer.Option("--temporary", help="The permanent fix is to follow; left out, as the code says.")
    ] = False,
    status: Annotated[str | None, typer.Option(help="Where it goes instead of where the procedure has it.")] = None,
    channel: Annotated[str, typer.Option(help="How the note goes out: email, phone, …")] = "email",
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a letter that lacks what letters must hold.")
    ] = False,
    attached: Annotated[
        bool, typer.Option("--attached", help="Resolve all tickets that are attached to it, too.")
    ] = False,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Say how a ticket was resolved: the requester reads it, and is asked to confirm where the procedure asks.

    An incident is resolved with all tickets that are attached to it by --attached, in one act: everybody gets one
    letter, and those that cannot be resolved are named.
    """
    from deskterm.desk.linking import incidents
    from deskterm.desk.tickets.resolution import resolve as solve

    invocation: CliContext = context.obj
    desk, words, now = invocation.desk(), read_words(note), time_of(invocation)
    channel = way_of(desk, channel, "email")
    kind: Literal["temporary"] | None = "temporary" if temporary else None
    if attached and version is not None:
        raise UsageError("--attached and --if-version go one at a time.")
    if attached:
        done = incidents.resolve_incident(
            desk, number, words, resolution=kind, code=code, status=status, channel=channel, strict=strict, now=now
        )
    else:
        done = solve(
            desk, number, words, resolution=kind, code=code, status=status, channel=channel, strict=strict, now=now,
            version=version,
        )  # fmt: skip
    lacking(done)
    report(done, as_json)


def close(
    context: typer.Context,
    number: Number,
    because: Annotated[str, typer.Argument(help="The procedure's reason: insufficient-information, withdrawn, …")],
    as_json: AsJson = False,
) -> None:
    """Close a ticket without a resolution, for one of the procedure's reasons."""
    from deskterm.desk.tickets.closing import close as end

    invocation: CliContext = context.obj
    report(end(invocation.desk(), number, because, now=time_of(invocation)), as_json)


def confirm(
    context: typer.Context,
    number: Number,
    words: Said = "",
    author: Author = None,
    channel: Channel = "",
    received: Received = None,
    as_json: AsJson = False,
) -> None:
    """The requester says that all is well: the ticket is closed, or goes the last step before."""
    from deskterm.desk.tickets import confirmation

    _answered(context, confirmation.confirm, number, words, author, channel, received, as_json)


def reject(
    context: typer.Context,
    number: Number,
    words: Said = "",
    author: Author = None,
    channel: Channel = "",
    received: Received = None,
    as_json: AsJson = False,
) -> None:
    """The requester says that it is not resolved: the ticket goes back to be looked at again."""
    from deskterm.desk.tickets import confirmation

    _answered(context, confirmation.reject, number, words, author, channel, received, as_json)


def _answered(
    context: typer.Context,
    answer: Callable[..., CommandResult],
    number: int,
    words: str,
    author: str | None,
    channel: str,
    received: str | None,
    as_json: bool,
) -> None:
    invocation: CliContext = context.obj
    desk, now, arrived = invocation.desk(), time_of(invocation), _arrived(invocation, received)
    channel = way_of(desk, channel, "")
    report(answer(desk, number, words, author=author, channel=channel, received_at=arrived, now=now), as_json)


def reopen(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="Why; left out, for what was taken for mere thanks.")] = "",
    channel: Channel = "phone",
    as_json: AsJson = False,
) -> None:
    """Take a ticket up again, for its requester or for what was taken for mere thanks.

    With a reason, because its requester called or came; without, because their last message was more than thanks: its
    clocks count from when that came.
    """
    from deskterm.desk.conversation.thanks_messages import overrule_thanks
    from deskterm.desk.tickets.reopening import reopen as take_up

    invocation: CliContext = context.obj
    desk, now = invocation.desk(), time_of(invocation)
    if not reason:
        report(overrule_thanks(desk, number, now=now), as_json)
        return
    report(take_up(desk, number, reason, channel=way_of(desk, channel, "phone"), now=now), as_json)


def fixed(
    context: typer.Context,
    number: Number,
    note: Annotated[str, typer.Argument(help="What the permanent fix is, for the history.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that the permanent fix is there, which a temporary one left outstanding."""
    from deskterm.desk.tickets.resolution import record_permanent_fix

    invocation: CliContext = context.obj
    report(record_permanent_fix(invocation.desk(), number, note=note, now=time_of(invocation)), as_json)


def check(
    context: typer.Context,
    number: Number,
    items: Annotated[
        list[int] | None, typer.Argument(help="The items by their place, from 1.", metavar="ITEM", min=1, max=1000)
    ] = None,
    checklist: Annotated[str | None, typer.Option("--list", help="Which list; left out, the one that is open.")] = None,
    outcome: Annotated[str | None, typer.Option(help="What it ended in.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Take the ticks off again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tick items of a checklist off; without any, show the lists of a ticket."""
    from deskterm.desk.workflow import checklists

    invocation: CliContext = context.obj
    if not items and outcome is None and checklist is None:
        _show_lists(invocation, number, as_json)
        return
    done = checklists.tick_items(
        invocation.desk(),
        number,
        items or (),
        checklist=checklist,
        outcome=outcome,
        off=off,
        now=time_of(invocation),
    )
    report(done, as_json)


def thanks(
    context: typer.Context,
    overruled: Annotated[bool, typer.Option("--overruled", help="Those that were opened again.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=100_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List the messages that were taken for mere thanks, and kept their tickets closed."""
    from deskterm.cli.runtime import output
    from deskterm.store.queries.kept_thanks import thanks as read

    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    with invocation.reader() as reader:
        found = read(reader, "overruled" if overruled else "kept", limit=limit)
    if as_json:
        output.print_json([one._asdict() | {"at": output.instant(one.at)} for one in found])
        return
    output.print_table(
        ("#", "Arrived", "From", "Subject", "What it says"),
        [
            [str(one.number), output.local(one.at, facts.timezone), one.author, one.subject, " ".join(one.body.split())]
            for one in found
        ],
        right=("#",),
    )


def _arrived(invocation: CliContext, received: str | None) -> datetime | None:
    return None if received is None else read_instant(received, facts_of(invocation).timezone)


def _show_lists(invocation: CliContext, number: int, as_json: bool) -> None:
    """Show the lists of a ticket, those that nobody has begun too, and how to go on."""
    from deskterm.cli.runtime import output
    from deskterm.desk.workflow.checklists import CHECKLIST, find_applicable_checklists, format_tick_hint
    from deskterm.procedure.compiled import from_document
    from deskterm.store.queries.ticket_detail import desk_facts, ticket_detail

    with invocation.reader() as reader:
        facts, found = desk_facts(reader), ticket_detail(reader, number)
    if found is None:
        raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
    procedure = from_document(facts.document, facts.procedure_version)
    parts = find_applicable_checklists(procedure, found.type, found.row.status, found.records)
    begun = {record.key: record for record in found.records if record.kind == CHECKLIST and record.ticket is None}
    if as_json:
        output.print_json([{"checklist": key} | record.values for key, record in begun.items()])
        return
    known = procedure.definition.checklists
    if not known and not begun:
        raise DeskError("This procedure has no checklists: there is nothing to tick off.")
    if not parts:
        named = ", ".join(f"{part.key} ({part.label})" for part in known)
        output.print_lines([f"No list is asked for on {number}; --list with an item begins one: {named}."])
    for part in parts:
        record = begun.get(part.key)
        values = record.values if record is not None else {}
        ends = {outcome.key: outcome.label for outcome in part.outcomes}
        state = "not begun" if record is None else ends.get(values.get("outcome", ""), record.state)
        output.print_lines([f"{part.label} ({state})"])
        rows = values.get("items") or [{"text": item.text, "required": item.required} for item in part.items]
        for place, item in enumerate(rows, 1):
            mark = "x" if item.get("done") else " "
            by = f" · {item['by']}" if item.get("by") else ""
            wanted = "" if item["required"] else " (not required)"
            output.print_lines([f"  {place}. [{mark}] {item['text']}{wanted}{by}"])
        if record is None or record.state != "done":
            output.print_lines([format_tick_hint(procedure, number, part, record)])
