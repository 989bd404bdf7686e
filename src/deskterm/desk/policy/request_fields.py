"""What a request must say: the fields of its type, what is still missing, and how each is read.

A field whose key is one that every ticket has (`product`, `impact`, `description` …) is that one. What people wrote in
their own words is kept as their messages are, so that it can be erased (S5-09), unless the procedure calls the field
not `personal`; people in a `contacts` field take part in the ticket (S2-08).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deskterm.desk.domain.email_address import ADDRESS_PATTERN, is_email_address
from deskterm.desk.domain.text import is_visible
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import FieldPart, RequestType
from deskterm.procedure.ticket_fields import REQUEST_FIELDS

_PERSONAL_FIELDS = frozenset({"subject", "description", "requester", "email"})
"""Fields of every request that hold what people said or who they are: that stands in one place only."""

_FREE_TEXT_KINDS = frozenset({"text", "long-text", "url", "email", "phone"})
"""Kinds of field that take any words."""

REQUESTER = "requester"
"""The word that stands for the ticket's own requester in a field for people."""

_EXPECTED_INPUT = {
    "text": "a few words",
    "long-text": "some words",
    "number": "a number of 0 or more",
    "instant": "a date and time such as 2026-11-23T09:30",
    "flag": "yes or no",
    "url": "the address of a page",
    "email": "an e-mail address",
    "phone": "a telephone number",
    "contacts": "people, as Name <name@example.org> +44 20 1234, a semicolon between them",
}
_FLAGS = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}
_URL = re.compile(r"(?:https?://[\w-]+(?:\.[\w-]+)*|[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:[/?#]\S*)?|/\S*", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d(][\d\s()/.-]*(\s*(x|ext\.?)\s*\d+)?", re.IGNORECASE)
_EXTENSION, _WITH_COUNTRY = 3, 6
"""How many figures a telephone number has at least: inside a house, and with the code of its country."""
_PERSON = re.compile(
    rf"(?P<name>[^<>@]*?)\s*(?:<(?P<email>{ADDRESS_PATTERN})>|(?P<bare>{ADDRESS_PATTERN}))?"
    r"\s*(?P<phone>[+\d(][\d\s()/.-]*)?"
)


class IncompleteRequest(UsageError):
    """A request does not say what its type asks for. missing: keys of the fields; told: what is wrong, without what to
    do about it."""

    def __init__(self, told: str, ending: str = ".", missing: Iterable[str] = ()) -> None:
        super().__init__(told + ending)
        self.problem = told
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in a field for people. requester: it is the ticket's own requester."""

    name: str = ""
    email: str | None = None
    phone: str = ""
    requester: bool = False


@dataclass(slots=True)
class ParsedRequest:
    """What a request says in its fields. values: plain ones, by key; words: what people said in their own; people:
    those of fields for people; own: what every ticket has, given as a field; faults: what is not of its kind, as
    sentences."""

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    people: dict[str, list[Person]] = field(default_factory=dict)
    common: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def merge(self, other: ParsedRequest) -> None:
        """Say what another says, too."""
        self.values |= other.values
        self.texts |= other.texts

    def has_value(self, key: str) -> bool:
        return key in self.values or key in self.texts or bool(self.people.get(key)) or bool(self.common.get(key))


def parse_request_fields(procedure: CompiledProcedure, fields: Mapping[str, Any]) -> ParsedRequest:
    """The fields as their kinds read them; what is empty is not given. DeskError for a field that there is none of."""
    known = {part.key: part for part in procedure.definition.fields}
    found = ParsedRequest()
    for key, value in fields.items():
        if key not in known and key not in REQUEST_FIELDS:
            listed = ", ".join(sorted(known)) or "none"
            raise DeskError(f"There is no field {key!r}: this procedure asks for {listed}.")
        if value is None or (isinstance(value, str) and not is_visible(value)):
            continue
        if key in REQUEST_FIELDS and known.get(key, _PLAIN).kind in ("text", "long-text"):
            found.common[key] = str(value).strip()
            if key in known and key not in _PERSONAL_FIELDS:
                found.values[key] = found.common[key]
            continue
        part = known[key]
        try:
            read = _parse_value(part, value, procedure.timezone)
        except (ValueError, OverflowError):
            found.problems.append(f"{part.label} is to be {describe_expected_input(part)}, not {str(value)[:60]!r}")
            continue
        if part.kind == "contacts":
            found.people[key] = read
        elif holds_personal_text(part):
            found.texts[key] = str(read)
        else:
            found.values[key] = read
    return found


def holds_personal_text(part: FieldPart) -> bool:
    """Whether a field holds somebody's words: what can be erased with the person (S5-09)."""
    if part.key in REQUEST_FIELDS:
        return part.key in _PERSONAL_FIELDS
    return part.kind in _FREE_TEXT_KINDS if part.personal is None else part.personal


def list_required_fields(procedure: CompiledProcedure, kind: RequestType) -> list[str]:
    """The keys of what a request of a type must say, in the order of the file (S1-37, S2-08, S5-14)."""
    asked = [*kind.required, *(part.key for part in procedure.definition.fields if part.required)]
    return [key for key in dict.fromkeys(asked) if key in kind.required or key in kind.fields]


def find_missing_fields(
    procedure: CompiledProcedure, kind: RequestType, said: ParsedRequest, own: Mapping[str, Any]
) -> list[str]:
    """What a request of a type must say and does not. own: what is known of what every ticket has."""
    return [
        key for key in list_required_fields(procedure, kind) if not said.has_value(key) and own.get(key) in (None, "")
    ]


def find_missing_contact_details(
    procedure: CompiledProcedure, said: ParsedRequest, requester: Person | None
) -> Iterator[str]:
    """What is to be known of the people in a field and is not, in words (S2-08)."""
    for part in procedure.definition.fields:
        for person in said.people.get(part.key, ()):
            who = requester or Person() if person.requester else person
            lacks = [
                words
                for what, words in (("email", "an e-mail address"), ("phone", "a telephone number"))
                if what in part.needs and not getattr(who, what)
            ]
            if lacks:
                yield f"{part.label} ({who.name or REQUESTER}) is to have {' and '.join(lacks)}"


def build_refusal(
    procedure: CompiledProcedure, kind: RequestType, lacking: Iterable[str], faults: Iterable[str]
) -> IncompleteRequest:
    """All that is wrong with a request, in one sentence."""
    keys, told = list(lacking), list(faults)
    parts = []
    if keys:
        named = [describe_field(procedure, key) for key in keys]
        parts.append(f"a request of type {kind.label} must say {_join(named)}")
    parts += told
    sentence = "; ".join(parts)
    ending = ": what cannot be had may be missing from one that is opened as incomplete." if keys and not told else "."
    return IncompleteRequest(sentence[:1].upper() + sentence[1:], ending, keys)


def describe_field(procedure: CompiledProcedure, key: str) -> str:
    """What a field is called, with what is expected in it."""
    part = next((part for part in procedure.definition.fields if part.key == key), None)
    if part is None:
        return REQUEST_FIELDS.get(key, key)
    return f"{part.label} ({describe_expected_input(part)})"


def describe_expected_input(part: FieldPart) -> str:
    """What goes into a field, in words."""
    if part.kind == "choice":
        return f"one of {', '.join(part.choices)}"
    return _EXPECTED_INPUT[part.kind]


def parse_phone(text: str) -> str:
    """A telephone number as it was written. ValueError for what is none, such as the code of a country alone."""
    number = _require_match(_PHONE, text.strip())
    if sum(character.isdigit() for character in number) < (_WITH_COUNTRY if number.startswith("+") else _EXTENSION):
        raise ValueError(text)
    return number


def parse_people(text: str) -> list[Person]:
    """People as somebody wrote them down: `Name <name@example.org> +44 20 1234`, several of them by semicolon, line,
    or the comma behind an address; `requester` stands for the requester. ValueError for what names nobody."""
    found = []
    for line in _split_people(text):
        if line.casefold() == REQUESTER:
            found.append(Person(requester=True))
            continue
        match = _PERSON.fullmatch(line)
        email = match and (match["email"] or match["bare"])
        if match is None or not (match["name"] or email):
            raise ValueError(text)
        phone = parse_phone(match["phone"]) if match["phone"] else ""
        found.append(Person(match["name"].strip(" ,"), email or None, phone))
    if not found:
        raise ValueError(text)
    return found


def _split_people(text: str) -> Iterator[str]:
    """One person each: a comma may stand in a name (`Dal, Per`) and before a telephone number, but not behind an
    address."""
    for row in re.split(r"[;\n]", text):
        found: list[str] = []
        begun = ""
        for piece in row.split(","):
            begun = f"{begun}, {piece}" if begun else piece
            if found and _PHONE.fullmatch(begun.strip()):
                found[-1] += f" {begun}"
                begun = ""
            elif "@" in begun or begun.strip().casefold() == REQUESTER:
                found.append(begun)
                begun = ""
        yield from (" ".join(one.split()) for one in (*found, begun) if one.strip())


_PLAIN = FieldPart(key="plain", label="Plain")


def _parse_value(part: FieldPart, value: Any, timezone: str) -> Any:
    text = str(value).strip()
    match part.kind:
        case "number":
            number = float(text.replace(",", "")) if not isinstance(value, (int, float)) else float(value)
            if not number >= 0 or number > 1e15:
                raise ValueError(text)
            return int(number) if number.is_integer() else number
        case "instant":
            return _parse_instant(value, timezone)
        case "flag":
            if isinstance(value, bool):
                return value
            if text.casefold() not in _FLAGS:
                raise ValueError(text)
            return _FLAGS[text.casefold()]
        case "choice":
            for choice in part.choices:
                if choice.casefold() == text.casefold():
                    return choice
            raise ValueError(text)
        case "url":
            return _require_match(_URL, text)
        case "email":
            if not is_email_address(text):
                raise ValueError(text)
            return text.casefold()
        case "phone":
            return parse_phone(text)
        case "contacts":
            return parse_people(text)
        case _:
            return text


def _require_match(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _parse_instant(value: Any, timezone: str) -> str:
    """RFC 3339 in UTC; without a zone it is wall-clock time of the desk."""
    if isinstance(value, datetime):
        moment = value
    else:
        text = str(value).strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            from dateutil import parser

            moment = parser.parse(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
