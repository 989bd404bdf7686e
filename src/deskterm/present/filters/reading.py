"""Resolve a filter on a desk: names of fields, labels, people and instants become conditions (C-12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol, cast

from deskterm.errors import UsageError
from deskterm.present.filters.fields import (
    ANYTHING,
    BY_NAME,
    CATEGORIES,
    FIELDS,
    HAS_VALUES,
    IS_VALUES,
    NOTHING,
    FilterField,
    list_choices,
)
from deskterm.present.filters.instants import parse_length, parse_span
from deskterm.present.labels import Vocabulary
from deskterm.store.db.reader import fold
from deskterm.store.filters.conditions import (
    Among,
    Compares,
    Condition,
    Contains,
    Either,
    Every,
    FieldCompares,
    HasDraft,
    HasField,
    HasWords,
    Is,
    IsEmpty,
    Lists,
    Mentions,
    Negation,
    OfClient,
    OfRequester,
    Operator,
    Within,
)
from deskterm.store.filters.grammar import parse_filter
from deskterm.store.filters.tree import And, FilterError, Node, Not, Or, Term, Value, Words

_BIGGEST = 2**63 - 1
_MOST_NAMED = 12
"""Most names that an error lists."""


class NamedPerson(Protocol):
    """An agent of the desk, as a row or as a line of the console."""

    @property
    def login(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FilterContext:
    """The facts that a filter depends on: the procedure's labels, the people of the desk, the reader, and the time
    (epoch seconds). behind: the login of whoever works in the reader's name, empty for nobody."""

    vocabulary: Vocabulary
    people: Sequence[NamedPerson]
    login: str
    now: int
    behind: str = ""


def read_filter(text: str, context: FilterContext) -> Condition | None:
    """Return the condition of a filter; None for an empty one. Raises FilterError, with the place in the text, for one
    that cannot be read."""
    tree = parse_filter(text)
    return None if tree is None else _Reading(text, context).read(tree)


