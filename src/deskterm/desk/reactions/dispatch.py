"""What follows from what happened: the procedure's rules act on it, what hangs on the ticket is kept (time that was
worked, a quote, a question how it was, articles that were sent), then its notices tell people of it.

All of it runs in the transaction of the command, after the command's own events; what a rule does is seen by the rules
after it and by the notices, what a notice writes by nobody.
"""

from __future__ import annotations

from deskterm.desk.billing import quotes, time_entries
from deskterm.desk.conversation import articles, survey
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds import EVENT_KINDS
from deskterm.desk.domain.events import Event
from deskterm.desk.reactions.first_responder import assign_first_responder
from deskterm.desk.reactions.notices import send_notices
from deskterm.desk.reactions.rules import apply_rules
from deskterm.desk.reactions.stale_suggestions import expire_suggestions
from deskterm.desk.workflow.escalation_phrases import escalate_on_phrases
from deskterm.desk.workflow.transition_rules import MOVE_BLOCKED


def follow(work: TicketTransaction) -> list[str]:
    """Let rules and notices see the events that they have not seen; what they did, in a few words each."""
    fresh: list[Event] = []
    said: list[str] = []
    while work.followed < len(work.happened):
        event = work.happened[work.followed]
        work.followed += 1
        if event.kind == MOVE_BLOCKED:
            here = work.procedure.statuses.get(work.state.status)
            said.append(f"stays {here.label if here else work.state.status}: {event.data['why']}")
        if EVENT_KINDS[event.kind].has_reactions:
            fresh.append(event)
            said += [*escalate_on_phrases(work, event), *assign_first_responder(work, event), *apply_rules(work, event)]
            said += [*_kept(work, event), *expire_suggestions(work, event)]
        elif event.kind == "noticed":
            fresh.append(event)
            said += apply_rules(work, event)
    if fresh:
        said += send_notices(work, fresh)
        work.followed = len(work.happened)
    return said


def _kept(work: TicketTransaction, event: Event) -> list[str]:
    return [
        *time_entries.record_finished_work(work),
        *quotes.request_due_quote(work, event),
        *survey.request_feedback(work, event),
        *articles.record_sent_articles(work, event),
    ]
