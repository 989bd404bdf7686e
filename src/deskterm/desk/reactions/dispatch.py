"""Dispatch of the reactions to a command: what follows from its events, in a fixed order.

The procedure's rules act first, whoever is mentioned is told, then other records follow (finished work, quotes,
surveys, sent articles), and last the notices are sent. All of it runs within the command's transaction, after the
command's own events. What a rule does is seen by the rules after it and by the notices; what a notice appends is seen
by nobody, so that no loop can arise.
"""

from __future__ import annotations

from deskterm.desk.billing import quotes, time_entries
from deskterm.desk.conversation import articles, survey
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds.table import EVENT_KINDS
from deskterm.desk.domain.events import Event
from deskterm.desk.reactions.first_responder import assign_first_responder
from deskterm.desk.reactions.mentions import notify_mentioned
from deskterm.desk.reactions.notices import send_notices
from deskterm.desk.reactions.rules import apply_rules
from deskterm.desk.reactions.stale_suggestions import expire_suggestions
from deskterm.desk.workflow import work_sessions
from deskterm.desk.workflow.escalation_phrases import escalate_on_phrases
from deskterm.desk.workflow.transition_rules import MOVE_BLOCKED


def run_reactions(work: TicketTransaction) -> list[str]:
    """Run the reactions to all events that have had none yet; describe each in a few words."""
    new_events: list[Event] = []
    phrases: list[str] = []
    # Reactions append events, so the list grows while it is worked through.
    while work.reacted_count < len(work.new_events):
        event = work.new_events[work.reacted_count]
        work.reacted_count += 1
        if event.kind == MOVE_BLOCKED:
            status = work.procedure.statuses.get(work.state.status)
            # Refused moves are told even though nothing reacts to them: the agent expected the move
            phrases.append(f"stays {status.label if status else work.state.status}: {event.data['why']}")
        if EVENT_KINDS[event.kind].has_reactions:
            new_events.append(event)
            phrases += [
                # Before the rules, so that they see the level that the customer asked for
                *escalate_on_phrases(work, event),
                *assign_first_responder(work, event),
                *apply_rules(work, event),
                *notify_mentioned(work, event),
            ]
            phrases += [*_update_records(work, event), *expire_suggestions(work, event)]
        elif event.kind == "noticed":
            # A warning or breach changes nothing of the ticket, so no record can follow from it and no suggestion
            # become stale. But the procedure may have rules and notices for it.
            new_events.append(event)
            phrases += apply_rules(work, event)
    if new_events:
        phrases += send_notices(work, new_events)
        work.reacted_count = len(work.new_events)  # the notices themselves have no reactions
    return phrases


def _update_records(work: TicketTransaction, event: Event) -> list[str]:
    """Update the records that follow from an event: finished work, a due quote, a survey, sent articles."""
    time_entries.note_reached_work(work, event)
    work_sessions.stop_work_of_waiting(work, event)
    return [
        *time_entries.record_finished_work(work),
        *quotes.request_due_quote(work, event),
        *survey.request_feedback(work, event),
        *articles.record_sent_articles(work, event),
    ]
