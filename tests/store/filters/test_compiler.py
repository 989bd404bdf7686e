"""A filter as SQL finds what a plain reading of every ticket finds, on both databases (C-12)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm.store.db.engine import Store
from deskterm.store.db.instants import NEVER
from deskterm.store.db.reader import ReadConnection, fold, open_reader
from deskterm.store.filters.compiler import compile_condition
from deskterm.store.filters.conditions import (
    Among,
    Compares,
    Condition,
    Contains,
    Either,
    Every,
    FieldCompares,
    HasField,
    HasWords,
    Is,
    IsEmpty,
    Lists,
    Negation,
    OfClient,
    OfRequester,
    Within,
)
from store.ticket_rows import NOW, put_tickets

Ticket = dict[str, Any]

TEXTS = st.sampled_from(
    ["Printer offline", "100% sure", "under_score", "back\\slash", "Überlauf", "it's Grünhagel", ""]
)
PARTS = st.sampled_from(
    [
        "floor are",
        "off-line",
        "are printing",
        "ubermut",
        "kas",
        "printer 3rd",
        "a",
        "(",
        "print",
        "PRINTER",
        "0%",
        "r_s",
        "k\\s",
        "uber",
        "ÜBER",
        "grunhagel",
        "'",
        '";--',
        "x",
        "1",
    ]
)
INSTANTS = st.sampled_from([NOW - 90_000, NOW - 1, NOW, NOW + 1])
DUE = st.sampled_from([NOW - 90_000, NOW - 1, NOW, NOW + 1, NEVER])
FIELDS = st.sampled_from(
    ["{}", '{"room":"B 12","seats":4}', '{"room":"Grün"}', '{"vip":true,"seats":40}', '{"seats":"x"}']
)

BODIES = st.lists(
    st.sampled_from(["The printers (3rd floor) are off-line", "über Übermut_x", "it's K\u00e4se", "a x1 Printing", ""]),
    max_size=2,
)

TICKETS = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["new", "open", "waiting", "solved", "closed"]),
        "status": st.sampled_from(["new", "working"]),
        "severity": st.sampled_from([None, "p1", "p2"]),
        "assignee": st.sampled_from([None, "sam", "lee"]),
        "subject": TEXTS,
        "requester": TEXTS,
        "organisation": TEXTS,
        "tags": st.sampled_from(["", ",vpn,", ",spam,vpn,", ",Ärger,"]),
        "fields": FIELDS,
        "received_at": INSTANTS,
        "next_due_at": DUE,
        "snoozed_until": st.none() | INSTANTS,
        "breached": st.integers(0, 1),
        "reopened": st.integers(0, 2),
        "bodies": BODIES,
    }
).map(lambda ticket: ticket | {"is_open": int(ticket["category"] not in ("solved", "closed"))})

TESTS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(HasWords, PARTS),
    st.builds(Among, st.just("severity"), st.sampled_from([("p1",), ("p1", "p2"), ("'",)])),
    st.builds(Among, st.just("assignee"), st.just(("sam",))),
    st.builds(IsEmpty, st.sampled_from(["severity", "assignee", "organisation", "tags"])),
    st.builds(IsEmpty, st.sampled_from(["next_due_at", "snoozed_until"]), st.just("instant")),
    st.builds(Contains, st.sampled_from(["subject", "organisation"]), PARTS, st.booleans()),
    st.builds(Lists, st.just("tags"), st.sampled_from(["vpn", "VPN", "arger", "pn", "%"])),
    st.builds(
        Within,
        st.sampled_from(["received_at", "next_due_at", "snoozed_until"]),
        st.none() | INSTANTS,
        st.none() | INSTANTS,
    ),
    st.builds(Compares, st.just("reopened"), st.sampled_from(["<", "<=", ">", ">=", "="]), st.integers(0, 2)),
    st.builds(OfRequester, PARTS),
    st.builds(OfClient, PARTS),
    st.builds(
        HasField,
        st.sampled_from(["room", "vip", "seats"]),
        st.none() | st.sampled_from(["b 12", "GRUN", "true", "4"]),
        st.booleans(),
    ),
    st.builds(FieldCompares, st.just("seats"), st.sampled_from(["<", ">=", "="]), st.sampled_from([4.0, 5.0])),
    st.builds(
        Is,
        st.sampled_from(
            [
                *("open", "closed", "waiting", "breached", "late", "snoozed", "reopened", "files", "note", "reply"),
                "escalated",
            ]
        ),
    ),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda parts: (
        st.builds(Negation, parts)
        | st.lists(parts, min_size=2, max_size=3)
        .map(tuple)
        .flatmap(lambda found: st.sampled_from([Every(found), Either(found)]))
    ),
    max_leaves=5,
)

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


def meets(ticket: Ticket, condition: Condition) -> bool:
    """Return whether a ticket meets a condition, read plainly."""
    match condition:
        case Every(parts=parts):
            return all(meets(ticket, part) for part in parts)
        case Either(parts=parts):
            return any(meets(ticket, part) for part in parts)
        case Negation(part=part):
            return not meets(ticket, part)
        case HasWords(text=text):
            places = (str(ticket["id"]), ticket["subject"], ticket["requester"], ticket["organisation"])
            return any(fold(text) in fold(place) for place in places) or any(
                has_words(body, text) for body in ticket["bodies"]
            )
        case Among(column=column, values=values):
            return bool(ticket[column] in values)
        case IsEmpty(column=column):
            return bool(ticket[column] in (None, "", NEVER))
        case Contains(column=column, text=text, is_whole=is_whole):
            return contains(ticket[column], text, is_whole)
        case Lists(column=column, item=item):
            return fold(item) in fold(ticket[column]).split(",")
        case Within(column=column, since=since, until=until):
            at = ticket[column]
            if at is None or at == NEVER:
                return False
            return (since is None or since <= at) and (until is None or at < until)
        case Compares(column=column, operator=sign, number=number):
            return bool(OPERATORS[sign](ticket[column], number))
        case OfRequester(text=text):
            return contains(ticket["requester"], text)
        case OfClient(text=text):
            return contains(ticket["organisation"], text)
        case HasField(key=key, text=text, is_whole=is_whole):
            value = FIELD_TEXTS[ticket["fields"]].get(key, "")
            return bool(value) and (text is None or contains(value, text, is_whole))
        case FieldCompares(operator=sign, number=number):
            seats = {"4": 4, "40": 40}.get(FIELD_TEXTS[ticket["fields"]].get("seats", ""))
            return seats is not None and bool(OPERATORS[sign](seats, number))
        case Is(key=key):
            due = NOW + 2 if ticket["next_due_at"] == NEVER else ticket["next_due_at"]
            named: dict[str, bool] = {
                "open": ticket["is_open"] == 1,
                "closed": ticket["is_open"] == 0,
                "waiting": ticket["category"] == "waiting",
                "breached": ticket["breached"] == 1 or due < NOW,
                "late": due < NOW,
                "snoozed": ticket["snoozed_until"] is not None and ticket["snoozed_until"] > NOW,
                "reopened": ticket["reopened"] > 0,
            }
            return named.get(key, False)
    raise AssertionError(condition)


FIELD_TEXTS: dict[str, dict[str, str]] = {
    "{}": {},
    '{"room":"B 12","seats":4}': {"room": "B 12", "seats": "4"},
    '{"room":"Grün"}': {"room": "Grün"},
    '{"vip":true,"seats":40}': {"vip": "true", "seats": "40"},
    '{"seats":"x"}': {"seats": "x"},
}


def has_words(body: str, text: str) -> bool:
    """Return whether the words of a text stand in a row in a body, the last one as the beginning of one there."""
    wanted, found = (re.findall(r"[^\W_]+", fold(one)) for one in (text, body))
    return bool(wanted) and any(
        found[place : place + len(wanted) - 1] == wanted[:-1]
        and (last == wanted[-1] or (len(wanted[-1]) > 1 and last.startswith(wanted[-1])))
        for place, last in zip(range(len(found)), found[len(wanted) - 1 :], strict=False)
    )


def contains(value: str, text: str, is_whole: bool = False) -> bool:
    return fold(value) == fold(text) if is_whole else fold(text) in fold(value)


def find_numbers(reader: ReadConnection, condition: Condition) -> list[int]:
    where, params = compile_condition(reader, condition, NOW)
    return [number for (number,) in reader.rows(f"SELECT id FROM ticket WHERE {where} ORDER BY id", params)]


@pytest.mark.law("C-12")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(tickets=st.lists(TICKETS, min_size=1, max_size=8), conditions=st.lists(CONDITIONS, min_size=1, max_size=8))
def test_sql_finds_what_a_plain_reading_finds(store: Store, tickets: list[Ticket], conditions: list[Condition]) -> None:
    with store.bulk() as bulk:
        bulk.execute("DELETE FROM personal_text")
        bulk.execute("DELETE FROM ticket")
    rows = [{name: value for name, value in ticket.items() if name != "bodies"} for ticket in tickets]
    numbered = [ticket | {"id": number} for number, ticket in zip(put_tickets(store, rows), tickets, strict=True)]
    bodies = [(ticket["id"], "salt", body) for ticket in numbered for body in ticket["bodies"]]
    with store.bulk() as bulk:
        ids = bulk.reserve_ids("personal_text", len(bodies))
        texts = [(number, *body) for number, body in zip(ids, bodies, strict=True)]
        bulk.insert("personal_text", ("id", "ticket_id", "salt", "body"), texts)
    with open_reader(store.url) as reader:
        for condition in conditions:
            expected = [ticket["id"] for ticket in numbered if meets(ticket, condition)]
            assert find_numbers(reader, condition) == expected, condition


@pytest.mark.law("C-12")
def test_words_of_hidden_tickets_are_not_found(store: Store) -> None:
    """D-21: the index knows the words of all texts, and a limited reader finds none of those it may not read."""
    numbers = put_tickets(store, [{"subject": "a"}, {"subject": "b"}])
    with store.bulk() as bulk:
        bulk.execute("UPDATE ticket SET department = 'legal' WHERE id = :number", {"number": numbers[1]})
        for place, number in zip(bulk.reserve_ids("personal_text", 2), numbers, strict=True):
            bulk.insert("personal_text", ("id", "ticket_id", "salt", "body"), [(place, number, "salt", "Secret plan")])
    with open_reader(store.url) as reader:
        assert find_numbers(reader, HasWords("secret")) == numbers
        reader.limit(["legal"], "sam")
        assert find_numbers(reader, HasWords("secret")) == numbers[:1]
        assert find_numbers(reader, Negation(HasWords("nothing"))) == numbers[:1]
