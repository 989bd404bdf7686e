"""From the words of another desk to the keys of this desk's procedure. An unknown word becomes a default, with a note
and a count, and never a guess (R-71)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from deskterm.errors import DeskError
from deskterm.exchange.importing.tickets.mapping import TicketMapping, Words
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import RequestType

SKIP = "@skip"
"""Meaning of a word of status whose ticket is not brought in."""
_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "@new": ("new", "open"),
    "@open": ("open", "new", "waiting"),
    "@waiting": ("waiting", "open", "new"),
    "@solved": ("solved", "closed"),
    "@closed": ("closed", "solved"),
}
"""Categories that stand for one which a procedure does not have."""
_DONE = ("solved", "closed")
_NUMBER = re.compile(r"\d{1,18}")
"""Digits that `int` reads; `str.isdigit` has superscripts as well."""


@lru_cache(maxsize=8192)
def fold_word(word: str) -> str:
    """Return a word without what does not tell two apart: case and the number of blanks."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())


class Translation(NamedTuple):
    """Result of looking a word up. key: of the procedure, None for none."""

    key: str | None
    is_known: bool


@dataclass(slots=True)
class UsedWord:
    """A word of the file: how often it came, where first, and what it became."""

    count: int = 0
    place: int = 0
    key: str | None = None
    is_known: bool = True


@dataclass(slots=True)
class WordCounts:
    """The words that were met, by field."""

    fields: dict[str, dict[str, UsedWord]] = field(default_factory=dict)

    def add(self, name: str, word: str, place: int, translation: Translation) -> None:
        used = self.fields.setdefault(name, {}).setdefault(word, UsedWord(place=place))
        used.count += 1
        used.key, used.is_known = translation


