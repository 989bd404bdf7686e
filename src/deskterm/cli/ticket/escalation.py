"""`deskterm ticket escalate|passed|review|dispute|settle|delay|told`: when a ticket needs more, or a word is due."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson, Number, report, time_of
from deskterm.cli.ticket.edit import tell
from deskterm.errors import UsageError

Words = Annotated[str, typer.Argument(help="The words.")]


def escalate(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="Why.")] = "",
    ladder: Annotated[
        str | None, typer.Option(help="Which ladder; left out, the begun one, else to the next tier.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="Which level, by its name or place; left out, the next.")] = None,
    impact: Annotated[str, typer.Option(help="How it touches the customer's business, in their words.")] = "",
    by_customer: Annotated[bool, typer.Option("--by-customer", help="The customer asks for it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the next step of a ladder: its role is asked, its level of support takes over."""
    from deskterm.desk.workflow.escalation import escalate as climb

    invocation: CliContext = context.obj
    done = climb(
        invocation.desk(), number, ladder=ladder, level=level, reason=reason, impact=impact, by_customer=by_customer,
        now=time_of(invocation),
    )  # fmt: skip
    report(done, as_json)


def passed(
    context: typer.Context,
    number: Number,
    note: Annotated[str, typer.Argument(help="To whom, and what they were told; only agents see it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that a ticket was passed to the client's own desk, which gives that level of support itself."""
    from deskterm.desk.directory.tier_coverage import record_handoff

    invocation: CliContext = context.obj
    report(record_handoff(invocation.desk(), number, note=note, now=time_of(invocation)), as_json)


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
    from deskterm.desk.workflow.escalation_review import review_escalation as decide

    invocation: CliContext = context.obj
    done = decide(
        invocation.desk(), number, key, decision=decision, severity=severity, priority=priority, note=note,
        now=time_of(invocation),
    )  # fmt: skip
    if severity is None and priority is None:
        report(done, as_json)
    else:
        tell(done, facts_of(invocation).timezone, True, False, as_json)


def dispute(
    context: typer.Context,
    number: Number,
    words: Annotated[str, typer.Argument(help="How it affects them, in their words.")],
    wanted: Annotated[str | None, typer.Option(help="The priority that they think is right.")] = None,
    as_json: AsJson = False,
) -> None:
    """Note that the customer says the priority is wrong."""
    from deskterm.desk.workflow.priority_dispute import dispute_priority as note_dispute

    invocation: CliContext = context.obj
    report(note_dispute(invocation.desk(), number, words, wanted=wanted, now=time_of(invocation)), as_json)


def settle(
    context: typer.Context,
    number: Number,
    priority: Annotated[str | None, typer.Option(help="The priority from now on; left out, it stays.")] = None,
    note: Annotated[str, typer.Option(help="Why; only agents see it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Decide on a disputed priority; another one moves due times: each clock's old and new one are shown."""
    from deskterm.desk.workflow.priority_dispute import settle_dispute as decide

    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    done = decide(invocation.desk(), number, priority=priority, note=note, now=invocation.now(facts), rehearse=dry_run)
    tell(done, facts.timezone, priority is not None, dry_run, as_json)


def delay(
    context: typer.Context,
    number: Number,
    words: Words,
    metric: Annotated[str | None, typer.Option(help="Which clock; left out, the one that is due next.")] = None,
    phone: Annotated[bool, typer.Option("--phone", help="They were told by phone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell the requester that it takes longer, before the time runs out."""
    from deskterm.desk.conversation.delay_notice import announce_delay

    invocation: CliContext = context.obj
    done = announce_delay(invocation.desk(), number, words, metric=metric, by_phone=phone, now=time_of(invocation))
    report(done, as_json)


def told(
    context: typer.Context,
    number: Number,
    words: Annotated[str, typer.Argument(help="What they were told.")],
    phone: Annotated[bool, typer.Option("--phone", help="By phone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Log a call that does instead of the letters that wait; they are withdrawn."""
    from deskterm.desk.notify.letters import log_call_instead

    if not phone:
        raise UsageError("Say how they were told: --phone; by mail it is `deskterm ticket reply`.")
    invocation: CliContext = context.obj
    report(log_call_instead(invocation.desk(), number, words, now=time_of(invocation)), as_json)
