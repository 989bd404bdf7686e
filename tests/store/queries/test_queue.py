"""The queue: each page is the part of the list that filtering and sorting everything would give."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm.present.views import VIEWS
from deskterm.store.db.engine import Store, create_store
from deskterm.store.db.instants import NEVER
from deskterm.store.db.reader import ReadConnection, fold, open_reader
from deskterm.store.queries.queue import (
    DUE_SOON_SECONDS,
    QueueRow,
    Viewer,
    count_tickets,
    find_position,
    load_queue_page,
    load_sort_key,
    load_view_counts,
)
from deskterm.store.rows.list_orders import (
    LIST_ORDERS,
    MOST_SORTED,
    SortKey,
    SortOrder,
    fit_order,
    parse_order,
)
from store.ticket_rows import NOW, put_tickets

SAM = Viewer("sam", "apps", NOW)
VIEW_KEYS = [view.key for view in VIEWS]
BY_INDEX: tuple[SortOrder, ...] = ("order", "due", "received", "updated")
ORDERS: tuple[SortOrder, ...] = (*BY_INDEX, *(f"-{order}" for order in BY_INDEX))
BY_COLUMN: tuple[SortOrder, ...] = ("number", "severity", "subject", "client", "assignee")
SCALES = {"severity": ("high", "low"), "priority": ("p1",)}
SCROLLED_ORDERS: tuple[SortOrder, ...] = ("order", "due")
"""Orders in which the console shows a page anywhere; a list in another one is read from its beginning."""

INSTANTS = st.sampled_from(
    [NOW - 7200, NOW - 1, NOW, NOW + 1, NOW + DUE_SOON_SECONDS, NOW + DUE_SOON_SECONDS + 1, NEVER]
)

TICKETS = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["new", "open", "waiting", "solved", "closed"]),
        "assignee": st.sampled_from([None, "sam", "lee"]),
        "team": st.sampled_from([None, "apps", "network"]),
        "next_due_at": INSTANTS,
        "order_at": INSTANTS,
        "rank": st.integers(0, 2),
        "breached": st.integers(0, 1),
        "snoozed_until": st.sampled_from([None, None, NOW - 1, NOW, NOW + 1]),
        "received_at": st.integers(NOW - 3, NOW),
        "updated_at": st.integers(NOW - 3, NOW),
        "severity": st.sampled_from([None, "", "low", "high", "gone"]),
        "priority": st.sampled_from([None, "p1"]),
        "organisation": st.sampled_from(["", "Oak", "larch"]),
        "subject": st.sampled_from(["Printer", "100% sure", "under_score", "back\\slash", "Überlauf", "STRASSE"]),
    }
).map(lambda ticket: ticket | {"is_open": int(ticket["category"] not in ("solved", "closed"))})

Ticket = dict[str, Any]

per_view = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)


def instant(value: Any) -> float:
    return float("inf") if value is NEVER else float(value)


def belongs(ticket: Ticket, view: str) -> bool:
    if view == "closed" or not ticket["is_open"]:
        return view == "closed" and not ticket["is_open"]
    asleep = ticket["snoozed_until"] is not None and ticket["snoozed_until"] > NOW
    if asleep or view == "snoozed":
        return asleep and view == "snoozed"  # D-31: whoever sleeps is in no other view, and awake at the very instant
    due = instant(ticket["next_due_at"])
    in_view: dict[str, bool] = {
        "mine": ticket["assignee"] == "sam",
        "team": ticket["team"] == "apps",
        "unassigned": ticket["assignee"] is None,
        "due": NOW <= due <= NOW + DUE_SOON_SECONDS,
        "breached": ticket["breached"] == 1 or due < NOW,
        "waiting": ticket["category"] == "waiting",
        "open": True,
    }
    return in_view[view]


def expected_list(tickets: dict[int, Ticket], view: str, order: SortOrder, match: str = "") -> list[int]:
    """Filter everything, sort everything."""

    name = order.removeprefix("-")

    def sort_key(number: int) -> tuple[float, float, int]:
        ticket = tickets[number]
        if name == "received":
            return (0, -ticket["received_at"], -number)
        if (view == "closed" and name in ("order", "due")) or name == "updated":
            return (0, -ticket["updated_at"], -number)
        if name == "due":
            return (0, instant(ticket["next_due_at"]), number)
        return (ticket["rank"], instant(ticket["order_at"]), number)

    def column(number: int) -> Any:
        ticket = tickets[number]
        severity = {"high": 0, "low": 1}.get(ticket["severity"], 9998)
        values = {
            "number": number,
            "severity": severity if ticket["severity"] else 0 if ticket["priority"] else 9999,
            "subject": ticket["subject"],
            "client": ticket["organisation"] or "kim",
            "assignee": ticket["assignee"] or "\U0010ffff",
        }
        found = values.get(name, 0)
        return fold(found) if isinstance(found, str) else found

    folded = match.casefold()
    found = [
        number
        for number, ticket in tickets.items()
        if belongs(ticket, view) and (folded in ticket["subject"].casefold() or folded in str(number))
    ]
    is_reversed = order.startswith("-")
    if name not in BY_COLUMN:
        return sorted(found, key=sort_key, reverse=is_reversed)
    # Among equals the order of work decides, also where the list is read from the end of the column
    return sorted(sorted(found, key=sort_key), key=column, reverse=is_reversed)


def refill(store: Store, tickets: list[Ticket]) -> dict[int, Ticket]:
    with store.bulk() as bulk:
        bulk.execute("DELETE FROM ticket")
    return dict(zip(put_tickets(store, tickets), tickets, strict=True))


def numbers(rows: list[QueueRow]) -> list[int]:
    return [row.number for row in rows]


def read_forwards(reader: ReadConnection, view: str, order: SortOrder, limit: int, match: str) -> list[QueueRow]:
    found: list[QueueRow] = []
    after: SortKey | None = None
    while page := load_queue_page(reader, view, SAM, order=order, after=after, limit=limit, match=match, scales=SCALES):
        found += page
        after = page[-1].key
    return found


def read_backwards(
    reader: ReadConnection, view: str, order: SortOrder, limit: int, match: str, last: QueueRow
) -> list[QueueRow]:
    found = [last]
    while page := load_queue_page(
        reader, view, SAM, order=order, before=found[0].key, limit=limit, match=match, scales=SCALES
    ):
        found = page + found
    return found


@pytest.mark.parametrize("view", VIEW_KEYS)
@per_view
@given(
    tickets=st.lists(TICKETS, max_size=25),
    order=st.sampled_from(ORDERS),
    limit=st.integers(1, 7),
    match=st.sampled_from(["", "", "PRINT", "%", "_", "\\", "über", "00", "zz"]),
)
def test_pages_both_ways_are_the_sorted_list(
    store: Store, view: str, tickets: list[Ticket], order: SortOrder, limit: int, match: str
) -> None:
    expected = expected_list(refill(store, tickets), view, order, match)
    with open_reader(store.url) as reader:
        rows = read_forwards(reader, view, order, limit, match)
        assert numbers(rows) == expected
        assert count_tickets(reader, view, SAM, match) == len(expected)
        for place, row in enumerate(rows):
            assert find_position(reader, view, SAM, order, row.key, match) == place
        if rows:
            assert numbers(read_backwards(reader, view, order, limit, match, rows[-1])) == expected


@pytest.mark.law("C-10")
@settings(per_view, max_examples=12)
@given(
    tickets=st.lists(TICKETS, max_size=25),
    view=st.sampled_from(["open", "mine", "closed"]),
    order=st.sampled_from(BY_COLUMN),
    is_reversed=st.booleans(),
    limit=st.integers(1, 7),
)
def test_a_list_is_sorted_by_any_column_and_pages_both_ways(
    store: Store, tickets: list[Ticket], view: str, order: SortOrder, is_reversed: bool, limit: int
) -> None:
    order = f"-{order}" if is_reversed else order
    expected = expected_list(refill(store, tickets), view, order)
    with open_reader(store.url) as reader:
        rows = read_forwards(reader, view, order, limit, "")
        assert numbers(rows) == expected
        for place, row in enumerate(rows):
            assert find_position(reader, view, SAM, order, row.key, scales=SCALES) == place
            assert load_sort_key(reader, view, order, row.number, SCALES) == row.key
        if rows:
            assert numbers(read_backwards(reader, view, order, limit, "", rows[-1])) == expected


@pytest.mark.law("C-10")
def test_letters_with_accents_are_sorted_with_those_without(store: Store) -> None:
    names = ["Émile", "ofen", "Ögel", "Ohm", "Zander", "zu"]
    put_tickets(store, [{"assignee": name} for name in reversed(names)])
    with open_reader(store.url) as reader:
        rows = load_queue_page(reader, "open", SAM, order="assignee")
    assert [row.assignee for row in rows] == names


@pytest.mark.law("C-10")
def test_every_order_that_there_is_can_be_read(store: Store) -> None:
    (number,) = put_tickets(store, [{}])
    with open_reader(store.url) as reader:
        for order in LIST_ORDERS:
            for one in (order, f"-{order}"):
                assert parse_order(one.upper()) == one
                assert numbers(load_queue_page(reader, "open", SAM, order=one)) == [number]
                assert fit_order("closed", one, MOST_SORTED + 1) in ("order", one)
    assert fit_order("closed", "subject", MOST_SORTED) == "subject"
    assert fit_order("closed", "-subject", MOST_SORTED + 1) == "order"
    assert fit_order("closed", "-updated", MOST_SORTED + 1) == "-updated"
    assert (parse_order("work"), parse_order("colour")) == ("order", None)


@per_view
@given(tickets=st.lists(TICKETS, min_size=1, max_size=25), data=st.data())
def test_an_offset_counts_from_the_anchor(store: Store, tickets: list[Ticket], data: st.DataObject) -> None:
    view = data.draw(st.sampled_from(["open", "closed"]))
    order = data.draw(st.sampled_from(ORDERS))
    offset, limit = data.draw(st.integers(0, 9)), data.draw(st.integers(1, 9))
    expected = expected_list(refill(store, tickets), view, order)
    with open_reader(store.url) as reader:
        everything = load_queue_page(reader, view, SAM, order=order)
        assert (
            numbers(load_queue_page(reader, view, SAM, order=order, offset=offset, limit=limit))
            == expected[offset:][:limit]
        )
        for place, row in enumerate(everything):
            after = load_queue_page(reader, view, SAM, order=order, after=row.key, offset=offset, limit=limit)
            assert numbers(after) == expected[place + 1 + offset :][:limit]
            before = load_queue_page(reader, view, SAM, order=order, before=row.key, offset=offset, limit=limit)
            assert numbers(before) == expected[: max(place - offset, 0)][-limit:]


@per_view
@given(tickets=st.lists(TICKETS, max_size=25))
def test_counters_are_the_counts_of_the_views(store: Store, tickets: list[Ticket]) -> None:
    tickets_by_number = refill(store, tickets)
    with open_reader(store.url) as reader:
        found = load_view_counts(reader, SAM)
        assert found == {
            view: len(expected_list(tickets_by_number, view, "order")) for view in VIEW_KEYS if view != "closed"
        }
        assert found == {view: count_tickets(reader, view, SAM) for view in found}


def test_a_viewer_without_a_team_has_an_empty_team_view(store: Store) -> None:
    put_tickets(store, [{"team": None}, {"team": "apps"}])
    with open_reader(store.url) as reader:
        assert load_queue_page(reader, "team", Viewer("sam", None, NOW)) == []
        assert load_view_counts(reader, Viewer("sam", None, NOW))["team"] == 0


def test_a_row_has_its_instants_in_seconds(store: Store) -> None:
    (number,) = put_tickets(
        store,
        [
            {
                "severity": "p1",
                "assignee": "sam",
                "team": "apps",
                "next_due_at": NOW + 60,
                "next_metric": "response",
                "breached": 1,
            }
        ],
    )
    with open_reader(store.url) as reader:
        (row,) = load_queue_page(reader, "mine", SAM)
    assert row._replace(key=SortKey(0, None, 0)) == QueueRow(
        number=number,
        subject="The printer is on fire",
        status="open",
        category="open",
        severity="p1",
        priority=None,
        requester="kim",
        organisation="Northwind",
        assignee="sam",
        team="apps",
        type="query",
        next_due=NOW + 60,
        next_metric="response",
        breached=True,
        waiting="us",
        received=NOW - 7200,
        updated=NOW - 3600,
        key=SortKey(0, None, 0),
        fields=(None,),
    )


def test_without_a_running_clock_nothing_is_due(store: Store) -> None:
    put_tickets(store, [{}])
    with open_reader(store.url) as reader:
        (row,) = load_queue_page(reader, "open", SAM, order="due")
    assert row.next_due is None


@pytest.mark.parametrize("match", ["northw", "KIM", "1001", "fire"])
def test_the_live_filter_looks_at_number_subject_requester_and_organisation(store: Store, match: str) -> None:
    put_tickets(store, [{}, {"subject": "Other", "requester": "lee", "organisation": "Contoso"}])
    with open_reader(store.url) as reader:
        assert numbers(load_queue_page(reader, "open", SAM, match=match)) == [1001]


class PlanReader(ReadConnection):
    """A reader that keeps SQLite's plan of each query."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.plans: list[str] = []

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        self.plans.append("; ".join(str(step[-1]) for step in super().rows(f"EXPLAIN QUERY PLAN {sql}", params or {})))
        return super().rows(sql, params or {})


def test_a_page_anywhere_is_read_from_an_index(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_store(url).close()
    with PlanReader(url) as reader:
        key = SortKey(1, reader.instant(NOW), 1)
        for view in VIEW_KEYS:
            for order in SCROLLED_ORDERS:
                # A list of one hour, or of what sleeps, is sorted without an index
                if (view, order) != ("due", "order") and view != "snoozed":
                    load_queue_page(reader, view, SAM, order=order, after=key)
                    load_queue_page(reader, view, SAM, order=order, before=key)
        load_view_counts(reader, SAM)
        count_tickets(reader, "open", SAM)
        find_position(reader, "open", SAM, "order", key)
        steps = [step for plan in reader.plans for step in plan.split("; ") if "ticket" in step]
        assert all("USING INDEX" in step or "USING COVERING INDEX" in step for step in steps), steps
        assert not any("TEMP B-TREE" in plan for plan in reader.plans), reader.plans
        # Of a million tickets that were ever received, few are open
        assert not any(step.startswith("SCAN") and "ticket_life" in step for step in steps), steps
