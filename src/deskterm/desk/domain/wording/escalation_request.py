"""Requests for an escalation in the words of a customer (S1-34, S4-22).

A phrase such as "escalate" asks for one unless it is negated ("no need to escalate"), part of a question about
escalation ("how do I escalate?"), a mention ("thanks for escalating"), or stands in a quotation, a footer or a
signature. The words are data, by language (`data/phrases/escalation`).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from deskterm.desk.domain.quoted_text import remove_history
from deskterm.desk.domain.wording.signature import remove_signature
from deskterm.desk.domain.wording.tokens import normalise, tokenise
from deskterm.procedure.shipped import data_folder

MAX_CHARACTERS = 20_000
"""Characters of a customer's own words that are looked at; pages of a log below them ask for nothing."""
_MAX_BETWEEN = 12
"""Words that may stand between a negation and what it negates."""
_LONGEST_CLAUSE = 60
"""Words after which a clause is cut, so that no text takes long."""
_LATE_IN_A_QUESTION = 4
"""Words after which a clause that began as a question may go on to ask for something."""
_SHORT_LINE = 50
"""Characters of a line below which a mail program has not broken it."""
_SPOKEN = re.compile(r"[\"“„«»”](?=(?:[^\s\"“„«»”]+\s+){2})[^\"“„«»”\n]{1,400}[\"“”«»]")
"""Words of somebody else in quotation marks, three at least: one or two may be emphasis."""
_CLAUSE = re.compile(r"([^,;:.!?—–()\n。！？]*)([,;:.!?—–()\n。！？]|$)")
_DE_ESCALATION = re.compile(r"\bde-?escalat\w*")

Tokens = tuple[str, ...]


