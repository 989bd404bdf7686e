"""What a letter to a customer must hold, checked before it goes out (S2-19)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deskterm.errors import DeskError
from deskterm.procedure.schema import LetterCheck, Procedure

if TYPE_CHECKING:
    from deskterm.desk.core.transaction import TicketTransaction
    from deskterm.desk.domain.events import Event


class IncompleteLetter(DeskError):
    """A resolution letter lacks something. lacking: the parts, as a person reads them."""

    def __init__(self, lacking: list[LetterCheck]) -> None:
        super().__init__(f"The letter lacks {format_missing_parts(lacking)}: add it, or send it as it is.")
        self.lacking = tuple(check.label for check in lacking)


def find_missing_parts(procedure: Procedure, body: str) -> list[LetterCheck]:
    """The parts of a resolution letter that a text lacks, in the order of the procedure: those of which none of the
    words stands in it. Letter case and line ends do not matter; a check without words is for a person, and not made
    here."""
    text = f" {_plain(body)} "
    return [
        check
        for check in procedure.letter_checks
        if check.words and not any(f" {_plain(words)} " in text for words in check.words)
    ]


def require_complete_letter(procedure: Procedure, body: str) -> None:
    """Discourteous that names what a resolution letter lacks."""
    lacking = find_missing_parts(procedure, body)
    if lacking:
        raise IncompleteLetter(lacking)


def check_resolution_letter(work: TicketTransaction, event: Event, *, strict: bool) -> str:
    """What the letter lacks that goes out with a resolution, in one line; empty for nothing. It is the letter that the
    procedure puts the words into, and the words themselves where it has none. To be asked once the letters are written.
    strict: Discourteous instead."""
    procedure = work.procedure.definition
    if not procedure.letter_checks:
        return ""
    body = _letter(work, event)
    if strict:
        require_complete_letter(procedure, body)
    return format_missing_parts(find_missing_parts(procedure, body))


def _letter(work: TicketTransaction, event: Event) -> str:
    from deskterm.desk.notify.letters import load_event_text  # which is made of commands, and these of this

    templates = {part.key for part in work.procedure.definition.templates if "{resolution}" in part.body}
    letters = (one for one in work.happened if one.kind == "letter" and one.data.get("template") in templates)
    return load_event_text(work, next((one for one in letters if "body" in one.texts), event))


def format_missing_parts(lacking: list[LetterCheck]) -> str:
    """What is missing, in one line."""
    return "; ".join(check.label[:1].lower() + check.label[1:] for check in lacking)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
