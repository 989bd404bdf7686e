"""The five procedures as reviewers worked them: the customer confirms in words, no runner works, a mail comes late, and
minutes are written down afterwards. States, due times, closings and letters are true all the same (D-01 to D-03)."""

from __future__ import annotations

import pytest

import scenarios.test_campus_it as campus
import scenarios.test_managed_services as provider
import scenarios.test_saas_platform as platform
import scenarios.test_software_vendor as vendor
import scenarios.test_web_agency as agency
from desk_story import Story, format_instant
from deskterm.desk.billing import time_entries
from deskterm.desk.conversation import messages
from deskterm.desk.tickets import confirmation, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation
from deskterm.errors import DeskError

MINUTE = 60


def clock_facts(story: Story, number: int) -> dict[tuple[str, int], tuple[str, str, int]]:
    """Metric and cycle → state, due time in UTC and minutes used."""
    return {
        (clock.metric, clock.cycle): (clock.state, format_instant(clock.due), clock.consumed // MINUTE)
        for clock in story.read_ticket(number).clocks
    }


def minutes_written_down(story: Story, number: int) -> int:
    return sum(int(record.values["seconds"]) for record in story.records(number, "entry")) // MINUTE


@pytest.mark.requirement("S1-27", "S1-32")
def test_a_vendors_fix_is_confirmed_in_words_and_another_is_reminded_of_before_a_late_mail(store_url: str) -> None:
    story = vendor.open_vendor(store_url, "2026-11-23T09:00+00:00")
    sam = story.as_agent("sam")
    confirmed, silent = (
        register(
            sam, type="technical-support", subject=subject, severity="high", email="kim@larch.example",
            now=story.now, **vendor.ASKED,
        ).number
        for subject in ("Login fails", "Report is empty")
    )  # fmt: skip
    started = {
        ("response", 1): ("running", "2026-11-23 09:30", 0),
        ("review", 1): ("running", "2026-11-23 13:00", 0),
        ("resolution", 1): ("running", "2026-11-25 09:00", 0),
    }
    story.wait_until("2026-11-23T09:26+00:00")
    for number in (confirmed, silent):
        update.move(sam, number, "under-investigation", now=story.now)
        time_entries.add_entry(sam, number, 26 * MINUTE, note="Read the log", now=story.now)
        assert minutes_written_down(story, number) == 26
        assert clock_facts(story, number) == started, "minutes of work answer nobody"

    story.wait_until("2026-11-23T10:00+00:00")
    for number in (confirmed, silent):
        resolution.resolve(sam, number, "Please sign in anew.", resolution="permanent", now=story.now)
        assert story.status(number) == "client-sign-off"
    story.wait_until("2026-11-23T10:30+00:00")
    confirmation.confirm(sam, confirmed, "Works", now=story.now)
    done = {
        ("response", 1): ("late", "2026-11-23 09:30", 60),  # nobody wrote to the client before ten
        ("review", 1): ("met", "2026-11-23 13:00", 60),
        ("resolution", 1): ("met", "2026-11-25 09:00", 60),
    }
    assert story.status(confirmed) == "closed"
    assert format_instant(story.read_ticket(confirmed).closed) == "2026-11-23 10:30"
    assert clock_facts(story, confirmed) == done
    assert story.letters_with_instants(confirmed) == [
        ("registered", "2026-11-23 09:00"), ("resolved", "2026-11-23 10:00"), ("closed", "2026-11-23 10:30"),
    ]  # fmt: skip

    story.wait_until("2026-11-30T09:00+00:00")
    for number in (confirmed, silent):
        messages.record_customer_message(sam, number, "It fails again since this morning.", now=story.now)
        assert story.status(number) == "under-investigation"
        assert story.read_ticket(number).closed is None
        # Two days of eight hours, of which one hour was used: seven hours of Monday and eight of Tuesday
        assert clock_facts(story, number) == {**done, ("resolution", 2): ("running", "2026-12-01 16:00", 60)}
    # The question was asked again on the third working day, although nobody was there to see that day come
    assert story.letters_with_instants(silent) == [
        ("registered", "2026-11-23 09:00"), ("resolved", "2026-11-23 10:00"), ("reminded", "2026-11-26 10:00"),
    ]  # fmt: skip
    assert "reminded" not in story.letters(confirmed)
    story.verify()


@pytest.mark.requirement("S2-16", "S2-18")
def test_a_campus_misses_an_update_that_minutes_do_not_give_and_closes_on_a_word(store_url: str) -> None:
    story = campus.open_campus(store_url, "2026-11-20T17:30+05:30")
    raj = story.as_agent("raj")
    number = register(
        raj, type="issue", subject="Marks are lost", requester="Lee", email="lee@science.example", priority="critical",
        fields=campus.ASKED, now=story.now,
    ).number  # fmt: skip
    messages.reply(raj, number, "We are on it.", status="in-progress", now=story.now)
    assert clock_facts(story, number) == {("update", 1): ("running", "2026-11-21 05:50", 0)}
    story.wait_until("2026-11-21T10:00+05:30")
    time_entries.add_entry(raj, number, 30 * MINUTE, note="Made space on the disk", now=story.now)
    assert minutes_written_down(story, number) == 30
    assert clock_facts(story, number) == {("update", 1): ("running", "2026-11-21 05:50", 0)}

    story.wait_until("2026-11-21T12:00+05:30")
    resolution.resolve(raj, number, campus.LETTER, code="solved", now=story.now)
    assert story.status(number) == "resolved"
    story.wait_until("2026-11-21T13:00+05:30")
    confirmation.confirm(raj, number, "Works", channel="phone", now=story.now)
    assert story.status(number) == "closed"
    assert format_instant(story.read_ticket(number).closed) == "2026-11-21 07:30"
    # Ten minutes of Friday and two and a half hours of Saturday
    assert clock_facts(story, number) == {("update", 1): ("late", "2026-11-21 05:50", 160)}
    assert format_instant(story.clock(number, "update").breached_at) == "2026-11-21 05:50"
    letters = [("registered", "2026-11-20 12:00"), ("replied", "2026-11-20 12:00"), ("resolved", "2026-11-21 06:30")]
    assert story.letters_with_instants(number) == letters

    story.wait_until("2026-12-21T12:00+05:30")
    messages.record_customer_message(raj, number, "They are lost again.", now=story.now)
    assert story.status(number) == "in-progress"
    assert (story.read_ticket(number).closed, story.read_ticket(number).reopened) == (None, 1)
    assert story.letters_with_instants(number) == letters, "nothing was written in the month between"
    story.verify()


@pytest.mark.requirement("S3-06", "S3-13", "S3-14", "S3-15")
def test_a_providers_half_hour_is_counted_from_minutes_and_thirty_days_end_without_anybody(store_url: str) -> None:
    # Nobody has a tier of their own here: that of their team is theirs
    people = [{key: value for key, value in row.items() if key != "tier"} for row in provider.PEOPLE]
    story = Story(store_url, "managed-services", "2026-11-23T09:00+11:00", people=people, clients=provider.CLIENTS)
    anna, sue = story.as_agent("ann-au"), story.as_agent("sue")
    first, second = (
        register(
            anna, type="problem", subject=subject, email="kim@gum.example", priority="medium", channel="phone",
            fields=provider.ASKED, now=story.now,
        ).number
        for subject in ("Slow mail", "No sound")
    )  # fmt: skip
    story.wait_until("2026-11-23T09:40+11:00")
    result = time_entries.add_entry(sue, first, 20 * MINUTE, note="Looked at the index", now=story.now)
    assert result.summary.endswith("entry 1; not counted as First-line work: only minutes of First line are")
    assert story.clock(first, "effort").consumed == 0, "the second line's work is not the first line's"
    result = time_entries.add_entry(anna, first, 24 * MINUTE, note="Asked for the log", now=story.now)
    assert result.summary.endswith("written down as entry 2")
    assert story.records(first, "suggestion") == []
    time_entries.add_entry(anna, first, 2 * MINUTE, note="Read it", now=story.now)
    assert clock_facts(story, first)["effort", 1][::2] == ("paused", 26)
    assert [record.state for record in story.records(first, "suggestion")] == ["open"], "25 minutes: look up"
    story.wait_until("2026-11-23T09:50+11:00")
    time_entries.add_entry(anna, first, 5 * MINUTE, note="Restarted it", now=story.now)
    assert len(story.records(first, "suggestion")) == 2
    # Work from 09:45 on: the thirtieth minute was over at 09:49
    assert format_instant(story.clock(first, "effort").breached_at) == "2026-11-22 22:49"
    assert minutes_written_down(story, first) == 51
    escalation.escalate(anna, first, reason="Half an hour is over.", now=story.now)
    assert clock_facts(story, first)["effort", 1] == ("late", "2026-11-22 22:49", 31)

    update.move(anna, second, "in-progress", anyway=True, now=story.now)
    story.wait_until("2026-11-23T11:00+11:00")
    for number, agent in ((first, sue), (second, anna)):
        resolution.resolve(agent, number, "The index was rebuilt.", status="awaiting-confirmation", now=story.now)
        assert story.clock(number, "resolution").state == "paused"
    story.wait_until("2026-11-23T11:20+11:00")
    for number, agent in ((first, sue), (second, anna)):
        confirmation.confirm(agent, number, "Works", channel="email", now=story.now)
        assert story.status(number) == "closed"
        assert format_instant(story.read_ticket(number).closed) == "2026-11-23 00:20"
        assert story.clock(number, "response").state == "met"
        assert (story.clock(number, "resolution").state, story.clock(number, "resolution").consumed) == ("met", 7200)
        assert [record.state for record in story.records(number, "feedback")] == ["asked"]
    assert story.letters_with_instants(first) == [
        ("registered", "2026-11-22 22:00"), ("escalated", "2026-11-22 22:50"), ("status", "2026-11-23 00:00"),
        ("closed", "2026-11-23 00:20"), ("feedback-asked", "2026-11-23 00:20"),
    ]  # fmt: skip

    story.wait_until("2026-12-23T11:20+11:00")  # the last second of the thirty days
    messages.record_customer_message(anna, second, "No sound again.", now=story.now)
    assert story.status(second) == "in-progress"
    story.wait_until("2026-12-23T12:20+11:00")  # an hour later
    follow_up = messages.record_customer_message(anna, first, "It is slow again.", now=story.now).number
    assert follow_up not in (first, second)
    assert (story.status(first), story.status(follow_up)) == ("closed", "new")
    assert format_instant(story.read_ticket(first).closed) == "2026-11-23 00:20"
    assert clock_facts(story, follow_up)["response", 1] == ("running", "2026-12-23 03:20", 0)
    assert story.clock(follow_up, "effort").consumed == 0, "its first line has not begun"
    story.verify()


@pytest.mark.requirement("S4-13", "S4-14", "S4-15", "S4-21")
def test_a_platforms_seven_days_end_on_their_own_and_a_later_mail_is_a_ticket_of_its_own(store_url: str) -> None:
    story = platform.open_platform(store_url)
    sam = story.as_agent("sam")
    late, early = (platform.register_ticket(story) for _ in range(2))
    for number in (late, early):
        update.move(sam, number, "triage", now=story.now)
    story.wait_until("2026-11-23T09:20+00:00")
    for number in (late, early):
        time_entries.add_entry(sam, number, 20 * MINUTE, note="Looked at the settings", now=story.now)
        assert clock_facts(story, number)["response", 1] == ("running", "2026-11-23 09:30", 0)
        resolution.resolve(sam, number, "It was a setting.", code="configured", now=story.now)
        assert story.status(number) == "on-customer-test"
        assert minutes_written_down(story, number) == 20
    story.wait_until("2026-11-24T09:00+00:00")
    for number in (late, early):
        confirmation.confirm(sam, number, "Works", now=story.now)
        assert story.status(number) == "pending-closure"
        assert clock_facts(story, number)["response", 1] == ("met", "2026-11-23 09:30", 20)
        assert (story.clock(number, "resolution").state, story.clock(number, "resolution").consumed) == ("met", 1200)
        assert [record.state for record in story.records(number, "feedback")] == ["asked"]

    story.wait_until("2026-12-01T08:59+00:00")  # a minute before the end
    messages.record_customer_message(sam, early, "It is wrong again.", now=story.now)
    assert story.status(early) == "customer-responded"
    story.wait_until("2026-12-01T10:00+00:00")  # an hour after it
    follow_up = messages.record_customer_message(sam, late, "It is wrong again.", now=story.now).number
    assert follow_up not in (late, early)
    assert story.moves(late)[-2:] == [
        ("2026-11-24 09:00", "pending-closure", "sam"), ("2026-12-01 09:00", "closed", "deskterm"),
    ]  # fmt: skip
    assert format_instant(story.read_ticket(late).closed) == "2026-12-01 09:00"
    for number in (late, early):
        assert story.letters_with_instants(number) == [
            ("registered", "2026-11-23 09:00"), ("status", "2026-11-23 09:20"), ("status", "2026-11-24 09:00"),
            ("feedback-asked", "2026-11-24 09:00"), ("reminded", "2026-11-30 09:00"),
        ]  # fmt: skip
    assert story.status(follow_up) == "new"
    assert clock_facts(story, follow_up) == {
        ("response", 1): ("running", "2026-12-01 10:30", 0),
        ("resolution", 1): ("running", "2026-12-09 09:00", 0),
    }
    story.verify()


@pytest.mark.requirement("S5-08", "S5-11", "S5-12", "S5-13")
def test_an_agencys_job_stays_closed_on_a_word_and_on_thanks_and_opens_for_a_request(store_url: str) -> None:
    story = Story(
        store_url, "web-agency", "2026-11-23T09:00+00:00", people=agency.PEOPLE, clients=agency.CLIENTS
    )  # fmt: skip
    jon, kay = story.as_agent("jon"), story.as_agent("kay")
    number = register(
        jon, type="work-request", subject="Move the box", body="Please move it.", email="kim@larch.example",
        fields={"details": "The box on the home page, to the left."}, now=story.now,
    ).number  # fmt: skip
    with pytest.raises(DeskError, match="or record what they wrote as their message"):
        confirmation.confirm(kay, number, "Works", now=story.now)
    story.wait_until("2026-11-23T10:00+00:00")
    time_entries.add_entry(kay, number, 40 * MINUTE, note="Moved the box", now=story.now)
    assert (minutes_written_down(story, number), clock_facts(story, number)) == (40, {})
    resolution.resolve(kay, number, "The box is on the left now.", now=story.now)
    closed = ("closed", "2026-11-23 10:00", 0)

    def closing() -> tuple[str, str, int]:
        ticket = story.read_ticket(number)
        return ticket.row.status, format_instant(ticket.closed), ticket.reopened

    assert closing() == closed
    story.wait_until("2026-11-23T12:00+00:00")
    confirmation.confirm(kay, number, "Works", now=story.now)
    assert closing() == closed
    story.wait_until("2026-12-24T09:00+00:00")
    messages.record_customer_message(jon, number, "Thank you, merry Christmas!", now=story.now)
    assert closing() == closed
    assert [(message.body, message.mark) for message in story.read_ticket(number).messages][-2:] == [
        ("Works", ""), ("Thank you, merry Christmas!", "thanks"),
    ]  # fmt: skip
    assert story.letters_with_instants(number) == [("closed", "2026-11-23 10:00")]
    messages.record_customer_message(jon, number, "Now the menu is gone.", now=story.now)
    assert closing() == ("client-responded", "–", 1)
    assert story.moves(number)[-1] == ("2026-12-24 09:00", "client-responded", "jon")
    story.verify()
