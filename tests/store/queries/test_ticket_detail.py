"""One ticket in full, and the facts about its desk."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deskterm.errors import DeskError
from deskterm.store.db.engine import Store
from deskterm.store.db.instants import NEVER
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Agent, ClockRow, Desk, Event, Message, PersonalText, ProcedureVersion, Ticket
from deskterm.store.queries.deadlines import JUST_MISSED, load_next_to_breach
from deskterm.store.queries.desk_facts import (
    AgentView,
    DeskFacts,
    load_agents,
    load_desk_facts,
    load_procedure_document,
)
from deskterm.store.queries.ticket_detail import ClockView, EventView, MessageView, load_ticket_detail
from store.ticket_rows import NOW, put_tickets


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def add_full_ticket(store: Store) -> int:
    with store.writing() as session:
        ticket = Ticket(
            type="query",
            subject="Help",
            status="closed",
            category="closed",
            is_open=0,
            impact="high",
            urgency="low",
            tier=2,
            channel="phone",
            product="Till",
            topic="Receipts",
            tags=",vip,wallboard,",
            fields='{"room": "12"}',
            received_at=at(NOW),
            updated_at=at(NOW + 9),
            solved_at=at(NOW + 8),
            closed_at=at(NOW + 9),
            reopened=1,
            version=3,
        )
        text = PersonalText(ticket_id=0, salt="s", body="It hurts.")
        session.add(ticket)
        session.flush()
        assert ticket.id is not None
        text.ticket_id = ticket.id
        session.add(text)
        session.flush()
        assert text.id is not None
        session.add(
            Message(
                ticket_id=ticket.id,
                seq=1,
                at=at(NOW),
                kind="public",
                author_kind="requester",
                author="kim",
                channel="phone",
                automatic=1,
                text_id=text.id,
            )
        )
        session.add(
            Event(
                ticket_id=ticket.id,
                seq=1,
                kind="registered",
                at=at(NOW),
                actor="sam",
                procedure_version=1,
                data='{"changes":{"status":[null,"open"]}}',
                hash="",
            )
        )
        session.add(
            ClockRow(
                ticket_id=ticket.id,
                metric="response",
                cycle=1,
                state="late",
                started_at=at(NOW),
                target="30m",
                target_seconds=1800,
                due_at=at(NOW + 1800),
                stopped_at=at(NOW + 2000),
                consumed=2000,
                since=at(NOW + 2000),
                breached_at=at(NOW + 1800),
                cause="time",
                policy="support",
                calendar="office",
                version=1,
            )
        )
    return ticket.id


def test_the_detail_has_everything_about_a_ticket(store: Store) -> None:
    number = add_full_ticket(store)
    with open_reader(store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    assert (found.row.number, found.row.subject, found.type) == (number, "Help", "query")
    assert (found.values["impact"], found.values["urgency"], found.values["tier"], found.values["channel"]) == (
        "high",
        "low",
        2,
        "phone",
    )
    assert (found.values["product"], found.values["topic"], found.tags) == ("Till", "Receipts", ("vip", "wallboard"))
    assert (found.fields, found.solved, found.closed) == ({"room": "12"}, NOW + 8, NOW + 9)
    assert (found.reopened, found.version) == (1, 3)
    assert found.messages == [MessageView(1, NOW, "public", "requester", "kim", "phone", True, "It hurts.")]
    assert found.events == [EventView(1, "registered", NOW, "sam", {"changes": {"status": [None, "open"]}})]
    assert found.clocks == [
        ClockView(
            metric="response",
            cycle=1,
            state="late",
            started=NOW,
            target="30m",
            target_seconds=1800,
            due=NOW + 1800,
            stopped=NOW + 2000,
            consumed=2000,
            since=NOW + 2000,
            breached_at=NOW + 1800,
            cause="time",
            policy="support",
            calendar="office",
            version=1,
        )
    ]


def test_clocks_are_in_the_order_of_the_procedures_metrics(store: Store) -> None:
    number = add_full_ticket(store)
    with store.writing() as session:
        version = ProcedureVersion(
            key="campus-it",
            name="Campus",
            digest="d",
            document='{"metrics":[{"key":"response"},{"key":"update"},{"key":"fix"}]}',
            applied_at=at(NOW),
            applied_by="sam",
        )
        session.add(version)
        session.flush()
        assert version.id is not None
        session.add(Desk(name="Acme", created_at=at(NOW), procedure_version=version.id))
        for metric, cycle, started in [("fix", 1, 0), ("gone", 1, 0), ("update", 2, 60), ("update", 1, 30)]:
            session.add(
                ClockRow(
                    ticket_id=number,
                    metric=metric,
                    cycle=cycle,
                    state="running",
                    started_at=at(NOW - 90 + started),
                    target="1h",
                    consumed=0,
                    since=at(NOW),
                    policy="support",
                    calendar="office",
                    version=1,
                )
            )
    with open_reader(store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    assert [(clock.metric, clock.cycle) for clock in found.clocks] == [
        ("response", 1),
        ("update", 1),
        ("update", 2),
        ("fix", 1),
        ("gone", 1),
    ]


def test_an_unknown_number_gives_no_detail(store: Store) -> None:
    with open_reader(store.url) as reader:
        assert load_ticket_detail(reader, 1) is None


def test_next_to_breach_begins_with_recent_breaches(store: Store) -> None:
    dues = [NOW + 60, NOW - JUST_MISSED, NOW - JUST_MISSED - 1, NEVER, NOW]
    put_tickets(store, [{"next_due_at": due} for due in dues] + [{"next_due_at": NOW, "is_open": 0}])
    with open_reader(store.url) as reader:
        assert [row.number for row in load_next_to_breach(reader, NOW)] == [1002, 1005, 1001]
        assert [row.number for row in load_next_to_breach(reader, NOW, limit=1)] == [1002]


def test_the_facts_about_the_desk_are_loaded(store: Store) -> None:
    with store.writing() as session:
        version = ProcedureVersion(
            key="campus-it", name="Campus", digest="d", document='{"a":1}', applied_at=at(NOW), applied_by="sam"
        )
        session.add(version)
        session.flush()
        assert version.id is not None
        desk = Desk(name="Acme", simulated=True, clock_offset=-5, timezone="Asia/Kolkata", created_at=at(NOW))
        desk.procedure_version = version.id
        session.add(desk)
        session.add(Agent(login="lee", name="Lee", role="lead", team="apps", tier=2))
        session.add(Agent(login="kim", name="Kim", active=False))
    with open_reader(store.url) as reader:
        assert load_desk_facts(reader) == DeskFacts("Acme", True, -5, "Asia/Kolkata", version.id, '{"a":1}')
        assert load_procedure_document(reader, version.id) == '{"a":1}'
        assert load_agents(reader) == [
            AgentView("kim", "Kim", "agent", None, None, False),
            AgentView("lee", "Lee", "lead", "apps", 2, True),
        ]


def test_the_message_about_an_unfinished_desk_says_what_to_do(store: Store) -> None:
    with open_reader(store.url) as reader:
        with pytest.raises(DeskError, match=r"never finished.*deskterm init"):
            load_desk_facts(reader)
        with pytest.raises(DeskError, match="never had version 3"):
            load_procedure_document(reader, 3)
