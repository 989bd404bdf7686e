"""What a letter to a customer must hold, checked before it goes out (S2-19)."""

from __future__ import annotations

import re

from deskterm.errors import DeskError
from deskterm.procedure.schema import LetterCheck, Procedure


def courtesy(procedure: Procedure, body: str) -> list[LetterCheck]:
    """The parts of a resolution letter that a text lacks, in the order of the procedure: those of which none of the
    words stands in it. Letter case and line ends do not matter; a check without words is for a person, and not made
    here."""
    text = f" {_plain(body)} "
    return [
        check
        for check in procedure.letter_checks
        if check.words and not any(f" {_plain(words)} " in text for words in check.words)
    ]


def require_courtesy(procedure: Procedure, body: str) -> None:
    """DeskError that names what a resolution letter lacks."""
    lacking = courtesy(procedure, body)
    if lacking:
        raise DeskError(f"The letter lacks {listed(lacking)}: add it, or send it as it is.")


def listed(lacking: list[LetterCheck]) -> str:
    """What is missing, in one line."""
    return "; ".join(check.label[:1].lower() + check.label[1:] for check in lacking)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
