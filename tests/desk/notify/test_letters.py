"""Who is told of what happens to a ticket: letters to people outside, notices for colleagues, on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from deskterm.desk.api import open_system_desk
from deskterm.desk.billing import quotes
from deskterm.desk.conversation import messages, survey
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.linking import duplicate
from deskterm.desk.notify import letters
from deskterm.desk.tickets import update
from deskterm.desk.tickets.resolution import resolve
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import Letter, load_letters, load_notices
from one_ticket import letters_about, notices_to, open_ticket, seen
from shipped_desk import as_, proved
from small_desk import at

# -- letters ---------------------------------------------------------------------------------------------------------


def numbered_notices(desk: DeskSession, login: str) -> list[tuple[int, str]]:
    """Number of the ticket and line of the notices to an agent, newest first."""
    with open_reader(desk.store.url) as reader:
        return [(notice.number, notice.what) for notice in load_notices(reader, login)]


def test_a_letter_waits_in_the_outbox_and_stands_in_the_conversation(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="high")
    (letter,) = letters_about(campus, number)
    assert (letter.on, letter.template, letter.state, letter.covers) == ("registered", "registered", "queued", None)
    assert [(person.name, person.email) for person in letter.to] == [("Ida Fern", "ida@larch.example")]
    assert letter.heading == f"[{number}] The projector is dark"
    assert f"registered under number {number}. Its priority is High." in letter.body
    assert [(message.kind, message.automatic) for message in seen(campus, number).messages] == [
        ("public", False),
        ("system", True),
    ]
    with open_reader(campus.store.url) as reader:
        assert load_letters(reader) == [letter]


def test_a_letter_is_no_answer_and_nobodys_turn_changes_by_it(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="critical")
    before = seen(campus, number)
    assert before.row.waiting == "us"
    assert {clock.metric: clock.state for clock in before.clocks}.get("update") is None


def test_what_a_customer_wrote_is_never_looked_at_for_placeholders(campus: DeskSession) -> None:
    number = open_ticket(campus, subject="{agent} {due} {0} {{number}}\r\nBcc: all@example.org")
    (letter,) = letters_about(campus, number)
    assert letter.heading == f"[{number}] {{agent}} {{due}} {{0}} {{{{number}}}} Bcc: all@example.org"


@pytest.mark.requirement("S2-21", "S3-05")
def test_the_requester_is_told_of_another_priority_at_once(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.update_ticket(campus, number, priority="high", now=at(5))
    letter = letters_about(campus, number)[-1]
    assert (letter.on, letter.or_phone, letter.at) == ("priority-changed", True, int(at(5).timestamp()))
    assert "priority of your request is now High" in letter.body


@pytest.mark.requirement("S2-16", "S2-21")
def test_a_call_does_instead_of_the_letter_and_is_logged_as_an_answer(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.update_ticket(campus, number, priority="high", now=at(5))
    with pytest.raises(UsageError, match="what they were told"):
        letters.log_call_instead(campus, number, " ", now=at(6))
    letters.log_call_instead(campus, number, "It is high now; she agrees.", now=at(6))
    registered, changed = letters_about(campus, number)
    assert (registered.state, changed.state) == ("queued", "withdrawn")
    call = seen(campus, number).messages[-1]
    assert (call.kind, call.author_kind, call.channel, call.body) == (
        "public", "agent", "phone", "It is high now; she agrees.",
    )  # fmt: skip
    assert [clock.metric for clock in seen(campus, number).clocks if clock.state == "running"] == ["update"]
    with pytest.raises(DeskError, match=r"No letter of .* waits for which a call will do"):
        letters.log_call_instead(campus, number, "again", now=at(7))


def test_what_was_sent_stays_sent_and_what_failed_may_be_tried_again(campus: DeskSession) -> None:
    number = open_ticket(campus)
    (letter,) = letters_about(campus, number)
    itself = open_system_desk(campus.store)
    version = seen(campus, number).version
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


# -- notices ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S5-02")
def test_everybody_in_a_department_is_told_and_the_first_to_answer_has_the_ticket(agency: DeskSession) -> None:
    seed_agents(agency, [{"login": "sam", "team": "support"}, {"login": "kim", "team": "support"},
                         {"login": "lea", "team": "billing"}], now=at(0))  # fmt: skip
    number = open_ticket(agency, type="question", organisation="larch")
    assert numbered_notices(agency, "sam") == numbered_notices(agency, "kim") == [(number, "a new ticket")]
    assert notices_to(agency, "lea") == []
    assert seen(agency, number).row.assignee is None
    messages.reply(as_(agency, "kim"), number, "It is under Pages.", now=at(10))
    assert seen(agency, number).row.assignee == "kim"
    messages.reply(as_(agency, "sam"), number, "And see the guide.", now=at(11))
    assert seen(agency, number).row.assignee == "kim"
    messages.record_customer_message(agency, number, "I cannot find it.", now=at(12))
    assert numbered_notices(agency, "sam")[0] == (number, "the requester wrote")
    assert numbered_notices(agency, "kim")[0] == (number, "the requester wrote")


def test_where_nobody_is_of_any_department_all_who_work_on_tickets_are_told(agency: DeskSession) -> None:
    number = open_ticket(agency, type="question", organisation="larch")
    assert numbered_notices(agency, "sam") == [(number, "a new ticket")]
    assert notices_to(agency, "ann") == []  # nobody is told of what they did themselves


@pytest.mark.requirement("S5-15")
def test_a_letter_may_say_that_there_is_news_and_not_what_it_is(agency: DeskSession) -> None:
    number = open_ticket(agency, type="question", organisation="larch", subject="My password is swordfish")
    messages.reply(agency, number, "Choose another: trout.", now=at(5))
    (letter,) = letters_about(agency, number)
    assert (letter.on, letter.template, letter.bare, letter.body) == ("replied", "answered", True, "")
    assert letter.covers == next(m.seq for m in seen(agency, number).messages if m.author_kind == "agent")
    update.move(agency, number, "closed", now=at(6))
    closed = letters_about(agency, number)[-1]
    assert closed.on == "closed"
    assert "swordfish" not in closed.heading + closed.body


def test_a_reply_is_its_own_letter_and_stands_once_in_the_conversation(agency: DeskSession) -> None:
    number = open_ticket(agency, type="question", organisation="larch")
    messages.reply(agency, number, "Under Pages.", now=at(5))
    assert [message.body for message in seen(agency, number).messages] == ["Nothing shows.", "Under Pages."]
    messages.reply(agency, number, "As I said.", channel="phone", now=at(6))
    assert len(letters_about(agency, number)) == 1


def test_the_same_is_not_said_twice_in_one_act(store_url: str) -> None:
    for desk in proved(store_url, "saas-platform"):
        number = open_ticket(desk, type="issue", organisation="larch")
        update.update_ticket(desk, number, severity="severity-2", priority="high", now=at(5))
        assert [letter.template for letter in letters_about(desk, number)] == ["received", "rated"]


# -- participants ----------------------------------------------------------------------------------------------------


def test_who_takes_part_gets_the_letters(vendor: DeskSession) -> None:
    number = open_ticket(vendor, type="support-query", organisation="larch")
    participants.add_participant(vendor, number, "Ola Birk", email="ola@larch.example", now=at(1))
    with pytest.raises(DeskError, match=r"takes part in .* already"):
        participants.add_participant(vendor, number, "ola@larch.example", now=at(2))
    with pytest.raises(DeskError, match="is the requester"):
        participants.add_participant(vendor, number, "ida@larch.example", now=at(2))
    update.move(vendor, number, "under-investigation", now=at(3))
    resolve(vendor, number, note="The guide has it.", now=at(4))
    assert [person.name for person in letters_about(vendor, number)[-1].to] == ["Ida Fern", "Ola Birk"]
    participants.remove_participant(vendor, number, "ola birk", now=at(5))
    with pytest.raises(DeskError, match="does not take part"):
        participants.remove_participant(vendor, number, "ola@larch.example", now=at(6))


@pytest.mark.requirement("S1-33")
def test_the_people_of_a_duplicate_are_told_of_it(vendor: DeskSession) -> None:
    first = open_ticket(vendor, type="support-query", organisation="larch")
    second = open_ticket(vendor, 1, type="support-query", organisation="larch", requester="Ola Birk",
                    email="ola@larch.example")  # fmt: skip
    duplicate.close_as_duplicate(vendor, second, first, now=at(5))
    letter = letters_about(vendor, second)[-1]
    assert (letter.on, letter.template, [person.name for person in letter.to]) == ("merged", "duplicate", ["Ola Birk"])
    assert [record.values["contact"] for record in seen(vendor, first).records if record.kind == "participant"]


# -- what letters say -------------------------------------------------------------------------------------------------


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
def test_letters_hold_the_amount_of_a_quote_and_what_came_of_an_answer(saas: DeskSession) -> None:
    number = open_ticket(saas, type="guidance", organisation="larch")
    update.move(saas, number, "triage", now=at(1))
    quotes.request_quote(saas, number, now=at(2))
    quotes.send_quote(as_(saas, "professional-services"), number, Decimal("1250.00"), now=at(3))
    assert "Quote: GBP 1,250.00\n" in body_of(saas, number, "quote")
    survey.record_answer(saas, number, 3, comment="Slow.", now=at(4))
    survey.review_answer(saas, number, note="Nobody looked.", outcome="We call back within a day now.", now=at(5))
    told = body_of(saas, number, "changed-by-feedback")
    assert "changed since:\n\nWe call back within a day now.\n" in told
    assert "Nobody looked" not in told


@pytest.mark.requirement("S2-18", "S5-12")
@pytest.mark.parametrize(
    ("procedure", "way", "written"),
    [
        ("campus-it", ("in-progress",), ["resolution"]),
        ("software-vendor", ("under-investigation",), ["sign-off"]),
        ("managed-services", ("in-progress",), ["confirm"]),
        ("web-agency", (), ["closed"]),
    ],
)
def test_a_resolution_is_written_of_once_to_everybody(
    store_url: str, procedure: str, way: tuple[str, ...], written: list[str]
) -> None:
    for desk in proved(store_url, procedure):
        number = open_ticket(desk, organisation="larch")
        participants.add_participant(desk, number, "Ben Oak", email="ben@larch.example", now=at(1))
        for status in way:
            update.move(desk, number, status, now=at(2))
        before = len(letters_about(desk, number))
        codes = [one.key for one in desk.procedure.definition.closing.resolutions]
        resolve(desk, number, "The lamp was replaced.", code=codes[0] if codes else None, now=at(3))
        fresh = letters_about(desk, number)[before:]
        assert [letter.template for letter in fresh] == written
        people = [person.name for letter in fresh for person in letter.to]
        assert sorted(people) == ["Ben Oak", "Ida Fern"]


@pytest.mark.requirement("S2-19")
def test_a_note_that_is_a_whole_letter_is_not_put_into_another(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.move(campus, number, "in-progress", now=at(1))
    words = (
        "Dear Ida,\n\nI am writing about your projector. It is fixed: we replaced the lamp. From now on it needs a"
        " minute to warm up. If you need anything else, let us know. Thank you for telling us."
    )
    resolve(campus, number, words, code="solved", now=at(2))
    letter = letters_about(campus, number)[-1]
    assert (letter.on, letter.body) == ("resolved", "")
    said = next(message for message in seen(campus, number).messages if message.body == words)
    assert letter.covers == said.seq