class _Reading:
    """Reads one filter."""

    def __init__(self, text: str, context: FilterContext) -> None:
        self._text, self._context = text, context

    def read(self, tree: Node) -> Condition:
        match tree:
            case Words(text=text):
                return HasWords(text)
            case Term():
                return self._read_term(tree)
            case Not(part=part):
                return Negation(self.read(part))
            case And(parts=parts):
                return Every(tuple(map(self.read, parts)))
            case Or(parts=parts):
                return Either(tuple(map(self.read, parts)))

    def _read_term(self, term: Term) -> Condition:
        vocabulary, name = self._context.vocabulary, term.name.casefold()
        field = BY_NAME.get(name)
        # Names of the language come first: a procedure's field with the same key needs the prefix
        key = name.removeprefix("field.")
        if field is None and key in vocabulary.fields:
            found = [self._read_procedure_field(key, value) for value in term.values]
        elif field is not None:
            found = [self._read_value(field, value) for value in term.values]
        else:
            known = [*BY_NAME, *vocabulary.fields]
            nearest = get_close_matches(name, known, n=1)
            hint = f"did you mean {nearest[0]}:?" if nearest else "put words with a colon in quotes."
            raise FilterError(f"There is no field {term.name!r} to filter by: {hint}", self._text, term.start)
        return found[0] if len(found) == 1 else Either(tuple(found))

    def _read_value(self, field: FilterField, value: Value) -> Condition:
        word = value.text.casefold()
        if word in (NOTHING, ANYTHING) and not value.operator and field.kind not in ("is", "has"):
            empty = self._make_empty(field)
            return empty if word == NOTHING else Negation(empty)
        match field.kind:
            case "instant":
                return self._read_instant(field, value)
            case "left" | "age":
                return self._read_length(field, value)
            case "number":
                return Compares(field.column, self._operator(value), self._read_number(value))
        if value.operator not in ("", "="):
            raise self._error(f"{field.name}: has no order: leave {value.operator} out.", value)
        match field.kind:
            case "choice":
                return self._read_choice(field, value)
            case "person":
                return Among(field.column, self._find_people(value))
            case "client":
                return OfClient(value.text)
            case "requester":
                return OfRequester(value.text)
            case "tags":
                return Lists(field.column, value.text)
            case "is":
                return self._read_is(value)
            case "has":
                return self._read_has(value)
            case _:
                return Contains(field.column, value.text)

    def _make_empty(self, field: FilterField) -> Condition:
        match field.kind:
            case "instant":
                return IsEmpty(field.column, "instant")
            case "left":
                return IsEmpty("next_due_at", "instant")
            case "age":
                return IsEmpty("received_at", "instant")
            case "number":
                return IsEmpty(field.column, "number")
            case "client":
                return IsEmpty("organisation")
            case "requester":
                return IsEmpty("requester")
            case _:
                return IsEmpty(field.column)

    def _read_is(self, value: Value) -> Condition:
        word = value.text.casefold()
        if word not in IS_VALUES:
            raise self._unknown("is", value, IS_VALUES)
        named, _ = IS_VALUES[word]
        if named is not None:
            return Is(named)
        if word == "mentioned":
            return Mentions(self._context.login)
        if word == "mine":
            return Among("assignee", (self._context.login,))
        if word == "urgent":
            vocabulary = self._context.vocabulary
            steps = (("severity", vocabulary.urgent), ("priority", vocabulary.urgent_priorities))
            found = tuple(Among(column, keys) for column, keys in steps if keys)
            # Where the procedure marks nothing as urgent, no ticket is
            return Either(found) if found else Compares("id", "<", 0)
        if word == "unassigned":
            return IsEmpty("assignee")
        return Negation(IsEmpty(word))

    def _read_has(self, value: Value) -> Condition:
        word = value.text.casefold()
        if word in HAS_VALUES:
            named, _ = HAS_VALUES[word]
            return Is(named) if named is not None else HasDraft(self._context.login, self._context.behind)
        field = BY_NAME.get(word)
        if field is not None and field.kind not in ("is", "has"):
            return Negation(self._make_empty(field))
        if word in self._context.vocabulary.fields:
            return HasField(word)
        fields = [field.name for field in FIELDS if field.kind not in ("is", "has")]
        raise self._unknown("has", value, [*HAS_VALUES, *fields, *self._context.vocabulary.fields])

    def _read_choice(self, field: FilterField, value: Value) -> Condition:
        """Return the condition for a value: one of the procedure's or its beginning, if no other one begins so; any
        where the procedure lists none. For a status, the categories that every procedure has (`open`, `waiting` …) are
        values too."""
        choices = list_choices(field, self._context.vocabulary)
        wanted = fold(value.text)
        if not choices:
            return Contains(field.column, value.text, is_whole=True)
        for choice in choices.values():
            if wanted in map(fold, (choice.key, choice.label, choice.short)):
                return Among(field.column, (choice.key,))
        categories = CATEGORIES if field.name == "status" else ()
        if wanted in categories:
            return Among("category", (wanted,))
        begun = [
            one.key
            for one in choices.values()
            if any(fold(name).startswith(wanted) for name in (one.key, one.label, one.short))
        ]
        begun_categories = [one for one in categories if one.startswith(wanted) and one not in begun]
        if wanted and len(begun) + len(begun_categories) == 1:
            return Among(field.column, tuple(begun)) if begun else Among("category", tuple(begun_categories))
        if value.operator == "=":
            return Among(field.column, (value.text,))
        if wanted and (candidates := sorted([*begun, *begun_categories])):
            raise self._ambiguous(value, candidates)
        known = [*choices, *(choice.label for choice in choices.values())]
        known += categories
        raise self._unknown(field.name, value, known, choices, is_open=True)

    def _find_people(self, value: Value) -> tuple[str, ...]:
        """Resolve a person to a login: `me`, a login, a name, or a part that only one person has."""
        wanted = fold(value.text)
        if wanted == "me":
            return (self._context.login,)
        people = self._context.people
        for exact in (
            [person for person in people if person.login == value.text],
            [person for person in people if wanted in (fold(person.login), fold(person.name))],
        ):
            if exact:
                return tuple(person.login for person in exact)
        found = [person for person in people if wanted in fold(person.login) or wanted in fold(person.name)]
        if len(found) == 1:
            return (found[0].login,)
        if value.operator == "=":
            return (value.text,)
        if found:
            listed = ", ".join(person.login for person in found[:_MOST_NAMED])
            raise self._error(f"{value.text!r} may be {listed}: give a login.", value)
        raise self._unknown("assignee", value, [person.login for person in people], is_open=True)

    def _read_instant(self, field: FilterField, value: Value) -> Condition:
        try:
            span = parse_span(value.text, self._context.vocabulary.timezone, self._context.now, is_past=field.is_past)
        except UsageError as error:
            raise self._error(str(error), value) from error
        match value.operator:
            case "<":
                return Within(field.column, until=span.since)
            case "<=":
                return Within(field.column, until=span.until)
            case ">":
                return Within(field.column, since=span.until)
            case ">=":
                return Within(field.column, since=span.since)
        if span.is_moment:
            name, text = field.name, value.text
            raise self._error(f"Say before or after: {name}:<{text} or {name}:>{text}.", value)
        return Within(field.column, since=span.since, until=span.until)

    def _read_length(self, field: FilterField, value: Value) -> Condition:
        try:
            seconds = parse_length(value.text)
        except UsageError as error:
            raise self._error(str(error), value) from error
        if value.operator in ("", "="):
            raise self._error(f"Say less or more: {field.name}:<{value.text} or {field.name}:>{value.text}.", value)
        after = 1 if value.operator in ("<=", ">") else 0
        if field.kind == "left":
            at = self._context.now + seconds + after
            return Within("next_due_at", until=at) if "<" in value.operator else Within("next_due_at", since=at)
        # The older a ticket is, the earlier it was received
        at = self._context.now - seconds
        if "<" in value.operator:
            return Within("received_at", since=at + (0 if value.operator == "<=" else 1))
        return Within("received_at", until=at + (1 if value.operator == ">=" else 0))

    def _read_number(self, value: Value) -> int:
        digits = value.text.removeprefix("#")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 19 or int(digits) > _BIGGEST:
            raise self._error(f"{value.text[:40]!r} is no number.", value)
        return int(digits)

    def _operator(self, value: Value) -> Operator:
        return cast(Operator, value.operator or "=")

    def _read_procedure_field(self, key: str, value: Value) -> Condition:
        kind = self._context.vocabulary.field_kinds.get(key, "text")
        word = value.text.casefold()
        if word in (NOTHING, ANYTHING) and not value.operator:
            return Negation(HasField(key)) if word == NOTHING else HasField(key)
        if kind == "number":
            try:
                number = float(value.text)
            except ValueError:
                raise self._error(f"{value.text[:40]!r} is no number.", value) from None
            if not abs(number) < 1e300:
                raise self._error(f"{value.text[:40]!r} is no number.", value)
            return FieldCompares(key, self._operator(value), number)
        if value.operator not in ("", "="):
            raise self._error(f"{key}: has no order here: leave {value.operator} out.", value)
        if kind == "flag":
            flags = {"yes": "true", "true": "true", "1": "true", "no": "false", "false": "false", "0": "false"}
            if word not in flags:
                raise self._error(f"{key}: is yes or no.", value)
            return HasField(key, flags[word], is_whole=True)
        return HasField(key, value.text, is_whole=kind == "choice" or value.operator == "=")

    def _unknown(
        self,
        name: str,
        value: Value,
        known: Iterable[str],
        listed: Iterable[str] | None = None,
        *,
        is_open: bool = False,
    ) -> FilterError:
        """Return the error for an unknown value, with the most similar one. is_open: tickets may have values that are
        none of the procedure's or the desk's any more, such as those of an imported log."""
        names = list(known)
        by_fold = {fold(one): one for one in reversed(names)}
        nearest = get_close_matches(fold(value.text), by_fold, n=1)
        shown = list(listed if listed is not None else names)
        rest = " …" if len(shown) > _MOST_NAMED else ""
        use = f"use {', '.join(shown[:_MOST_NAMED])}{rest}"
        if is_open and " " in value.text:  # a typing mistake hardly has one
            use += f', or {name}:="{value.text}" for what only tickets have'
        hint = f"did you mean {by_fold[nearest[0]]}?" if nearest else f"{use}."
        what = f"{name}: has no" if name in ("is", "has") else f"There is no {name}"
        return self._error(f"{what} {value.text!r}: {hint}", value)

    def _ambiguous(self, value: Value, candidates: Sequence[str]) -> FilterError:
        """Return the error for a beginning that several values have."""
        if len(candidates) > _MOST_NAMED:
            listed = f"{', '.join(candidates[:_MOST_NAMED])} …"
        else:
            listed = f"{', '.join(candidates[:-1])} or {candidates[-1]}"
        return self._error(f"{value.text!r} may be {listed}: write more of it.", value)

    def _error(self, sentence: str, value: Value) -> FilterError:
        return FilterError(sentence, self._text, value.start)
