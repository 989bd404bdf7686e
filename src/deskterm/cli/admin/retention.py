"""`deskterm retention`, `purge`, `erase`, `ticket hold` and `ticket release-hold`: the data that is
kept, and for how long."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, to_rfc3339
from deskterm.cli.runtime.options import AsJson, Number, ReasonOption
from deskterm.cli.runtime.output import print_json, print_result, show_progress_on_terminal
from deskterm.cli.runtime.stdin import require_confirmation
from deskterm.cli.runtime.table import print_table
from deskterm.desk.history import retention
from deskterm.desk.history.erasing import erasure
from deskterm.present.formats import format_count
from deskterm.store.queries.retention import RetentionRow, load_held_tickets

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def hold_ticket(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="Why; whoever wants to release it asks for that.")] = "",
    reason_option: ReasonOption = "",
    as_json: AsJson = False,
) -> None:
    """Keep a ticket from being purged, whatever its age."""
    cli: CliContext = context.obj
    now = cli.now()
    print_result(retention.place_hold(cli.open_desk(), number, reason or reason_option, now=now), as_json)


def release_hold(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why; it stays in the history.")] = "",
    as_json: AsJson = False,
) -> None:
    """Release the hold on a ticket."""
    cli: CliContext = context.obj
    now = cli.now()
    print_result(retention.release_hold(cli.open_desk(), number, reason, now=now), as_json)


def list_kept(context: typer.Context, as_json: AsJson = False) -> None:
    """List closed tickets whose time is over, and tickets that are held."""
    cli: CliContext = context.obj
    facts = cli.read_facts()
    desk, now = cli.open_desk(), cli.now(facts)
    with cli.open_current_reader() as reader:
        due, on_hold = retention.find_expired_tickets(desk, reader, now=now), load_held_tickets(reader)
    years = desk.procedure.definition.retention.years
    if as_json:
        print_json({"years": years, "due": _kept_to_json(due), "held": _kept_to_json(on_hold)})
        return
    free = sum(ticket.held is None for ticket in due)
    print(f"Closed and untouched for {years} years: {len(due)}, of which {free} may be purged. Held: {len(on_hold)}.")
    tickets = {ticket.number: ticket for ticket in (*due, *on_hold)}  # a ticket that is due may be held, too
    if tickets:
        print_table(
            ("#", "Touched", "Held", "Subject"),
            [
                (str(ticket.number), format_time(ticket.touched, facts.timezone), ticket.held or "–", ticket.subject)
                for ticket in tickets.values()
            ],
            right=("#",),
        )


def _kept_to_json(tickets: list[RetentionRow]) -> list[dict[str, object]]:
    return [ticket._asdict() | {"touched": to_rfc3339(ticket.touched)} for ticket in tickets]


def purge(
    context: typer.Context,
    really: Annotated[bool, typer.Option("--really", help="Do it; left out, it only says what it would do.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Empty the words of closed tickets whose time is over, but for those that are held.

    What was done, when and by whom stays, and so does the chain of events.
    """
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    desk.require("purge")
    with cli.open_current_reader() as reader:
        due = [ticket for ticket in retention.find_expired_tickets(desk, reader, now=now) if ticket.held is None]
        if really and due:
            consequence = f"The words of {format_count(len(due), 'ticket')} will be gone for ever."
            # The count itself has to be typed, so that it is read
            require_confirmation(consequence, str(len(due)), confirmed=yes)
            due = retention.purge_expired_tickets(desk, reader, now=now, progress=show_progress_on_terminal("tickets"))
    if as_json:
        print_json({"purged": really, "tickets": [ticket.number for ticket in due]})
    elif not due:
        print("There is nothing to purge.")
    elif really:
        print(f"Purged {format_count(len(due), 'ticket')}.")
    else:
        print(f"{format_count(len(due), 'ticket')} would be purged: --really does it.")


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
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    # A rehearsal first, so that the question can say what would be lost
    found = erasure.erase_person(desk, who, now=now, dry_run=True)
    if not dry_run:
        consequence = f"{found.name} will be erased on {format_count(len(found.tickets), 'ticket')}, for ever."
        require_confirmation(consequence, who.strip(), confirmed=yes)
        # By number now, so that it is the person who was named in the question.
        found = erasure.erase_person(desk, str(found.person), now=now)
    if as_json:
        print_json(
            {
                "erased": not dry_run,
                "person": found.person,
                "tickets": found.tickets,
                "emptied": found.emptied,
                "redacted": found.redacted,
                "files": found.files,
                "mails": found.mails,
                "named": [{"ticket": ticket, "seq": seq} for ticket, seq in found.remaining_mentions],
            }
        )
        return
    verb = "would be" if dry_run else "were"
    tickets = format_count(len(found.tickets), "ticket")
    erased = [
        f", {format_count(count, word)} erased"
        for count, word in ((found.files, "file"), (found.mails, "mail"))
        if count
    ]
    print(f"{tickets}: {found.emptied} texts {verb} emptied, {found.redacted} redacted{''.join(erased)}.")
    if found.remaining_mentions:
        listed = ", ".join(f"{ticket}/{seq}" for ticket, seq in found.remaining_mentions[:8])
        more = " …" if len(found.remaining_mentions) > 8 else ""
        print(f"Events that stay as they are, for the chain's sake, hold the name or words of theirs: {listed}{more}.")
