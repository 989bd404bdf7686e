"""Request fields: which ones a type requires, which are missing, and how the value of each kind is parsed.

A field of the procedure whose key is that of a common field (`product`, `impact`, `description` …) is that field. Texts
that people wrote are stored like their messages, so that they can be erased (S5-09), unless the procedure says that the
field is not `personal`. People in a `contacts` field become participants of the ticket (S2-08).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deskterm.desk.domain.email_address import ADDRESS_PATTERN, is_email_address
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.desk.domain.text import is_visible
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import FieldPart, RequestType
from deskterm.procedure.ticket_fields import REQUEST_FIELDS

_PERSONAL_FIELDS = frozenset({"subject", "description", "requester", "email"})
"""Fields of every request that hold texts or names of people: they are stored in one place only, and erased there."""

_FREE_TEXT_KINDS = frozenset({"text", "long-text", "url", "email", "phone"})
"""Kinds of field whose value is free text."""

REQUESTER = "requester"
"""The word for the ticket's own requester in a field for people."""

_EXPECTED_INPUT = {
    "text": "a few words",
    "long-text": "some words",
    "number": "a number of 0 or more, written as 1250 or 1.5",
    "instant": "a date and time such as 2026-11-23T09:30",
    "flag": "yes or no",
    "url": "the address of a page",
    "email": "an e-mail address",
    "phone": "a telephone number",
    "contacts": "people, as Name <name@example.org> +44 20 1234, a semicolon between them",
}
_FLAGS = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}
_URL = re.compile(r"(?:https?://[\w-]+(?:\.[\w-]+)*|[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:[/?#]\S*)?|/\S*", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3}){2,}(\.\d+)?|\d{1,3},\d{3}\.\d+")
"""A number whose commas can only part thousands: 1,250 alone may be one and a quarter."""
_PHONE = re.compile(r"\+?[\d(][\d\s()/.-]*(\s*(x|ext\.?)\s*\d+)?", re.IGNORECASE)
_EXTENSION, _WITH_COUNTRY = 3, 6
"""Fewest digits of a telephone number: of an extension, and of a number with its country code."""
_PERSON = re.compile(
    rf"(?P<name>[^<>@]*?)\s*(?:<(?P<email>{ADDRESS_PATTERN})>|(?P<bare>{ADDRESS_PATTERN}))?"
    r"\s*(?P<phone>[+\d(][\d\s()/.-]*)?"
)


class IncompleteRequest(UsageError):
    """A request lacks required fields, or holds values that are not of their kind.

    problem: what is wrong, without the advice at the end of the sentence. missing: keys of the missing fields.
    """

    def __init__(self, problem: str, ending: str = ".", missing: Iterable[str] = ()) -> None:
        super().__init__(problem + ending)
        self.problem = problem
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Person:
    """A person in a field for people. requester: it is the ticket's own requester."""

    name: str = ""
    email: str | None = None
    phone: str = ""
    requester: bool = False


@dataclass(slots=True)
class ParsedRequest:
    """The parsed fields of a request, by key.

    values: plain values. texts: personal texts. people: people in `contacts` fields. common: common fields that were
    given as fields of the procedure. problems: for each field whose value is not of its kind, a sentence about it.
    """

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    people: dict[str, list[Person]] = field(default_factory=dict)
    common: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def merge(self, other: ParsedRequest) -> None:
        """Add the values and texts of another request."""
        self.values |= other.values
        self.texts |= other.texts

    def has_value(self, key: str) -> bool:
        """Return whether a field has a value."""
        return key in self.values or key in self.texts or bool(self.people.get(key)) or bool(self.common.get(key))


def parse_request_fields(
    procedure: CompiledProcedure, fields: Mapping[str, Any], now: datetime | None = None
) -> ParsedRequest:
    """Parse the fields of a request by their kind, without empty ones. now: the desk's time, from which instants may be
    said. Raises DeskError for an unknown field."""
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
            # Shown among the ticket's fields too; personal words stay in the one place where they are erased (S5-09)
            if key in known and key not in _PERSONAL_FIELDS:
                found.values[key] = found.common[key]
            continue
        part = known[key]
        try:
            read = _parse_value(part, value, procedure.timezone, now)
        except (ValueError, OverflowError):
            # dateutil raises OverflowError for a "date" of many digits
            found.problems[key] = f"{part.label} is to be {describe_expected_input(part)}, not {str(value)[:60]!r}"
            continue
        except UsageError as error:
            found.problems[key] = f"{part.label}: {str(error).rstrip('.')}"
            continue
        if part.kind == "contacts":
            found.people[key] = read
        elif holds_personal_text(part):
            found.texts[key] = str(read)
        else:
            found.values[key] = read
    return found


def holds_personal_text(part: FieldPart) -> bool:
    """Return whether a field holds a text that is erased with the person who wrote it (S5-09)."""
    if part.key in REQUEST_FIELDS:
        return part.key in _PERSONAL_FIELDS
    return part.kind in _FREE_TEXT_KINDS if part.personal is None else part.personal


