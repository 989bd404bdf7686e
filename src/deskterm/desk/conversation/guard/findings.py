"""Findings against a reply, from its words and the facts of its ticket (C-23). Nothing is read from the store here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from deskterm.desk.domain.quoted_text import remove_history
from deskterm.desk.domain.wording.named_files import find_named_file
from deskterm.desk.domain.wording.promised_times import find_promises
from deskterm.desk.domain.wording.sentences import fold_words
from deskterm.procedure.schema import SendGuard
from deskterm.sla.zones import format_local_time

FindingKey = Literal["address", "file", "customer", "promise", "part"]

GREETING = re.compile(
    r"^\s*(?:dear|hi|hello|good morning|good afternoon|hallo|guten tag|guten morgen|liebe[rs]?|sehr geehrte[rs]?|"
    r"bonjour|cher|chère|hola|buenos días|estimad[oa]|ciao|buongiorno|gentile)\s+"
    r"(?:(?:mr|mrs|ms|dr|herr|frau|m|mme|monsieur|madame|señor|señora|signor|signora)\.?\s+)?"
    r"(?P<names>[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*){0,2})\s*[,!:–-]?\s*$",
    re.IGNORECASE,
)
"""A line that greets somebody by name."""
_LONGEST_LINE = 200
_MOST_NAMES = 4
"""Most names of other customers in a finding."""


class ReplyDraft(NamedTuple):
    """A reply that is about to be sent. files: how many go with it; is_solution: it says how the ticket was resolved,
    which the procedure checks in its own way (S2-19)."""

    text: str
    files: int = 0
    is_solution: bool = False


class TicketFacts(NamedTuple):
    """Facts of the ticket of a reply.

    without_address: the names of all who would get its letter, where nobody has an address; own_names: of people and
    client of the ticket, of agents and the desk; other_names: of other customers that may occur in the text; last_due:
    label and due instant, in epoch seconds, of the clock that is due last once the reply is sent; None when none is."""

    guard: SendGuard
    zone: str
    now: datetime
    without_address: Sequence[str] = ()
    own_names: Sequence[str] = ()
    other_names: Sequence[str] = ()
    last_due: tuple[str, int] | None = None


class Finding(NamedTuple):
    """A reason not to send a reply as it is, as a sentence."""

    key: FindingKey
    sentence: str


def find_findings(draft: ReplyDraft, facts: TicketFacts) -> list[Finding]:
    """Return the findings against a reply, the most serious first. Quoted text is not looked at."""
    return list(_find(draft, facts))


def _find(draft: ReplyDraft, facts: TicketFacts) -> Iterator[Finding]:
    guard, own = facts.guard, remove_history(draft.text)
    if facts.without_address:
        names = " and ".join(facts.without_address[:3])
        verb = "has" if len(facts.without_address) == 1 else "have"
        yield Finding(
            "address",
            f"{names} {verb} no e-mail address: the letter reaches nobody until there is one, and stops no clock. Say"
            " by which other channel they are told",
        )
    if guard.others and (others := _find_other_customers(own, facts)):
        who = " and ".join(others[:_MOST_NAMES])
        verb = "has" if len(others) == 1 else "have"
        yield Finding("customer", f"It names {who}, who {verb} nothing to do with this ticket")
    if guard.files and not draft.files and (phrase := find_named_file(draft.text)):
        yield Finding("file", f"It says “{phrase}”, and no file goes with it")
    if guard.promises and facts.last_due is not None:
        label, due = facts.last_due
        for promise in find_promises(draft.text, facts.now, facts.zone):
            if promise.at.timestamp() > due:
                yield Finding(
                    "promise",
                    f"It promises “{promise.words}”, and {label} is due {format_local_time(due, facts.zone)}",
                )
                break
    if not draft.is_solution:
        words = f" {_normalise(own)} "
        for part in guard.parts:
            if not any(f" {_normalise(phrase)} " in words for phrase in part.words):
                yield Finding("part", f"It has no {part.label[:1].lower()}{part.label[1:]}")


def list_whole_names(text: str) -> list[str]:
    """Return what may be full names of people in a text: two or three capitalised words in a row."""
    found: dict[str, None] = {}
    for line in remove_history(text).splitlines():
        words = re.findall(r"[\w'’-]+|[^\w\s]", line[:_LONGEST_LINE])
        for start in range(len(words)):
            for length in (2, 3):
                part = words[start : start + length]
                if len(part) == length and all(word[0].isupper() and len(word) > 1 for word in part):
                    found[" ".join(part)] = None
    return list(found)


def find_greeted(text: str) -> str:
    """Return the names in the line that greets the reader; empty for none."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    match = GREETING.match(first) if len(first) < _LONGEST_LINE else None
    return match["names"] if match is not None else ""


def _find_other_customers(text: str, facts: TicketFacts) -> list[str]:
    """Return the names of other customers in a text, each once. Names count as they are written: `Orange` is a client,
    orange is not."""
    found: list[str] = []
    own = {word for name in facts.own_names for word in fold_words(name).split()}
    for name in facts.other_names:
        # A name that somebody on the ticket has too probably means them
        is_own = own.issuperset(fold_words(name).split())
        # A name that is part of another found name is the same customer: `Kestrow Foods` in `Kestrow Foods Ltd`
        is_new = not is_own and not any(name in longer for longer in found)
        if is_new and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            found.append(name)
    return found


def _normalise(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
