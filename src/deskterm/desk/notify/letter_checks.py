"""Checks of letters to customers: which required parts a resolution letter lacks before it is sent (S2-19)."""

from __future__ import annotations

import re

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.notify.letters import load_event_text
from deskterm.errors import DeskError
from deskterm.procedure.schema import LetterCheck, Procedure


class IncompleteLetter(DeskError):
    """A resolution letter lacks required parts. lacking: their labels."""

    def __init__(self, lacking: list[LetterCheck]) -> None:
        super().__init__(f"The letter lacks {format_missing_parts(lacking)}: add it, or send it as it is.")
        self.lacking = tuple(check.label for check in lacking)


def find_missing_parts(procedure: Procedure, body: str) -> list[LetterCheck]:
    """List the required parts of a resolution letter that a text lacks, in the order of the procedure: those of which
    none of the phrases occurs in it. Case, punctuation and line ends do not matter. A check without phrases is left to
    a person and skipped here."""
    text = f" {_normalise(body)} "  # spaces around both, so that only whole words match
    return [
        check
        for check in procedure.letter_checks
        if check.words and not any(f" {_normalise(phrase)} " in text for phrase in check.words)
    ]


def require_complete_letter(procedure: Procedure, body: str) -> None:
    """Raise IncompleteLetter, naming the parts, when a resolution letter lacks any."""
    lacking = find_missing_parts(procedure, body)
    if lacking:
        raise IncompleteLetter(lacking)


def check_resolution_letter(work: TicketTransaction, event: Event, *, strict: bool) -> str:
    """Return what the letter that goes out with a resolution lacks, in one line; empty for nothing.

    The letter is the one that the procedure's template makes of the text, or the text itself where there is no
    template; so this is called after the letters are written. strict: raise IncompleteLetter instead.
    """
    procedure = work.procedure.definition
    if not procedure.letter_checks:
        return ""
    body = _load_letter_text(work, event)
    # Inside the transaction, so that nothing of the resolution is written when this raises
    if strict:
        require_complete_letter(procedure, body)
    return format_missing_parts(find_missing_parts(procedure, body))


def _load_letter_text(work: TicketTransaction, event: Event) -> str:
    templates = {template.key for template in work.procedure.definition.templates if "{resolution}" in template.body}
    letters = (
        letter for letter in work.command_events if letter.kind == "letter" and letter.data.get("template") in templates
    )
    return load_event_text(work, next((letter for letter in letters if "body" in letter.texts), event))


def format_missing_parts(lacking: list[LetterCheck]) -> str:
    """Format missing parts in one line."""
    return "; ".join(check.label[:1].lower() + check.label[1:] for check in lacking)


def _normalise(text: str) -> str:
    """Return the words of a text in lower case with single spaces, so that phrases compare whatever the punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))