def list_required_fields(procedure: CompiledProcedure, kind: RequestType) -> list[str]:
    """Return the keys of the fields that a type requires, in the order of the procedure (S1-37, S2-08, S5-14)."""
    required = [*kind.required, *(part.key for part in procedure.definition.fields if part.required)]
    return [key for key in dict.fromkeys(required) if key in kind.required or key in kind.fields]


def find_missing_fields(
    procedure: CompiledProcedure, kind: RequestType, request: ParsedRequest, common: Mapping[str, Any]
) -> list[str]:
    """Return the keys of required fields for which nothing was given. common: common field → value, as far as known."""
    required = list_required_fields(procedure, kind)
    given = request.problems.keys()
    return [
        key for key in required if key not in given and not request.has_value(key) and common.get(key) in (None, "")
    ]


def find_missing_contact_details(
    procedure: CompiledProcedure, request: ParsedRequest, requester: Person | None
) -> Iterator[str]:
    """Yield a sentence for each person in a field who lacks contact details that the field needs (S2-08)."""
    for part in procedure.definition.fields:
        for named in request.people.get(part.key, ()):
            person = requester or Person() if named.requester else named
            missing = [
                name
                for detail, name in (("email", "an e-mail address"), ("phone", "a telephone number"))
                if detail in part.needs and not getattr(person, detail)
            ]
            if missing:
                yield f"{part.label} ({person.name or REQUESTER}) is to have {' and '.join(missing)}"


def build_refusal(procedure: CompiledProcedure, missing: Sequence[str], problems: Sequence[str]) -> IncompleteRequest:
    """Return the error that names all that is wrong with a request, in one sentence."""
    parts = list(problems)
    if missing:
        fields = [re.sub("^an? ", "", describe_field(procedure, key)) for key in missing]
        parts.insert(0, f"{_join(fields)} {'is' if len(fields) == 1 else 'are'} missing")
    sentence = "; ".join(parts)
    ending = ". Open anyway?" if missing and not problems else "."
    return IncompleteRequest(sentence[:1].upper() + sentence[1:], ending, missing)


def describe_field(procedure: CompiledProcedure, key: str) -> str:
    """Return the name of a field with the input that it expects, as text."""
    part = next((part for part in procedure.definition.fields if part.key == key), None)
    if part is None:
        return REQUEST_FIELDS.get(key, key)
    return f"{part.label} ({describe_expected_input(part)})"


def describe_expected_input(part: FieldPart) -> str:
    """Return the input that a field expects, as text."""
    if part.kind == "choice":
        return f"one of {', '.join(part.choices)}"
    return _EXPECTED_INPUT[part.kind]


def parse_phone(text: str) -> str:
    """Return a telephone number as it was written. Raises ValueError for other texts, such as a country code alone."""
    number = _require_match(_PHONE, text.strip())
    if sum(character.isdigit() for character in number) < (_WITH_COUNTRY if number.startswith("+") else _EXTENSION):
        raise ValueError(text)
    return number


def parse_people(text: str) -> list[Person]:
    """Parse people as they are written in a field: `Name <name@example.org> +44 20 1234`, separated by semicolons, line
    breaks, or commas after an address; `requester` stands for the requester. Raises ValueError for other texts."""
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
    """Yield the text of one person each.

    A comma may be part of a name (`Dal, Per`) or stand before a telephone number, so only one after an address ends a
    person."""
    for row in re.split(r"[;\n]", text):
        found: list[str] = []
        pending = ""
        for piece in row.split(","):
            pending = f"{pending}, {piece}" if pending else piece
            if found and _PHONE.fullmatch(pending.strip()):
                found[-1] += f" {pending}"
                pending = ""
            elif "@" in pending or pending.strip().casefold() == REQUESTER:
                found.append(pending)
                pending = ""
        yield from (" ".join(one.split()) for one in (*found, pending) if one.strip())


_PLAIN = FieldPart(key="plain", label="Plain")
"""Stands for common fields that the procedure does not define itself."""


def _parse_value(part: FieldPart, value: Any, timezone: str, now: datetime | None) -> Any:
    """Return the value of a field, by the kind of the field. Raises ValueError for one that is not of the kind, and
    UsageError, with the reason, for an instant that is none."""
    text = str(value).strip()
    match part.kind:
        case "number":
            # 1,5 is one and a half to some: a comma is taken only where it can part nothing but thousands.
            if isinstance(value, str) and "," in text and not _THOUSANDS.fullmatch(text):
                raise ValueError(text)
            number = float(text.replace(",", "")) if not isinstance(value, (int, float)) else float(value)
            # `not >=` refuses NaN too, which `<` would let pass
            if not number >= 0 or number > 1e15:
                raise ValueError(text)
            return int(number) if number.is_integer() else number
        case "instant":
            return _parse_instant(value, timezone, now, part.past)
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


def _parse_instant(value: Any, timezone: str, now: datetime | None, past: bool) -> str:
    """Return a date and time in RFC 3339, in UTC. One without a zone is in the time zone of the desk. Raises UsageError
    for a text that could mean two instants, or none, and where past is true for one that is still to come (D-09)."""
    if not isinstance(value, datetime):
        moment = parse_instant(str(value), timezone, now, past=past)
    else:
        moment = value if value.tzinfo is not None else value.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
