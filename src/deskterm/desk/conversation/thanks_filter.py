"""Mere thanks: a reply that says nothing but thank you does not open a closed ticket again (S5-12, rule 14).

The gate would rather let thanks through than keep a request out: what is not known to be thanks or a courtesy is taken
for something that somebody has to read. The words are the procedure's (`[closing.thanks]`, `[closing.courtesies]`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.quoted_text import unquoted
from deskterm.desk.domain.records import change, of_kind
from deskterm.desk.tickets.resolution import find_reopen_status
from deskterm.desk.workflow.transition_rules import require_reopenable
from deskterm.errors import DeskError
from deskterm.procedure.schema import Closing
from deskterm.store.db.tables import Contact, Message, Organisation, PersonalText, table_of

THANKS = "thanks"
"""The kind of record of a message that was taken for mere thanks: `state` `kept` or `overruled`, `who` overruled it.
Its key is the message's `seq`."""

MAX_WORDS = 30
"""Words; a longer message is read by a person."""

Words = tuple[str, ...]

_TOKEN = re.compile(r"[^\W_]+|[:;=]['’]?-?[)d(/\\|*p3]|<3|\^\^|[^\w\s]|_")
_PASSED_OVER = frozenset(",-–—'’‘\"“”„«»()&~*_`´·•")
_UNSEEN = frozenset("\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""Which picture of a sign is meant, and its tone of skin."""
_BREAKS = frozenset(".!:;\n¡。！")


def is_only_thanks(
    body: str,
    closing: Closing,
    attachments: bool = False,
    *,
    people: Iterable[str] = (),
    sent_texts: Iterable[str] = (),
) -> bool:
    """Whether a message only says thank you: short, without question, number, link or file, and made of nothing but
    the procedure's words of thanks, of which there is one at least, its courtesies, and names, each sentence in one
    language. names: of those who write to each other; quoted: what the desk had said before, whose lines are not the
    requester's own."""
    if attachments:
        return False
    text = unquoted(body, sent_texts)
    sentences = _sentences(text)
    if sentences is None or not 0 < sum(map(len, sentences)) <= MAX_WORDS:
        return False
    known = {(name,) for words in people for name in _plain(words).split() if len(name) > 1}
    found = [_thankful(sentence, closing, known) for sentence in sentences]
    return all(one is not None for one in found) and any(found)


def _thankful(sentence: list[str], closing: Closing, names: Collection[Words]) -> bool | None:
    """Whether there is thanks in a sentence, in any of the languages; None when it says something else too."""
    found: bool | None = None
    for language in _known(closing):
        covered = _covered(sentence, language, names)
        found = found or covered if covered is not None else found
    return found


class _Language(NamedTuple):
    """What is said in a language. longest: tokens of its longest phrase."""

    thanks: frozenset[Words]
    courtesies: frozenset[Words]
    longest: int


def _known(closing: Closing) -> Sequence[_Language]:
    return _languages(_fixed(closing.thanks), _fixed(closing.courtesies))


Fixed = tuple[tuple[str, tuple[str, ...]], ...]
"""Language and texts."""


def _fixed(words: Mapping[str, Iterable[str]]) -> Fixed:
    return tuple((language, tuple(texts)) for language, texts in words.items())


@lru_cache(maxsize=16)
def _languages(thanks: Fixed, courtesies: Fixed) -> Sequence[_Language]:
    """The languages of a procedure. What is no word, such as a smile, belongs to all of them."""
    grateful, polite = _phrases(thanks), _phrases(courtesies)
    signs = {phrase for part in polite.values() for phrase in part if _wordless(phrase)}
    hearts = {phrase for part in grateful.values() for phrase in part if _wordless(phrase)}
    found = []
    for language in {**grateful, **polite}:
        words = grateful.get(language, frozenset()) | hearts
        beside = polite.get(language, frozenset()) | signs
        found.append(_Language(words, beside, max(map(len, words | beside), default=0)))
    return found


def _wordless(phrase: Words) -> bool:
    return not any(sign.isalpha() for token in phrase for sign in token)


def is_only_thanks_on_ticket(work: TicketTransaction, body: str, attachments: bool) -> bool:
    """The same of a message to a ticket, where the procedure wants it to stay closed for thanks."""
    closing = work.procedure.definition.closing
    if not closing.thanks_keeps_closed or not may_be_thanks(body, closing):
        return False
    names, sent = _people(work)
    return is_only_thanks(body, closing, attachments, people=names, sent_texts=sent)


def may_be_thanks(body: str, closing: Closing) -> bool:
    """Whether any word of thanks is in it at all, which is cheap to see."""
    text = f" {' '.join(_TOKEN.findall(_plain(body)))} "
    return any(f" {' '.join(phrase)} " in text for language in _known(closing) for phrase in language.thanks)


def record_thanks(
    work: TicketTransaction, body: str, *, contact: int | None, channel: str, spoken_at: int | None
) -> CommandResult:
    """Write thanks down and leave the ticket as it is: nobody is told, no clock starts, nobody's turn changes."""
    seq = str(work.state.version + 1)
    work.append(
        "thanked",
        change(work.state.records, THANKS, seq, state="kept"),
        {"body": body},
        author_kind="requester",
        contact=contact,
        channel=channel,
        spoken_at=spoken_at,
    )
    return work.done(f"{work.number}: thanks recorded, it stays closed")


def overrule_thanks(
    desk: DeskSession, number: int, *, message: int | None = None, now: datetime, version: int | None = None
) -> CommandResult:
    """What was taken for mere thanks was a request: the ticket is opened again, and its clocks count from when the
    message came (rule 14). message: its `seq`; left out, the last one."""
    with desk.ticket(number, "move", now, version, doing="take a ticket up again") as work:
        kept = [record for record in of_kind(work.state.records, THANKS) if record.state == "kept"]
        wanted = [record for record in kept if message in (None, record.number)]
        if not wanted:
            raise DeskError(f"No message of {number} was taken for mere thanks: there is nothing to overrule.")
        record = wanted[-1]
        require_reopenable(work, record.at)
        if work.state.is_open:
            raise DeskError(f"Ticket {number} is open already.")
        target = find_reopen_status(work)
        if target is None:
            raise DeskError(f"Ticket {number} has no way back: open a new one that names it.")
        changes = change(work.state.records, THANKS, record.key, state="overruled", who=desk.agent.login)
        spoken = next((e.data.get("spoken_at", e.at) for e in work.events() if e.seq == record.number), record.at)
        work.append(
            "overruled",
            {**changes, "status": (work.state.status, target.key)},
            message=record.number,
            counts_from=spoken,
        )
        done = work.done(f"{number}: opened again for what was taken for thanks, now {target.label}")
    return done


def has_unreviewed_thanks(work: TicketTransaction) -> bool:
    """Whether a ticket stayed closed for what may have been more than thanks."""
    return any(record.state == "kept" for record in of_kind(work.state.records, THANKS))


def _people(work: TicketTransaction) -> tuple[list[str], list[str]]:
    """The names of those on a ticket, and what the desk has said to them."""
    state, session = work.state, work.session
    people, clients = table_of(Contact), table_of(Organisation)
    message, text = table_of(Message), table_of(PersonalText)
    names: list[str] = []
    if state.requester_id is not None:
        names += session.execute(select(people.c.name).where(people.c.id == state.requester_id)).scalars()
    if state.organisation_id is not None:
        names += session.execute(select(clients.c.name).where(clients.c.id == state.organisation_id)).scalars()
    said = session.execute(
        select(message.c.author, text.c.body)
        .join(text, text.c.id == message.c.text_id)
        .where(message.c.ticket_id == work.number, message.c.author_kind != "requester", message.c.kind != "internal")
    ).all()
    return [*names, *(row.author for row in said)], [row.body for row in said]


def _plain(text: str) -> str:
    """Letters as they compare: without case, presentation forms, skin tones and what nobody sees."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign) != "Cf" and sign not in _UNSEEN)


def _sentences(text: str) -> list[list[str]] | None:
    """The words of a text, sentence by sentence; None where there is something that thanks do not have: a question, a
    digit, a link, an address, dots that leave something unsaid, a sign that nobody knows."""
    plain = _plain(text)
    if re.search(r"[0-9?¿؟@#%€$£…]|\.\.|www\.|://", plain):
        return None
    sentences: list[list[str]] = [[]]
    for line in plain.splitlines():
        for token in _TOKEN.findall(line):
            if token in _BREAKS:
                sentences.append([])
            elif token not in _PASSED_OVER:
                sentences[-1].append(token)
        sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _phrases(words: Fixed) -> dict[str, frozenset[Words]]:
    """Language → phrases, as rows of the signs that they are compared by."""
    return {language: frozenset(filter(None, map(_phrase, texts))) for language, texts in words}


def _phrase(text: str) -> Words:
    return tuple(token for token in _TOKEN.findall(_plain(text)) if token not in _PASSED_OVER)


def _covered(sentence: list[str], language: _Language, names: Collection[Words]) -> bool | None:
    """Whether there is thanks in a sentence that is wholly made of known phrases and names; None when it is not."""
    reached: dict[int, set[bool]] = {0: {False}}
    for start in range(len(sentence)):
        for grateful in reached.get(start, ()):
            for length in range(1, min(max(language.longest, 1), len(sentence) - start) + 1):
                phrase = tuple(sentence[start : start + length])
                if phrase in language.thanks:
                    reached.setdefault(start + length, set()).add(True)
                elif phrase in language.courtesies or phrase in names:
                    reached.setdefault(start + length, set()).add(grateful)
    ends = reached.get(len(sentence))
    return None if ends is None else True in ends
