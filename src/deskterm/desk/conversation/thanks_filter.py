"""Recognise messages that only say thank you, so that they do not reopen a closed ticket (S5-12, rule 14).

The filter is strict: a message with anything that is neither thanks, a courtesy, a name nor a signature counts as a
request, because an overlooked request is worse than a ticket that is reopened for thanks. The phrases are data
(`data/phrases`), and the procedure's (`[closing.thanks]`, `[closing.courtesies]`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from deskterm.desk.conversation.thanks_phrases import load_phrases
from deskterm.desk.domain.quoted_text import extract_own_text
from deskterm.desk.domain.wording.signature import load_signature_words, remove_signature
from deskterm.desk.domain.wording.tokens import is_unspaced, normalise, tokenise
from deskterm.procedure.schema import Closing

MAX_WORDS = 50
"""A message with more words than this is read by a person."""
_CHARACTERS_A_WORD = 3
"""Characters of a script without spaces that count as a word."""
_MAX_CHARACTERS = 200_000
"""Length from which on a message is not looked at: a person reads it."""
_MAX_OWN_CHARACTERS = 5000
"""Length of somebody's own words, with signature and footer, from which on a person reads them."""

_SENTENCE_BREAKS = frozenset(".!:\n¡。।")
_SAYS_MORE = re.compile(r"[\d?¿؟;@#%€$£…]|\.\.|www\.|://")
"""Signs that thanks never hold: a question, a digit, a link, an address, an amount, or words left unsaid."""
_EMOTICON = re.compile(r";['’]?-?[)d*p]")
"""A wink, whose semicolon is no question mark of Greek."""


def is_only_thanks(
    body: str,
    closing: Closing,
    attachments: bool = False,
    *,
    people: Iterable[str] = (),
    sent_texts: Iterable[str] = (),
) -> bool:
    """Return whether a message says nothing but thank you, on a desk whose procedure keeps tickets closed for that.

    It must be short, without attachment, question, number or link above the signature, and consist of phrases of
    thanks, at least one of them, courtesies and names; each sentence in one language. people: names of those who write
    to each other. sent_texts: earlier messages of the desk; lines quoted from them are not the requester's own."""
    if attachments or not closing.thanks_keeps_closed or len(body) > _MAX_CHARACTERS:
        return False
    own_text = extract_own_text(body, sent_texts)
    if len(own_text) > _MAX_OWN_CHARACTERS:
        return False
    # Initials are left out: a single letter could as well be a word that says something.
    on_ticket = {name for person in people for name in tokenise(normalise(person)) if len(name) > 1}
    sentences = _split_sentences(remove_signature(own_text.split("\n"), on_ticket))
    if not sentences or _count_words(sentences) > MAX_WORDS:
        return False
    phrases, names = load_phrases(closing), on_ticket | load_signature_words()["given_names"]
    has_thanks = False
    for sentence in sentences:
        # The same words may be thanks in one language and a courtesy in another.
        matches = {language.match(sentence, names, phrases.symbols) for language in phrases.languages}
        if matches == {None}:
            return False
        has_thanks = has_thanks or True in matches
    return has_thanks


def may_be_thanks(body: str, closing: Closing) -> bool:
    """Return whether a message contains any phrase of thanks: a cheap test before the names are loaded."""
    if not closing.thanks_keeps_closed or len(body) > _MAX_CHARACTERS:
        return False
    # What is left when earlier messages of the desk are known, too, is the beginning of this.
    beginning = extract_own_text(body)[:_MAX_OWN_CHARACTERS]
    phrases, tokens = load_phrases(closing), tokenise(normalise(beginning))
    return any(token in phrases.symbols for token in tokens) or any(
        language.has_thanks(tokens) for language in phrases.languages
    )


def _split_sentences(lines: Iterable[str]) -> list[list[str]]:
    """Split lines into the tokens of their sentences. Empty when they hold something that thanks never do."""
    normalised = [normalise(line) for line in lines]
    if any(_SAYS_MORE.search(_EMOTICON.sub(" ", line)) for line in normalised):
        return []
    sentences: list[list[str]] = [[]]
    for line in normalised:
        for token in tokenise(line):
            if token in _SENTENCE_BREAKS:
                sentences.append([])
            else:
                sentences[-1].append(token)
        sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _count_words(sentences: Iterable[list[str]]) -> int:
    tokens = [token for sentence in sentences for token in sentence]
    unspaced = sum(map(is_unspaced, tokens))
    return len(tokens) - unspaced + -(-unspaced // _CHARACTERS_A_WORD)
