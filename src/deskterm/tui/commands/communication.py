"""Telling people, and asking for more help: each does what the command line's command of the same name does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.tui.commands.base import Command
from deskterm.tui.commands.prompted import Numbered, Worded

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.tui.screens.desk import DeskScreen


class Escalate(Worded):
    """Take the next step of a ladder: its role is asked, its level of support takes over."""

    name, title, keys, footer, argument = "escalate", "escalate", ("e",), 5, "[reason]"
    rows, act = "many", "escalate"
    question = "Why {be} {} escalated?"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.workflow import escalation

        return escalation.escalate(desk, number, reason=words, now=now)


class Review(Worded):
    """Decide on the open escalation of a ticket."""

    name, title, argument, rows, act = "review", "Decide on an escalation", "[decision]", "one", "escalate"
    question = "What was decided on {}?"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.workflow import escalation_review

        return escalation_review.review_escalation(desk, number, decision=words, now=now)


class Dispute(Worded):
    """Note that the customer says the priority is wrong, and how it affects them."""

    name, title, argument, rows, act = "dispute", "Priority is disputed", "[words]", "one", "escalate"
    question = "How does {} affect them?"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.workflow import priority_dispute

        return priority_dispute.dispute_priority(desk, number, words, now=now)


class Delay(Worded):
    """Tell the requester that it takes longer, before the time runs out."""

    name, title, argument, rows, act = "delay", "Tell of a delay", "[words]", "many", "reply"
    question = "What takes longer on {}, or when is it done?"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.conversation import delay_notice

        return delay_notice.announce_delay(desk, number, words, now=now)


class Told(Worded):
    """Log a call that does instead of the letters that wait."""

    name, title, argument, rows, act = "told", "Told by phone", "[words]", "one", "reply"
    question = "What were they told of {} by phone?"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.notify import letters

        return letters.log_call_instead(desk, number, words, now=now)


class Join(Worded):
    """Let somebody take part: the ticket's letters go to them too."""

    name, title, argument, rows, act = "join", "Add a participant", "[name or address]", "many", "participate"
    question = "Who takes part in {}?"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.directory import participants

        return participants.add_participant(desk, number, words, now=now)


class Attach(Numbered):
    """Attach the tickets to an incident, by its number."""

    name, title, argument, rows, act = "attach", "Attach to an incident", "[number]", "many", "link"
    question = "Which incident {do} {} belong to?"

    def connect(self, desk: DeskSession, number: int, other: int, now: datetime) -> CommandResult:
        from deskterm.desk.linking import incidents

        return incidents.attach_ticket(desk, number, other, now=now)


class Announce(Worded):
    """Say one thing on an incident and on every ticket that is attached to it."""

    name, title, argument, rows, act = "announce", "Tell all of an incident", "[words]", "one", "reply"
    question = "What should all know who are touched by {}?"

    def carry(self, desk: DeskSession, number: int, words: str, now: datetime) -> CommandResult:
        from deskterm.desk.linking import incidents

        return incidents.announce_to_attached(desk, number, words, now=now)


class Cover(Command):
    """Take over the tickets of a colleague who is away."""

    name, title, rows, act, group = "cover", "Take over from somebody away", "many", "assign", "Work"

    async def run(self, screen: DeskScreen, argument: str) -> None:
        now = screen.instant()

        def take(desk: DeskSession, number: int) -> CommandResult:
            from deskterm.desk.directory import absence

            return absence.take_over(desk, number, now=now)

        await screen.carrying.to_each(screen.lines(many=True), take)


TELLING = (Escalate(), Review(), Dispute(), Delay(), Told(), Join(), Attach(), Announce(), Cover())
