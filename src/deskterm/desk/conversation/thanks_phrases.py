"""Phrases of thanks and courtesy by language: those that come with deskterm (`data/phrases/thanks`) and the procedure's
own. A phrase may hold alternatives, `(the |your |)help`, so that a short line stands for many wordings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from deskterm.desk.domain.wording.tokens import normalise, tokenise
from deskterm.procedure.schema import Closing
from deskterm.procedure.shipped import data_folder

_ALTERNATIVES = re.compile(r"\(([^()]*\|[^()]*)\)")

THANKS: Final = 1
COURTESY: Final = 2


class LanguagePhrases:
    """The phrases of a language as an automaton: from state 0, each token leads to states, some of which end a phrase.

    Alternatives share the state behind them, so that its size grows with the text of the phrases, not with the number
    of wordings that they stand for.
    """

    def __init__(self, thanks: Iterable[str], courtesies: Iterable[str]) -> None:
        self._followers: list[dict[str, list[int]]] = [{}]
        self._ends: dict[int, int] = {}
        for kind, phrases in ((THANKS, thanks), (COURTESY, courtesies)):
            for phrase in phrases:
                self._add(phrase, kind)

    @property
    def tokens(self) -> frozenset[str]:
        """All tokens that occur in phrases of the language."""
        return frozenset(token for followers in self._followers for token in followers)

    def match(self, sentence: Sequence[str], names: Collection[str], symbols: Mapping[str, int]) -> bool | None:
        """Return whether a sentence contains thanks. Return None when it does not consist of phrases, symbols and names
        alone. Phrases overlap (“thanks”, “thanks a lot”), so all ways to cut it into phrases are followed at once."""
        # Position in the sentence → whether thanks were met on the way there, for each way that leads there.
        reached: dict[int, set[bool]] = {0: {False}}
        for start in range(len(sentence)):
            before = reached.get(start)
            if before is None:
                continue
            for end, kind in self._find_phrases(sentence, start, names, symbols):
                reached.setdefault(end, set()).update({True} if kind == THANKS else before)
        ends = reached.get(len(sentence))
        return None if ends is None else True in ends

    def has_thanks(self, sentence: Sequence[str]) -> bool:
        """Return whether a phrase of thanks stands anywhere in a sentence."""
        return any(
            kind == THANKS for start in range(len(sentence)) for _, kind in self._find_phrases(sentence, start, (), {})
        )

    def _find_phrases(
        self, sentence: Sequence[str], start: int, names: Collection[str], symbols: Mapping[str, int]
    ) -> Iterator[tuple[int, int]]:
        """Yield the end and the kind of each phrase, name and symbol that begins at a position."""
        token = sentence[start]
        if token in names:
            yield start + 1, COURTESY
        if token in symbols:
            yield start + 1, symbols[token]
        states = {0}
        for position in range(start, len(sentence)):
            states = {follower for state in states for follower in self._followers[state].get(sentence[position], ())}
            if not states:
                return
            for state in states:
                if state in self._ends:
                    yield position + 1, self._ends[state]

    def _add(self, phrase: str, kind: int) -> None:
        parts = _ALTERNATIVES.split(phrase)
        # Odd parts are what stood in brackets.
        groups = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
        states = {0}
        for group in groups:
            token_lists = [tokenise(normalise(alternative)) for alternative in group]
            wordings = [tokens for tokens in token_lists if tokens]
            if wordings:
                joint = self._new_state()
                for tokens in wordings:
                    self._lead(states, tokens, joint)
                states = {joint, *(states if len(wordings) < len(token_lists) else ())}
        # A phrase of nothing but options would end where it begins.
        for state in states - {0}:
            self._ends[state] = min(kind, self._ends.get(state, kind))

    def _lead(self, states: Iterable[int], tokens: Sequence[str], end: int) -> None:
        """Lead from each of the states to another by some tokens."""
        path = [*(self._new_state() for _ in tokens[1:]), end]
        for state in states:
            self._followers[state].setdefault(tokens[0], []).append(path[0])
        for state, token, follower in zip(path, tokens[1:], path[1:], strict=False):
            self._followers[state].setdefault(token, []).append(follower)

    def _new_state(self) -> int:
        self._followers.append({})
        return len(self._followers) - 1


class Phrases:
    """All phrases that count for a procedure. symbols: such as a smiley, which belong to every language."""

    def __init__(self, texts: Mapping[str, tuple[list[str], list[str]]]) -> None:
        self.symbols: dict[str, int] = {}
        self.languages: list[LanguagePhrases] = []
        for thanks, courtesies in texts.values():
            words = [[phrase for phrase in phrases if not self._keep_symbol(phrase, kind)]
                     for kind, phrases in ((THANKS, thanks), (COURTESY, courtesies))]  # fmt: skip
            if any(words):
                self.languages.append(LanguagePhrases(*words))

    def _keep_symbol(self, phrase: str, kind: int) -> bool:
        """Keep a phrase as a symbol if it is one, and return whether it was."""
        tokens = tokenise(normalise(phrase))
        if not tokens or any(character.isalpha() for character in phrase if character not in "dDpP"):
            return False
        for token in tokens:
            self.symbols[token] = min(kind, self.symbols.get(token, kind))
        return True


def load_phrases(closing: Closing) -> Phrases:
    """Load the phrases that come with deskterm, and those that a procedure adds to them."""
    return _compile(_freeze(closing.thanks), _freeze(closing.courtesies))


_Texts = tuple[tuple[str, tuple[str, ...]], ...]
"""Language and phrases, as they stand in the procedure; hashable, so that they can be the key of the cache."""


def _freeze(texts: Mapping[str, Iterable[str]]) -> _Texts:
    return tuple((language, tuple(phrases)) for language, phrases in texts.items())


# Every message to a closed ticket needs the phrases, and there are thousands of them.
@lru_cache(maxsize=16)
def _compile(thanks: _Texts, courtesies: _Texts) -> Phrases:
    texts: dict[str, tuple[list[str], list[str]]] = {}
    for path in sorted((data_folder() / "phrases" / "thanks").glob("*.toml")):
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        texts[path.stem] = (table["thanks"], table["courtesies"])
    for number, own in enumerate((thanks, courtesies)):
        for language, phrases in own:
            texts.setdefault(language, ([], []))[number].extend(phrases)
    return Phrases(texts)
