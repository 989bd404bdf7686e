"""Rows of the store become view models, and keys the labels of the procedure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deskterm.desk.api import open_system_desk
from deskterm.desk.conversation import messages
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.notify.delivery import Outcome, record_outcome
from deskterm.desk.tickets import register, update
from deskterm.present import formats
from deskterm.present.labels import Vocabulary, get_label
from deskterm.present.models import TicketView, next_opening
from deskterm.present.ticket import present_rows, present_ticket
from deskterm.procedure.compiled import to_document
from deskterm.procedure.shipped import list_procedure_names
from deskterm.procedure.sla_terms import compile_calendar
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.queue import QueueRow
from deskterm.store.queries.ticket_detail import load_ticket_detail
from deskterm.store.rows.list_orders import SortKey
from deskterm.store.rows.live_clocks import LiveClock
from deskterm.tui.panes.clocks import clock_urgency, usage_bar
from small_desk import at, small_desk, small_procedure
from store_templates import load_shipped
from ticket_reads import letters_about, read_ticket
from tui.queue_rows import NOW, OFFICE, clock

WORDS = Vocabulary(to_document(small_procedure()), 1)


@pytest.fixture
def opened(tmp_path: object) -> TicketView:
    """A fault that was answered, rested from 10:00 to 11:00 (UTC), and was taken up again."""
    desk = small_desk(f"sqlite:///{tmp_path}/desk.sqlite3")
    number = register.register(
        desk,
        type="fault",
        severity="high",
        subject="\x1b[31mDown\x1b[0m",
        body="It is\r\ndown\x07",
        requester="Kim",
        now=at(0),
    ).number
    messages.reply(desk, number, "On it", status="working", now=at(10))
    update.move(desk, number, "waiting", reason="asked for a log", now=at(60))
    messages.add_note(desk, number, "Looks like the disk", now=at(90))
    update.move(desk, number, "working", now=at(120))
    desk.store.close()
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return present_ticket(found, WORDS)


def test_words_are_safe_and_keys_are_labels(opened: TicketView) -> None:
    assert opened.line.subject == "Down"
    assert opened.timeline[0].text == "It is\ndown␇"
    assert opened.line.status_label == "Working on it"
    assert dict(opened.facts)["Severity"] == "High"


def test_turns_come_in_order_with_what_happened_between(opened: TicketView) -> None:
    assert [(entry.voice, entry.text) for entry in opened.timeline] == [
        ("requester", "It is\ndown␇"),
        ("agent", "On it"),
        ("history", "status New → Working on it"),
        ("history", "status Working on it → Waiting for customer (asked for a log)"),
        ("internal", "Looks like the disk"),
        ("history", "status Waiting for customer → Working on it"),
    ]


@pytest.mark.rule("M-47")
def test_a_message_says_what_became_of_its_letter(tmp_path: object) -> None:
    desk = small_desk(f"sqlite:///{tmp_path}/desk.sqlite3")
    number = register.register(
        desk,
        type="fault",
        severity="high",
        subject="Down",
        body="It is down.",
        requester="Kim",
        email="kim@larch.example",
        now=at(0),
    ).number
    system = open_system_desk(desk.store)
    outcomes: list[tuple[Outcome | None, str]] = [
        (None, ""),
        ("sent", ""),
        ("unsure", "The connection ended."),
        ("failed", "kim@larch.example: 550 \x1b[31mno\nsuch user"),
        ("bounced", "mailbox full"),
    ]
    for minute, (state, reason) in enumerate(outcomes, 1):
        messages.reply(desk, number, f"Answer {minute}", now=at(minute * 10))
        key = letters_about(desk, number)[-1].key
        if state is not None:
            recorded = at(minute * 10 + 1)
            record_outcome(system, number, key, state, recipients={"1": state}, reason=reason, now=recorded)
    messages.reply(desk, number, "Answer 6", now=at(70))
    undo_last_command(desk, number, now=at(71))
    messages.reply(desk, number, "Answer 7", channel="phone", now=at(80))
    view = present_ticket(read_ticket(desk, number), WORDS)
    found = {
        str(entry.text): formats.format_delivery(entry.delivery, int(at(90).timestamp()), UTC)
        for entry in view.timeline
        if entry.voice == "agent"
    }
    assert found == {
        "Answer 1": "queued",
        "Answer 2": f"sent {at(21):%H:%M}",
        "Answer 3": "may have arrived",
        "Answer 4": "failed: kim@larch.example: 550 no such user",
        "Answer 5": "bounced: mailbox full",
        "Answer 6": "",
        "Answer 7": "",
    }
    assert view.timeline[0].delivery is None
    desk.store.close()


def test_a_clock_knows_when_it_is_due(opened: TicketView) -> None:
    resolution = next(found for found in opened.clocks if found.metric == "resolution")
    assert resolution.due == int(at(5 * 60).timestamp())


def test_an_unknown_key_reads_as_itself() -> None:
    assert get_label(WORDS.statuses, "retired") == "retired"
    assert get_label(WORDS.statuses, None) == ""
    assert Vocabulary("").get_calendar("office") is None


@pytest.mark.parametrize("name", list_procedure_names())
def test_the_calendars_of_the_words_are_those_of_the_procedure(name: str) -> None:
    procedure = load_shipped(name)
    words = Vocabulary(to_document(procedure))
    start = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
    for key, part in procedure.calendars.items():
        if part.region is not None:
            continue  # a desk's own edition has its holidays written down
        mine = words.get_calendar(key)
        assert mine is not None
        assert mine.open_seconds(start, start + 400 * 86_400) == compile_calendar(part).open_seconds(
            start, start + 400 * 86_400
        )


def test_a_clock_outside_working_hours_says_when_it_goes_on() -> None:
    friday_night = int(datetime(2026, 11, 27, 20, 0, tzinfo=UTC).timestamp())
    monday = int(datetime(2026, 11, 30, 8, 0, tzinfo=UTC).timestamp())
    assert next_opening(OFFICE, friday_night) == monday
    assert next_opening(OFFICE, monday) is None
    assert next_opening(None, monday) is None


@pytest.mark.parametrize(
    ("changed", "urgency"),
    [
        ({}, "fine"),
        ({"due": NOW + 60}, "soon"),
        ({"due": NOW - 60}, "breached"),
        ({"state": "late", "stopped": NOW}, "breached"),
        ({"state": "met", "stopped": NOW}, "done"),
        ({"state": "paused", "due": None}, "paused"),
        ({"due": None}, "none"),
    ],
)
def test_a_clock_has_a_sign_of_its_own(changed: dict[str, object], urgency: str) -> None:
    assert clock_urgency(clock(**changed), NOW) == urgency  # type: ignore[arg-type]


def test_the_bar_fills_with_the_time_used() -> None:
    assert usage_bar(clock(), NOW) == "▕██░░░░░░▏"
    assert usage_bar(clock(due=NOW - 60), NOW) == "▕████████▏"
    assert usage_bar(clock(target_seconds=None, started=NOW - 100, due=NOW + 100), NOW) == "▕████░░░░▏"


@pytest.mark.parametrize(
    ("target", "counted"), [("4h", True), ("3 working dates", True), ("7 calendar days", False), ("?", False)]
)
def test_what_is_left_is_counted_as_the_target_is(target: str, counted: bool) -> None:
    found = present_rows([row()], [LiveClock(1042, "response", "running", "office", target)], WORDS)
    assert (found[0].calendar is not None) == counted


def row() -> QueueRow:
    return QueueRow(
        1042, "Matter", "new", "new", "high", None, "", "", None, None, "fault", NOW + 60, "response", False, "us",
        NOW, NOW, SortKey(0, NOW, 1042),
    )  # fmt: skip


def test_an_edit_names_what_it_changed(tmp_path: object) -> None:
    desk = small_desk(f"sqlite:///{tmp_path}/desk.sqlite3")
    number = register.register(desk, type="fault", severity="high", subject="Down", body="It is", now=at(0)).number
    update.update_ticket(desk, number, subject="All is down", now=at(1))
    update.update_ticket(desk, number, organisation="larch", reason="asked", now=at(2))
    desk.store.close()
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    history = [entry.text for entry in present_ticket(found, WORDS).timeline if entry.voice == "history"]
    assert history == ["subject changed", "client none → larch (asked)"]