class _Phrases:
    """Phrases that can be found in tokens: by their first word, then by the whole."""

    def __init__(self, texts: Collection[str]) -> None:
        self._by_first: dict[str, list[Tokens]] = {}
        self._by_last: dict[str, list[Tokens]] = {}
        for text in texts:
            tokens = tuple(_fold_tokens(text))
            if tokens:
                self._by_first.setdefault(tokens[0], []).append(tokens)
                self._by_last.setdefault(tokens[-1], []).append(tokens)

    def find(self, tokens: Tokens, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Yield start and end of each occurrence that begins between two positions."""
        for position in range(start, len(tokens) if end is None else end):
            for phrase in self._by_first.get(tokens[position], ()):
                if tokens[position : position + len(phrase)] == phrase:
                    yield position, position + len(phrase)

    def stands_at(self, tokens: Tokens, position: int) -> bool:
        return next(self.find(tokens, position, min(position + 1, len(tokens))), None) is not None

    def ends_at(self, tokens: Tokens, end: int) -> bool:
        return end > 0 and any(
            len(phrase) <= end and tokens[end - len(phrase) : end] == phrase
            for phrase in self._by_last.get(tokens[end - 1], ())
        )


class _Clause(NamedTuple):
    """A part of a sentence. is_question: the sentence ends in a question mark."""

    tokens: Tokens
    is_question: bool


class _Language:
    """The words of a language; the keys of its file are the attributes."""

    def __init__(self, table: dict[str, list[str]]) -> None:
        self.words, self.negations = _Phrases(table["words"]), _Phrases(table["negations"])
        self.negations_after = _Phrases(table["negations_after"])
        self.between = {token for text in table["between"] for token in _fold_tokens(text)}
        self.between_after = {token for text in table["between_after"] for token in _fold_tokens(text)}
        self.questions, self.enquiries = _Phrases(table["questions"]), _Phrases(table["enquiries"])
        self.polite, self.urging = _Phrases(table["polite"]), _Phrases(table["urging"])
        self.mentions, self.continuing = _Phrases(table["mentions"]), _Phrases(table["continuing"])
        # Without `words`: several languages share "escalation", so it does not tell them apart
        self.vocabulary = {
            token for key, texts in table.items() if key != "words" for text in texts for token in _fold_tokens(text)
        }
        self.parentheticals = tuple(normalise(text) for text in table["parentheticals"])

    def count_common(self, tokens: Tokens) -> int:
        """Return how many of some tokens are words of the language."""
        return sum(token in self.vocabulary for token in tokens)

    def is_request(self, clause: _Clause, start: int, end: int) -> bool:
        """Return whether the phrase between two positions of a clause asks for what it names."""
        tokens = clause.tokens
        if any(True for _ in self.urging.find(tokens)):
            return True
        if self._is_negated(tokens, start, end):
            return False
        if any(True for _ in self.enquiries.find(tokens, 0, start)):
            return False
        polite = [position for position, _ in self.polite.find(tokens)]
        if start and (self.questions.stands_at(tokens, 0) or (start > 1 and self.questions.stands_at(tokens, 1))):
            # "Is it possible to …" opens as a question does, and asks for something.
            return any(position == 0 or position >= _LATE_IN_A_QUESTION for position in polite if position < start)
        return bool(polite) or not (clause.is_question or any(True for _ in self.mentions.find(tokens)))

    def _is_negated(self, tokens: Tokens, start: int, end: int) -> bool:
        """Return whether a negation stands before or after a phrase, with nothing between them but words that carry it
        on: "not good enough, escalate" and "it does not work please escalate" negate something else."""
        for position in range(start, max(start - _MAX_BETWEEN, 0), -1):
            if self.negations.ends_at(tokens, position):
                return True
            if tokens[position - 1] not in self.between:
                break
        for position in range(end, min(end + _MAX_BETWEEN, len(tokens))):
            if self.negations_after.stands_at(tokens, position):
                return True
            if tokens[position] not in self.between_after:
                break
        return False


def asks_for_escalation(
    text: str, phrases: Sequence[str] = (), people: Collection[str] = (), *, by_common_words: bool = True
) -> bool:
    """Return whether a message asks for an escalation, by a procedure's own phrases or by the words that come with
    deskterm. people: names of those who write to each other, whose signatures do not count. by_common_words: the
    latter count."""
    own_text = remove_history(text[: 5 * MAX_CHARACTERS])[:MAX_CHARACTERS]
    names = {token for person in people for token in tokenise(normalise(person)) if len(token) > 1}
    lines = [line.strip() for line in own_text.splitlines()]
    lines = remove_signature([line for line in lines if line], names, after_farewell=True)
    own_phrases, languages = _compile(tuple(phrases)), _load_languages()
    clauses = _split_clauses(_join_lines(lines), languages)
    likelihood = {language: sum(language.count_common(clause.tokens) for clause in clauses) for language in languages}
    for clause in clauses:
        # Place in the clause → languages that have the word there; all of them for a phrase of the procedure's.
        places: dict[tuple[int, int], list[_Language]] = {
            place: list(languages) for place in own_phrases.find(clause.tokens)
        }
        for language in languages:
            for place in language.words.find(clause.tokens) if by_common_words else ():
                if place not in places or len(places[place]) < len(languages):
                    places.setdefault(place, []).append(language)
        for place, having in places.items():
            # Several languages have the word "escalation": those decide that the message is most likely written in.
            best = max(likelihood[language] for language in having)
            if all(language.is_request(clause, *place) for language in having if likelihood[language] == best):
                return True
    return False


def _join_lines(lines: Sequence[str]) -> str:
    """Join lines that a mail program has broken; a short line before a capital was ended by hand."""
    parts: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        ended = len(line) < _SHORT_LINE and following[:1].isupper()
        parts.append(f"{line}\n" if ended else f"{line} ")
    return "".join(parts)


def _split_clauses(text: str, languages: Sequence[_Language]) -> list[_Clause]:
    folded = _DE_ESCALATION.sub(" ", normalise(_SPOKEN.sub(" ", text)))
    for language in languages:
        for words in language.parentheticals:
            folded = folded.replace(f", {words},", "")
    clauses: list[_Clause] = []
    open_clauses: list[Tokens] = []
    sign = ""
    for match in _CLAUSE.finditer(folded):
        before, tokens, sign = sign, tuple(_fold_tokens(match[1])), match[2]
        if tokens and before == "," and open_clauses and any(one.continuing.stands_at(tokens, 0) for one in languages):
            open_clauses[-1] += tokens
        elif tokens:
            open_clauses.append(tokens)
        if sign in ".!?\n。！？":
            clauses += _cut(open_clauses, is_question=sign in ("?", "？"))
            open_clauses = []
    return [*clauses, *_cut(open_clauses, is_question=False)]


def _cut(clauses: Iterable[Tokens], *, is_question: bool) -> Iterator[_Clause]:
    for tokens in clauses:
        for start in range(0, len(tokens), _LONGEST_CLAUSE):
            yield _Clause(tokens[start : start + _LONGEST_CLAUSE], is_question)


def _fold_tokens(text: str) -> list[str]:
    """Return the tokens of a text without accents, which many leave out."""
    bare = "".join(
        character for character in unicodedata.normalize("NFD", text) if not unicodedata.combining(character)
    )
    return tokenise(normalise(bare))


@cache
def _load_languages() -> Sequence[_Language]:
    files = sorted((data_folder() / "phrases" / "escalation").glob("*.toml"))
    return [_Language(tomllib.loads(path.read_text(encoding="utf-8"))) for path in files]


@lru_cache(maxsize=32)
def _compile(phrases: tuple[str, ...]) -> _Phrases:
    return _Phrases(phrases)
