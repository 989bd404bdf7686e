"""`deskterm ticket like|supply|exempt|prioritise|confirm-severity|suggestions`: what a request says and means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson, Number, Seen, report, require_ticket, time_of
from deskterm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deskterm.store.queries.similar_tickets import Likely


def like(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="Words of a subject.")],
    client: Annotated[str | None, typer.Option(help="Whose: key, name or address; theirs come first.")] = None,
    product: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100)] = 10,
    as_json: AsJson = False,
) -> None:
    """List open and recent tickets that may be about the same matter."""
    from deskterm.cli.runtime import output

    found = likely(context.obj, subject, client, product, limit=limit)
    if as_json:
        output.print_json([one._asdict() for one in found])
    elif found:
        print_likely(context.obj, found)
    else:
        output.print_lines(["Nothing is like it."])


def likely(
    invocation: CliContext,
    subject: str,
    client: str | None,
    product: str | None,
    *,
    leave_out: Sequence[int] = (),
    limit: int = 3,
) -> list[Likely]:
    """What may be about the same matter, among the tickets that the procedure wants looked at."""
    import json

    from deskterm.store.queries.similar_tickets import suggestions
    from deskterm.store.queries.ticket_detail import desk_facts

    with invocation.reader() as reader:
        duplicates = json.loads(desk_facts(reader).document or "{}").get("duplicates", {})
        among = duplicates.get("suggest", "organisation")
        return suggestions(
            reader, subject, organisation=client, product=product, among=among, leave_out=leave_out, limit=limit
        )


def print_likely(invocation: CliContext, found: Sequence[Likely]) -> None:
    """A table of them."""
    from deskterm.cli.runtime import output
    from deskterm.present.labels import Vocabulary, label

    statuses = Vocabulary(facts_of(invocation).document).statuses
    rows = [
        (str(one.number), f"{one.score:.0%}", label(statuses, one.status), one.organisation or "–", one.subject)
        for one in found
    ]
    output.print_table(("#", "Alike", "Status", "Client", "Subject"), rows, right=("#", "Alike"))


def supply(
    context: typer.Context,
    number: Number,
    fields: Annotated[list[str], typer.Argument(help="What is known now.", metavar="KEY=VALUE")],
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Give what a request did not say: fields of its type."""
    from deskterm.desk.tickets.supply import supply_fields as give

    pairs = [text.partition("=") for text in fields]
    for key, sign, _ in pairs:
        if not sign or not key:
            raise UsageError(f"{key!r} is no field: write it as KEY=VALUE.")
    invocation: CliContext = context.obj
    said = {key: value for key, _, value in pairs}
    report(give(invocation.desk(), number, said, now=time_of(invocation), version=version), as_json)


def exempt(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why: one of the procedure's reasons.")] = "",
    end: Annotated[bool, typer.Option("--end", help="The promises hold again, from the same start.")] = False,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Leave a ticket out of all targets; reports count it apart."""
    from deskterm.desk.workflow import exemption

    invocation: CliContext = context.obj
    if end:
        done = exemption.unexempt(invocation.desk(), number, reason=reason, now=time_of(invocation), version=version)
    else:
        done = exemption.exempt(invocation.desk(), number, reason, now=time_of(invocation), version=version)
    report(done, as_json)


def prioritise(
    context: typer.Context,
    number: Number,
    priority: Annotated[str, typer.Argument(help="The priority that it gets.")],
    because: Annotated[str, typer.Option(help="One of the procedure's reasons.")],
    affected: Annotated[int | None, typer.Option(help="How many people are affected.", min=0, max=10**9)] = None,
    note: Annotated[str, typer.Option(help="More on it; it stays in the history.")] = "",
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Lift a ticket out of its order, for a reason that the procedure names."""
    from deskterm.desk.workflow.priority_override import override_priority as lift

    invocation: CliContext = context.obj
    desk, now = invocation.desk(), time_of(invocation)
    done = lift(desk, number, priority, override=because, affected=affected, note=note, now=now, version=version)
    report(done, as_json)


def confirm_severity(
    context: typer.Context,
    number: Number,
    severity: Annotated[str | None, typer.Argument(help="The right one; left out, the one it has.")] = None,
    reason: Annotated[str, typer.Option(help="Why, where it is another; it stays in the history.")] = "",
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Confirm the severity that the requester chose, or correct it; what they chose stays on record."""
    from deskterm.desk.workflow import severity_confirmation

    invocation: CliContext = context.obj
    done = severity_confirmation.confirm_severity(
        invocation.desk(), number, severity, reason=reason, now=time_of(invocation), version=version
    )
    report(done, as_json)


def suggestions(
    context: typer.Context,
    number: Number,
    take: Annotated[str | None, typer.Option(help="Do what this one suggests.", metavar="KEY")] = None,
    leave: Annotated[str | None, typer.Option(help="Leave it as it is.", metavar="KEY")] = None,
    as_json: AsJson = False,
) -> None:
    """List what rules suggest for a ticket, take a suggestion or leave it."""
    from deskterm.cli.runtime import output
    from deskterm.store.queries.ticket_detail import records

    invocation: CliContext = context.obj
    if take is not None and leave is not None:
        raise UsageError("Take a suggestion or leave it, one at a time.")
    if take is not None or leave is not None:
        from deskterm.desk.reactions import suggestions as suggested

        act = suggested.dismiss_suggestion if take is None else suggested.accept_suggestion
        report(act(invocation.desk(), number, take or leave, now=time_of(invocation)), as_json)
        return
    with invocation.reader() as reader:
        require_ticket(reader, number)
        found = records(reader, number, "suggestion")
    if as_json:
        output.print_json([{"key": one.key, "at": output.instant(one.at), **one.values} for one in found])
    elif found:
        zone = facts_of(invocation).timezone
        rows = [(one.key, one.state, output.local(one.at, zone), one.values["ask"], one.who or "–") for one in found]
        output.print_table(("#", "State", "Since", "What", "By"), rows, right=("#",))
    else:
        output.print_lines([f"Nothing is suggested for {number}."])
