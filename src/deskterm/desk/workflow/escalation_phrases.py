"""Escalation by the words of a customer's message: phrases that ask for it start a ladder (S1-34)."""

from __future__ import annotations

import re
from functools import lru_cache

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.quoted_text import remove_history
from deskterm.desk.notify.letters import load_event_text
from deskterm.desk.workflow.escalation import take_step
from deskterm.desk.workflow.ladder_levels import find_open_step


def escalate_on_phrases(work: TicketTransaction, event: Event) -> list[str]:
    """Start the ladders whose phrases a customer's message contains, and describe each step. Quoted lines of earlier
    messages do not count."""
    if event.kind != "replied" or event.data.get("author_kind") != "requester" or event.data.get("thanks"):
        return []
    ladders = [ladder for ladder in work.procedure.definition.ladders if ladder.phrases]
    if not ladders or not work.state.is_open:
        return []
    text = remove_history(load_event_text(work, event))
    return [
        take_step(work, ladder, 1, reason="asked for in a message", by_customer=True, message=event.seq)
        for ladder in ladders
        # Asking a second time takes no further step: that is for whoever was asked to decide
        if contains_phrase(text, ladder.phrases) and find_open_step(work, ladder.key) is None
    ]


def contains_phrase(text: str, phrases: tuple[str, ...]) -> bool:
    """Return True if a text contains any of the phrases as whole words, whatever their case and the white space between
    them."""
    return bool(phrases) and _compile_phrases(phrases).search(text) is not None


@lru_cache(maxsize=32)
def _compile_phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Compile phrases to one pattern. Cached, because it is needed for every message of a customer."""
    patterns = (r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in phrases)
    # Not `\b`: a phrase may begin or end with a character that belongs to no word
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)
