"""`deskterm ticket set`: correcting a ticket, with what becomes of its clocks."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson, Number, Seen

if TYPE_CHECKING:
    from deskterm.desk.core.transaction import CommandResult


def set_values(
    context: typer.Context,
    number: Number,
    status: Annotated[str | None, typer.Option(help="The new status.")] = None,
    severity: Annotated[str | None, typer.Option(help="The new severity.")] = None,
    priority: Annotated[str | None, typer.Option(help="The new priority.")] = None,
    impact: Annotated[str | None, typer.Option(help="How many it touches, where the procedure weighs that.")] = None,
    urgency: Annotated[str | None, typer.Option(help="How pressing it is for them, where it weighs that.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="The right type of request.")] = None,
    client: Annotated[str | None, typer.Option(help="Whose ticket it is: the client's key or name.")] = None,
    subject: Annotated[str | None, typer.Option(help="A better subject.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Add a tag; may be given again.")] = None,
    untag: Annotated[list[str] | None, typer.Option(help="Take a tag off; may be given again.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the history; a closing reason where one is asked for.")] = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Move it without the message to the requester that the status asks for.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Change a ticket: all that is asked for happens, or nothing.

    Another severity, priority, impact, urgency, type or client moves due times: each clock's old and new one are shown.
    """
    from deskterm.desk.tickets.update import update_ticket

    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    done = update_ticket(
        invocation.desk(),
        number,
        status=status,
        severity=severity,
        priority=priority,
        impact=impact,
        urgency=urgency,
        type=kind,
        organisation=client,
        subject=subject,
        add_tags=tag or (),
        remove_tags=untag or (),
        reason=reason,
        anyway=anyway,
        now=invocation.now(facts),
        version=version,
        rehearse=dry_run,
    )
    retargets = any(wanted is not None for wanted in (severity, priority, impact, urgency, kind, client))
    tell(done, facts.timezone, retargets, dry_run, as_json)


def tell(done: CommandResult, timezone: str, retargets: bool, dry_run: bool, as_json: bool) -> None:
    """Print what a change did, or would do, and the old and the new due time of each clock that it moves (rule 17).
    retargets: it was of a kind that may move some."""
    if as_json:
        _print_json(done, dry_run)
    else:
        _print(done, timezone, retargets, dry_run)


def _print(done: CommandResult, timezone: str, retargets: bool, dry_run: bool) -> None:
    from deskterm.cli.runtime import output

    output.print_done(done, as_json=False)
    names = [one.label if one.cycle == 1 else f"{one.label} {one.cycle}" for one in done.moved]
    width = max(map(len, names), default=0) + 2
    for name, one in zip(names, done.moved, strict=True):
        late = "  late at once" if one.late_now else ""
        due = f"{output.due(one.old_due, timezone)} → {output.due(one.new_due, timezone)}"
        due += " if resumed now" if one.rests else ""
        output.print_lines([f"  {name:<{width}}{due}{late}"])
    if retargets and not done.moved:
        print("  no due time moves")
    if dry_run:
        print("A dry run: nothing was written.")


def _print_json(done: CommandResult, dry_run: bool) -> None:
    from deskterm.cli.runtime import output

    moved = [
        {name: value for name, value in asdict(one).items() if name != "number"}
        | {name: output.instant(getattr(one, name)) for name in ("old_due", "new_due")}
        for one in done.moved
    ]
    output.print_json(
        {
            "number": done.number,
            "summary": done.summary,
            "changes": done.changes,
            "version": done.version,
            "moved": moved,
            "dry_run": dry_run,
        }
    )
