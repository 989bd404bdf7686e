"""`deskterm ticket escalate|passed|review|dispute|settle|delay|told`: escalations, disputed priorities, and
news of a delay."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number, ReasonOption
from deskterm.cli.runtime.output import print_result
from deskterm.cli.ticket.due_changes import print_due_changes
from deskterm.desk.conversation.delay_notice import announce_delay
from deskterm.desk.directory.tier_coverage import record_handoff
from deskterm.desk.notify.calls import acknowledge
from deskterm.desk.notify.letters import log_call_instead
from deskterm.desk.workflow import escalation, escalation_review
from deskterm.desk.workflow.priority_dispute import dispute_priority, settle_dispute
from deskterm.errors import UsageError

Words = Annotated[str, typer.Argument(help="The words.")]


def escalate(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="Why.")] = "",
    reason_option: ReasonOption = "",
    ladder: Annotated[
        str | None, typer.Option(help="Which ladder; left out, the begun one, else to the next tier.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="Which level, by its name or number; left out, the next.")] = None,
    criterion: Annotated[
        str, typer.Option(help="How the criterion of the level is met; asked for where --level skips levels.")
    ] = "",
    impact: Annotated[str, typer.Option(help="How it touches the customer's business, in their words.")] = "",
    by_customer: Annotated[bool, typer.Option("--by-customer", help="The customer asks for it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the next step of a ladder: its role is asked, its level of support takes over."""
    cli: CliContext = context.obj
    result = escalation.escalate(
        cli.open_desk(), number, ladder=ladder, level=level, reason=reason or reason_option, impact=impact,
        criterion=criterion, by_customer=by_customer, now=cli.now(),
    )  # fmt: skip
    print_result(result, as_json)


def acknowledge_call(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Acknowledge a call: nobody is called for it again."""
    cli: CliContext = context.obj
    print_result(acknowledge(cli.open_desk(), number, now=cli.now()), as_json)


def record_handoff_to_client(
    context: typer.Context,
    number: Number,
    note: Annotated[str, typer.Argument(help="To whom, and what they were told; only agents see it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Record that a ticket was passed to the client's own desk, which gives that level of support itself."""
    cli: CliContext = context.obj
    print_result(record_handoff(cli.open_desk(), number, note=note, now=cli.now()), as_json)


def review(
    context: typer.Context,
    number: Number,
    decision: Annotated[str, typer.Argument(help="What was decided: an outcome of the ladder's checklist, or words.")],
    key: Annotated[str | None, typer.Option(help="Which escalation, where several are open.")] = None,
    severity: Annotated[str | None, typer.Option(help="The severity from now on.")] = None,
    priority: Annotated[str | None, typer.Option(help="The priority from now on.")] = None,
    note: Annotated[str, typer.Option(help="A note that only agents see.")] = "",
    as_json: AsJson = False,
) -> None:
    """Decide on an escalation after looking at its impact."""
    cli: CliContext = context.obj
    result = escalation_review.review_escalation(
        cli.open_desk(), number, key, decision=decision, severity=severity, priority=priority, note=note,
        now=cli.now(),
    )  # fmt: skip
    if severity is None and priority is None:
        print_result(result, as_json)
    else:
        print_due_changes(result, cli.read_facts().timezone, may_move=True, dry_run=False, as_json=as_json)


def dispute(
    context: typer.Context,
    number: Number,
    words: Annotated[str, typer.Argument(help="How it affects them, in their words.")],
    wanted: Annotated[str | None, typer.Option(help="The priority that they think is right.")] = None,
    as_json: AsJson = False,
) -> None:
    """Record that the customer disputes the priority."""
    cli: CliContext = context.obj
    print_result(dispute_priority(cli.open_desk(), number, words, requested_priority=wanted, now=cli.now()), as_json)


def settle(
    context: typer.Context,
    number: Number,
    priority: Annotated[str | None, typer.Option(help="The priority from now on; left out, it stays.")] = None,
    note: Annotated[str, typer.Option(help="Why; only agents see it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Decide on a disputed priority; another one moves due times: each clock's old and new one are shown."""
    cli: CliContext = context.obj
    facts = cli.read_facts()
    result = settle_dispute(cli.open_desk(), number, priority=priority, note=note, now=cli.now(facts), dry_run=dry_run)
    print_due_changes(result, facts.timezone, may_move=priority is not None, dry_run=dry_run, as_json=as_json)


def delay(
    context: typer.Context,
    number: Number,
    words: Words,
    metric: Annotated[str | None, typer.Option(help="Which clock; left out, the one that is due next.")] = None,
    phone: Annotated[bool, typer.Option("--phone", help="They were told by phone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell the requester that it takes longer, before the time runs out."""
    cli: CliContext = context.obj
    result = announce_delay(cli.open_desk(), number, words, metric=metric, by_phone=phone, now=cli.now())
    print_result(result, as_json)


def log_call(
    context: typer.Context,
    number: Number,
    words: Annotated[str, typer.Argument(help="What they were told.")],
    phone: Annotated[bool, typer.Option("--phone", help="By phone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Log a call that replaces the waiting letters; they are withdrawn."""
    if not phone:
        raise UsageError("Say how they were told: --phone; by mail it is `deskterm ticket reply`.")
    cli: CliContext = context.obj
    print_result(log_call_instead(cli.open_desk(), number, words, now=cli.now()), as_json)
