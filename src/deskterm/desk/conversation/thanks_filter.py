"""Recognise messages that only say thank you, so that they do not reopen a closed ticket (S5-12, rule 14).

The filter is strict: a message with anything that is neither thanks, a courtesy nor a name counts as a request, because
an overlooked request is worse than a ticket that is reopened for thanks. The phrases are the procedure's
(`[closing.thanks]`, `[closing.courtesies]`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from deskterm.desk.domain.quoted_text import extract_own_text
from deskterm.procedure.schema import Closing

MAX_WORDS = 30
"""A message with more tokens than this is read by a person."""

Tokens = tuple[str, ...]
"""A phrase, as the tokens that it is compared by."""

_TOKEN = re.compile(r"[^\W_]+|[:;=]['’]?-?[)d(/\\|*p3]|<3|\^\^|[^\w\s]|_")
"""A word, an emoticon such as `:-)` or `<3`, or one other character."""
_IGNORED_TOKENS = frozenset(",-–—'’‘\"“”„«»()&~*_`´·•")
_EMOJI_MODIFIERS = frozenset("\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""Variation selectors and skin tones, which do not change what an emoji says."""
_SENTENCE_BREAKS = frozenset(".!:;\n¡。！")


def is_only_thanks(
    body: str,
    closing: Closing,
    attachments: bool = False,
    *,
    people: Iterable[str] = (),
    sent_texts: Iterable[str] = (),
) -> bool:
    """Return whether a message says nothing but thank you.

    It must be short, without attachment, question, number or link, and consist of the procedure's phrases of thanks, at
    least one of them, its courtesies and names; each sentence in one language. people: names of those who write to each
    other. sent_texts: earlier messages of the desk; lines quoted from them are not the requester's own."""
    if attachments:
        return False
    sentences = _split_sentences(extract_own_text(body, sent_texts))
    if sentences is None or not 0 < sum(map(len, sentences)) <= MAX_WORDS:
        return False
    # Initials are left out: a single letter could as well be a word that says something.
    names = {(name,) for person in people for name in _normalise(person).split() if len(name) > 1}
    found = [_contains_thanks(sentence, closing, names) for sentence in sentences]
    return all(result is not None for result in found) and any(found)


def may_be_thanks(body: str, closing: Closing) -> bool:
    """Return whether a message contains any phrase of thanks: a cheap test before the names are loaded."""
    text = f" {' '.join(_TOKEN.findall(_normalise(body)))} "
    return any(f" {' '.join(phrase)} " in text for language in _load_phrases(closing) for phrase in language.thanks)


class _Phrases(NamedTuple):
    """The phrases of a language. longest: the token count of the longest one."""

    thanks: frozenset[Tokens]
    courtesies: frozenset[Tokens]
    longest: int


_Texts = tuple[tuple[str, tuple[str, ...]], ...]
"""Language and phrases, as they stand in the procedure; hashable, so that they can be the key of the cache."""


def _load_phrases(closing: Closing) -> Sequence[_Phrases]:
    return _compile_phrases(_freeze(closing.thanks), _freeze(closing.courtesies))


def _freeze(texts: Mapping[str, Iterable[str]]) -> _Texts:
    return tuple((language, tuple(phrases)) for language, phrases in texts.items())


# Every message to a closed ticket needs the phrases, and a procedure has hundreds of them.
@lru_cache(maxsize=16)
def _compile_phrases(thanks: _Texts, courtesies: _Texts) -> Sequence[_Phrases]:
    """Compile the phrases of a procedure by language. Symbols, such as a smiley, belong to every language."""
    thanks_by_language, courtesies_by_language = _tokenise_all(thanks), _tokenise_all(courtesies)
    # A smiley that one language lists as thanks must not break a sentence in another
    thanks_symbols = {phrase for part in thanks_by_language.values() for phrase in part if _is_symbol(phrase)}
    other_symbols = {phrase for part in courtesies_by_language.values() for phrase in part if _is_symbol(phrase)}
    found = []
    for language in {**thanks_by_language, **courtesies_by_language}:
        own_thanks = thanks_by_language.get(language, frozenset()) | thanks_symbols
        own_courtesies = courtesies_by_language.get(language, frozenset()) | other_symbols
        found.append(_Phrases(own_thanks, own_courtesies, max(map(len, own_thanks | own_courtesies), default=0)))
    return found


def _tokenise_all(texts: _Texts) -> dict[str, frozenset[Tokens]]:
    """Return language → phrases as tokens."""
    return {language: frozenset(filter(None, map(_tokenise, phrases))) for language, phrases in texts}


def _tokenise(text: str) -> Tokens:
    return tuple(token for token in _TOKEN.findall(_normalise(text)) if token not in _IGNORED_TOKENS)


def _is_symbol(phrase: Tokens) -> bool:
    return not any(character.isalpha() for token in phrase for character in token)


def _normalise(text: str) -> str:
    """Reduce a text to what is compared: no case, no presentation forms, skin tones or invisible characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        character
        for character in folded
        if unicodedata.category(character) != "Cf" and character not in _EMOJI_MODIFIERS
    )


def _split_sentences(text: str) -> list[list[str]] | None:
    """Split a text into the tokens of its sentences. None when it contains something that thanks never do: a question,
    a digit, a link, an address, an amount, or an ellipsis that leaves something unsaid."""
    normalised = _normalise(text)
    # On the normalised text: NFKC has turned full-width digits and question marks into these
    if re.search(r"[0-9?¿؟@#%€$£…]|\.\.|www\.|://", normalised):
        return None
    sentences: list[list[str]] = [[]]
    for line in normalised.splitlines():
        for token in _TOKEN.findall(line):
            if token in _SENTENCE_BREAKS:
                sentences.append([])
            elif token not in _IGNORED_TOKENS:
                sentences[-1].append(token)
        # The end of a line ends the sentence too: letters often leave the full stop out
        sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _contains_thanks(sentence: list[str], closing: Closing, names: Collection[Tokens]) -> bool | None:
    """Return whether a sentence contains thanks, in any of the languages; None when it says something else too."""
    found: bool | None = None
    for language in _load_phrases(closing):
        match = _match_sentence(sentence, language, names)
        # One language that understands the whole sentence is enough
        found = found or match if match is not None else found
    return found


def _match_sentence(sentence: list[str], language: _Phrases, names: Collection[Tokens]) -> bool | None:
    """Return whether a sentence contains thanks, in one language. Return None when it does not consist of known phrases
    and names alone.

    Phrases overlap (“thanks”, “thanks a lot”), so all ways to cut the sentence into phrases are followed at once."""
    # Position in the sentence → whether thanks were met on the way there, for each way that leads there.
    reached: dict[int, set[bool]] = {0: {False}}
    for start in range(len(sentence)):
        for has_thanks in reached.get(start, ()):
            for length in range(1, min(max(language.longest, 1), len(sentence) - start) + 1):
                phrase = tuple(sentence[start : start + length])
                if phrase in language.thanks:
                    reached.setdefault(start + length, set()).add(True)
                elif phrase in language.courtesies or phrase in names:
                    reached.setdefault(start + length, set()).add(has_thanks)
    ends = reached.get(len(sentence))
    return None if ends is None else True in ends
