"""`deskterm retention`, `purge`, `erase`, `ticket hold` and `ticket release-hold`: what is kept, and for how long."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson, Number
from deskterm.errors import DeskError

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def hold(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="Why; whoever wants to release it asks for that.")],
    as_json: AsJson = False,
) -> None:
    """Keep a ticket as it is, whatever its age."""
    from deskterm.cli.runtime import output
    from deskterm.desk.history import retention

    invocation: CliContext = context.obj
    now = invocation.now(facts_of(invocation))
    output.print_done(retention.place_hold(invocation.desk(), number, reason, now=now), as_json)


def release_hold(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why; it stays in the history.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hold a ticket no longer."""
    from deskterm.cli.runtime import output
    from deskterm.desk.history import retention

    invocation: CliContext = context.obj
    now = invocation.now(facts_of(invocation))
    output.print_done(retention.release_hold(invocation.desk(), number, reason, now=now), as_json)


def list_kept(context: typer.Context, as_json: AsJson = False) -> None:
    """List closed tickets whose time is over, and tickets that are held."""
    from deskterm.cli.runtime import output
    from deskterm.desk.history import retention as keeping
    from deskterm.store.queries.retention import held

    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    desk, now = invocation.desk(), invocation.now(facts)
    with invocation.reader() as reader:
        due, kept = keeping.find_expired_tickets(desk, reader, now=now), held(reader)
    years = desk.procedure.definition.retention.years
    if as_json:
        rows = [one._asdict() | {"touched": output.instant(one.touched)} for one in due]
        others = [one._asdict() | {"touched": output.instant(one.touched)} for one in kept]
        output.print_json({"years": years, "due": rows, "held": others})
        return
    free = sum(one.held is None for one in due)
    print(f"Closed and untouched for {years} years: {len(due)}, of which {free} may be purged. Held: {len(kept)}.")
    shown = {one.number: one for one in (*due, *kept)}
    if shown:
        output.print_table(
            ("#", "Touched", "Held", "Subject"),
            [
                (str(one.number), output.local(one.touched, facts.timezone), one.held or "–", one.subject)
                for one in shown.values()
            ],
            right=("#",),
        )


def purge(
    context: typer.Context,
    really: Annotated[bool, typer.Option("--really", help="Do it; left out, it only says what it would do.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Empty the words of closed tickets whose time is over, but for those that are held.

    What was done, when and by whom stays, and so does the chain of events.
    """
    from deskterm.cli.runtime import output
    from deskterm.desk.history import retention as keeping

    invocation: CliContext = context.obj
    desk, now = invocation.desk(), invocation.now(facts_of(invocation))
    desk.require("purge")
    with invocation.reader() as reader:
        due = [one for one in keeping.find_expired_tickets(desk, reader, now=now) if one.held is None]
        if really and due:
            _confirmed(yes, f"The words of {_tickets(len(due))} will be gone for ever.", str(len(due)))
            bar = output.progress("tickets") if sys.stderr.isatty() else None
            due = keeping.purge_expired_tickets(desk, reader, now=now, progress=bar)
    if as_json:
        output.print_json({"purged": really, "tickets": [one.number for one in due]})
    elif not due:
        print("There is nothing to purge.")
    elif really:
        print(f"Purged {_tickets(len(due))}.")
    else:
        print(f"{_tickets(len(due)).capitalize()} would be purged: --really does it.")


def erase(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help="Somebody outside: an e-mail address, a name or a number.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person: what they wrote, and their name, address and telephone number.

    Their tickets stay, without their words; what others wrote there stays without the name.
    """
    from deskterm.cli.runtime import output
    from deskterm.desk.history import erasure

    invocation: CliContext = context.obj
    desk, now = invocation.desk(), invocation.now(facts_of(invocation))
    found = erasure.erase_person(desk, who, now=now, dry_run=True)
    if not dry_run:
        what = f"{found.name} will be erased on {_tickets(len(found.tickets))}, for ever."
        _confirmed(yes, what, who.strip())
        found = erasure.erase_person(desk, str(found.person), now=now)
    if as_json:
        output.print_json(
            {
                "erased": not dry_run,
                "person": found.person,
                "tickets": found.tickets,
                "emptied": found.emptied,
                "redacted": found.redacted,
                "named": [{"ticket": ticket, "seq": seq} for ticket, seq in found.remaining_mentions],
            }
        )
        return
    verb = "would be" if dry_run else "were"
    print(
        f"{_tickets(len(found.tickets)).capitalize()}: {found.emptied} texts {verb} emptied, {found.redacted} redacted."
    )
    if found.remaining_mentions:
        listed = ", ".join(f"{ticket}/{seq}" for ticket, seq in found.remaining_mentions[:8])
        more = " …" if len(found.remaining_mentions) > 8 else ""
        print(f"Events that stay as they are, for the chain's sake, hold the name or words of theirs: {listed}{more}.")


def _tickets(count: int) -> str:
    return "1 ticket" if count == 1 else f"{count} tickets"


def _confirmed(yes: bool, what: str, word: str) -> None:
    """DeskError unless a person types the word."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise DeskError(f"{what} Say --yes where nobody can be asked.")
    from deskterm.cli.runtime.output import safe

    print(f"{safe(what)} Type {safe(word)} to go on: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != word:
        raise DeskError("Nothing was done.")
