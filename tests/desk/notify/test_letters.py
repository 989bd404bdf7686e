"""Letters: their text, their delivery, and calls that replace them; on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from deskterm.desk.api import open_system_desk
from deskterm.desk.billing import quotes
from deskterm.desk.conversation import messages, survey
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking import duplicate
from deskterm.desk.notify import letters
from deskterm.desk.tickets import update
from deskterm.desk.tickets.resolution import resolve
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import Letter, load_letters
from shipped_desk import as_agent
from small_desk import at
from ticket_reads import letters_about, open_ticket, read_ticket


def test_a_letter_is_queued_in_the_outbox_and_shown_in_the_conversation(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="high")
    (letter,) = letters_about(campus, number)
    assert (letter.on, letter.template, letter.state, letter.covers) == ("registered", "registered", "queued", None)
    assert [(person.name, person.email) for person in letter.to] == [("Ida Fern", "ida@larch.example")]
    assert letter.heading == f"[{number}] The projector is dark"
    assert f"registered under number {number}. Its priority is High." in letter.body
    assert [(message.kind, message.automatic) for message in read_ticket(campus, number).messages] == [
        ("public", False),
        ("system", True),
    ]
    with open_reader(campus.store.url) as reader:
        assert load_letters(reader) == [letter]


def test_a_letter_does_not_count_as_an_answer(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="critical")
    before = read_ticket(campus, number)
    assert before.row.waiting == "us"
    assert {clock.metric: clock.state for clock in before.clocks}.get("update") is None


def test_placeholders_in_a_customers_text_are_not_replaced(campus: DeskSession) -> None:
    number = open_ticket(campus, subject="{agent} {due} {0} {{number}}\r\nBcc: all@example.org")
    (letter,) = letters_about(campus, number)
    assert letter.heading == f"[{number}] {{agent}} {{due}} {{0}} {{{{number}}}} Bcc: all@example.org"


@pytest.mark.requirement("S2-21", "S3-05")
def test_the_requester_is_notified_of_a_new_priority_at_once(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.update_ticket(campus, number, priority="high", now=at(5))
    letter = letters_about(campus, number)[-1]
    assert (letter.on, letter.or_phone, letter.at) == ("priority-changed", True, int(at(5).timestamp()))
    assert "priority of your request is now High" in letter.body


@pytest.mark.requirement("S2-16", "S2-21")
def test_a_call_replaces_the_letter_and_counts_as_an_answer(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.update_ticket(campus, number, priority="high", now=at(5))
    with pytest.raises(UsageError, match="what they were told"):
        letters.log_call_instead(campus, number, " ", now=at(6))
    letters.log_call_instead(campus, number, "It is high now; she agrees.", now=at(6))
    registered, changed = letters_about(campus, number)
    assert (registered.state, changed.state) == ("queued", "withdrawn")
    call = read_ticket(campus, number).messages[-1]
    assert (call.kind, call.author_kind, call.channel, call.body) == (
        "public", "agent", "phone", "It is high now; she agrees.",
    )  # fmt: skip
    assert [clock.metric for clock in read_ticket(campus, number).clocks if clock.state == "running"] == ["update"]
    with pytest.raises(DeskError, match=r"No letter of .* waits for which a call will do"):
        letters.log_call_instead(campus, number, "again", now=at(7))


def test_a_sent_letter_stays_sent_and_a_failed_one_may_be_queued_again(campus: DeskSession) -> None:
    number = open_ticket(campus)
    (letter,) = letters_about(campus, number)
    itself = open_system_desk(campus.store)
    version = read_ticket(campus, number).version
    letters.record_delivery(itself, number, letter.key, "failed", reason="no route to host", now=at(1))
    letters.record_delivery(itself, number, letter.key, "queued", now=at(2))
    letters.record_delivery(itself, number, letter.key, "sent", now=at(3))
    with pytest.raises(DeskError, match="is sent already"):
        letters.record_delivery(itself, number, letter.key, "queued", now=at(4))
    with pytest.raises(DeskError, match="has no letter 99"):
        letters.record_delivery(itself, number, "99", "sent", now=at(4))
    with open_reader(campus.store.url) as reader:
        assert load_letters(reader) == []
    messages.reply(campus, number, "Hello", now=at(5), version=version)  # post that goes out is nobody's change


@pytest.mark.requirement("S2-18")
def test_the_resolution_is_sent_to_the_requester(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.move(campus, number, "in-progress", now=at(1))
    messages.reply(campus, number, "The lamp was replaced.", resolution="permanent", now=at(2))
    letter = _resolved(campus, number)
    assert (letter.on, letter.template) == ("resolved", "resolution")


def _resolved(desk: DeskSession, number: int) -> Letter:
    resolve(desk, number, code="solved", note="The lamp was replaced.", now=at(3))
    letter = next(one for one in letters_about(desk, number) if one.on == "resolved")
    assert "The lamp was replaced." in letter.body
    return letter


@pytest.mark.requirement("S1-33")
def test_the_requester_of_a_duplicate_is_notified(vendor: DeskSession) -> None:
    first = open_ticket(vendor, type="support-query", organisation="larch")
    second = open_ticket(vendor, 1, type="support-query", organisation="larch", requester="Ola Birk",
                    email="ola@larch.example")  # fmt: skip
    duplicate.close_as_duplicate(vendor, second, first, now=at(5))
    letter = letters_about(vendor, second)[-1]
    assert (letter.on, letter.template, [person.name for person in letter.to]) == ("merged", "duplicate", ["Ola Birk"])
    assert [record.values["contact"] for record in read_ticket(vendor, first).records if record.kind == "participant"]


def body_of(desk: DeskSession, number: int, template: str) -> str:
    return next(letter for letter in letters_about(desk, number) if letter.template == template).body


@pytest.mark.requirement("S1-27")
def test_a_letter_about_a_sign_off_without_a_resolution_reads_well(vendor: DeskSession) -> None:
    number = open_ticket(vendor, type="support-query")
    update.move(vendor, number, "under-investigation", now=at(1))
    update.move(vendor, number, "client-sign-off", anyway=True, now=at(2))
    assert body_of(vendor, number, "sign-off").splitlines()[2:5] == [
        "there is a resolution for your request.",
        "",
        "Please tell us whether it is resolved for you.",
    ]


@pytest.mark.requirement("S4-18", "S4-20", "S4-21")
def test_letters_state_the_amount_of_a_quote_and_the_outcome_of_an_answer(saas: DeskSession) -> None:
    number = open_ticket(saas, type="guidance", organisation="larch")
    update.move(saas, number, "triage", now=at(1))
    quotes.request_quote(saas, number, now=at(2))
    quotes.send_quote(as_agent(saas, "professional-services"), number, Decimal("1250.00"), now=at(3))
    assert "Quote: GBP 1,250.00\n" in body_of(saas, number, "quote")
    survey.record_answer(saas, number, 3, comment="Slow.", now=at(4))
    survey.review_answer(saas, number, note="Nobody looked.", outcome="We call back within a day now.", now=at(5))
    told = body_of(saas, number, "changed-by-feedback")
    assert "changed since:\n\nWe call back within a day now.\n" in told
    assert "Nobody looked" not in told
