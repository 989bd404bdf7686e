"""Escalation by the words of a customer's message: a request for it starts a ladder (S1-34)."""

from __future__ import annotations

from sqlalchemy import select

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.wording.escalation_request import asks_for_escalation
from deskterm.desk.notify.letters import load_event_text
from deskterm.desk.workflow.escalation import take_step
from deskterm.desk.workflow.ladder_levels import find_open_step
from deskterm.store.db.tables import Contact, table_of


def escalate_on_phrases(work: TicketTransaction, event: Event) -> list[str]:
    """Start the ladders that a customer's message asks for, and describe each step: those with phrases, by these and by
    the words that come with deskterm."""
    if event.kind != "replied" or event.data.get("author_kind") != "requester" or event.data.get("thanks"):
        return []
    ladders = [ladder for ladder in work.procedure.definition.ladders if ladder.phrases]
    if not ladders or not work.state.is_open:
        return []
    text, people = load_event_text(work, event), _load_names(work, event)
    # "Escalate" alone does not say which of several ladders is meant: their own phrases do
    is_only_one = len(ladders) == 1
    return [
        take_step(work, ladder, 1, reason="asked for in a message", by_customer=True, message=event.seq)
        for ladder in ladders
        # Asking a second time takes no further step: that is for whoever was asked to decide
        if find_open_step(work, ladder.key) is None
        and asks_for_escalation(text, ladder.phrases, people, by_common_words=is_only_one)
    ]


def _load_names(work: TicketTransaction, event: Event) -> list[str]:
    """Load the names of the author of a message and of the requester, whose signatures do not count."""
    contact = table_of(Contact)
    people = {event.data.get("contact"), work.state.requester_id} - {None}
    return list(work.session.execute(select(contact.c.name).where(contact.c.id.in_(people))).scalars())