class WordTable:
    """The words of one mapping in the terms of one procedure. Raises DeskError for a mapping that names a key which the
    procedure does not have."""

    def __init__(self, mapping: TicketMapping, procedure: CompiledProcedure) -> None:
        self._procedure, self._mapping = procedure, mapping
        definition = procedure.definition
        self._words = {name: _fold(getattr(mapping.words, name)) for name in ("status", "priority", "type", "channel")}
        self._types = _name_choices(definition.types)
        self._statuses = _name_choices(definition.statuses)
        self._channels = {fold_word(channel): channel for channel in definition.channels}
        self._scales = {
            "severity": (list(procedure.severities), _name_choices(definition.severities)),
            "priority": (list(procedure.priorities), _name_choices(definition.priority.scale)),
        }
        self._teams = _name_choices([*definition.teams, *definition.departments])
        self._listed = {"product": _name_choices(definition.products), "topic": _name_choices(definition.topics)}
        self._check()

    def _check(self) -> None:
        """Raise DeskError for a category or a step of a scale that is written wrongly."""
        for name, words in self._words.items():
            for word, targets in words.items():
                for target in targets:
                    if target.startswith("@") and not _is_sign(name, target):
                        raise DeskError(
                            f"The mapping {self._mapping.source} says {name} {word!r} is {target!r}: write a key of the"
                            f" procedure, {', '.join(_CATEGORIES)} or, for a priority, a step such as @1/4."
                        )

    def find_type(self, word: str) -> tuple[RequestType, bool]:
        """Return the type of a word, and whether the word is known; the procedure's default type otherwise."""
        for candidate in (word, *self._words["type"].get(fold_word(word), ())):
            if (key := self._types.get(fold_word(candidate))) is not None:
                return self._procedure.types[key], True
        return self.default_type(), not word

    def default_type(self) -> RequestType:
        default = self._procedure.definition.about.default_type
        return self._procedure.types[default] if default else next(iter(self._procedure.types.values()))

    def find_status(self, kind: str, word: str) -> Translation:
        """Return the status of a word for tickets of a type; the type's first one for an unknown word."""
        targets = self._words["status"].get(fold_word(word), ())
        if SKIP in targets:
            return Translation(SKIP, True)
        named = self._statuses.get(fold_word(word))
        if named is not None and self._is_of(kind, named) and self._agrees(named, targets):
            return Translation(named, True)
        for target in targets:
            if target.startswith("@"):
                return Translation(self.find_category(kind, target), True)
            key = self._statuses.get(fold_word(target))
            if key is not None and self._is_of(kind, key):
                return Translation(key, True)
        return Translation(self._procedure.find_initial_status(kind).key, False)

    def find_category(self, kind: str, sign: str) -> str:
        """Return the first status of a type in a category, or in the one that stands for it."""
        for category in _CATEGORIES[sign]:
            if sign == "@new":
                return self._procedure.find_initial_status(kind).key
            for key, status in self._procedure.statuses.items():
                if status.category == category and self._is_of(kind, key):
                    return key
        return self._procedure.find_initial_status(kind).key

    def category(self, status: str) -> str:
        return self._procedure.statuses[status].category

    def _is_of(self, kind: str, status: str) -> bool:
        return self._procedure.has_status(kind, self._procedure.statuses[status])

    def _agrees(self, key: str, targets: Sequence[str]) -> bool:
        """Return whether a status of the same name ends a ticket exactly if the mapping's meaning does: Open of one
        desk may be the first status of another, but never its end."""
        signs = [target for target in targets if target in _CATEGORIES]
        return not signs or (self.category(key) in _DONE) == (_CATEGORIES[signs[0]][0] in _DONE)

    def find_level(self, kind: RequestType, word: str) -> tuple[str, Translation]:
        """Return the field that a priority fills, and its key: severity where the type has one, else priority."""
        name = "severity" if kind.has_severity and self._procedure.severities else "priority"
        keys, names = self._scales[name]
        default = kind.default_severity if name == "severity" else None
        if not keys:
            return name, Translation(None, True)
        if (key := names.get(fold_word(word))) is not None:
            return name, Translation(key, True)
        targets = self._words["priority"].get(fold_word(word)) or self._find_number(word)
        for target in targets:
            if target.startswith("@"):
                step, _, steps = target[1:].partition("/")
                return name, Translation(keys[(int(step) - 1) * len(keys) // int(steps)], True)
            if (key := names.get(fold_word(target))) is not None:
                return name, Translation(key, True)
        return name, Translation(default, not word)

    def _find_number(self, word: str) -> Sequence[str]:
        """Return the meaning of a number by the ranges of the mapping, as `60-79`."""
        if not _NUMBER.fullmatch(word.strip()):
            return ()
        for span, targets in self._words["priority"].items():
            low, dash, high = span.partition("-")
            is_span = dash and _NUMBER.fullmatch(low.strip()) and _NUMBER.fullmatch(high.strip())
            if is_span and int(low) <= int(word) <= int(high):
                return targets
        return ()

    def find_channel(self, word: str) -> Translation:
        """Return the channel of a word; the procedure's first one otherwise."""
        for candidate in (word, *self._words["channel"].get(fold_word(word), ())):
            if (key := self._channels.get(fold_word(candidate))) is not None:
                return Translation(key, True)
        first = self._procedure.definition.channels[0]
        # A word that the mapping knows, and the procedure has no channel for it, is no unknown word
        return Translation(first, not word or fold_word(word) in self._words["channel"])

    def find_listed(self, name: str, word: str) -> Translation:
        """Return the product or topic of a word; none for one that the procedure does not have."""
        found = self._listed[name].get(fold_word(word))
        return Translation(found, found is not None)

    def find_team(self, word: str) -> Translation:
        """Return the team of a name; none for one that the procedure does not have."""
        found = self._teams.get(fold_word(word))
        return Translation(found, found is not None or not word)


def _fold(words: Words) -> dict[str, tuple[str, ...]]:
    return {fold_word(word): (target,) if isinstance(target, str) else target for word, target in words.items()}


def _name_choices(choices: Iterable[object]) -> dict[str, str]:
    """Return folded label or key → key; a key wins over another's label."""
    labels = {fold_word(str(getattr(one, "label", "") or one.key)): one.key for one in choices}  # type: ignore[attr-defined]
    return labels | {fold_word(one.key): one.key for one in choices}  # type: ignore[attr-defined]


def _is_sign(name: str, target: str) -> bool:
    if name == "status":
        return target in _CATEGORIES or target == SKIP
    step, slash, steps = target[1:].partition("/")
    is_step = slash and _NUMBER.fullmatch(step) and _NUMBER.fullmatch(steps)
    return name == "priority" and bool(is_step) and 1 <= int(step) <= int(steps)
