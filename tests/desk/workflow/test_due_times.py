"""What people say of a promise, and what comes of the passing of time, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import events_of
from deskterm.desk.domain.due_changes import DueChange
from deskterm.desk.domain.fold import UpcomingEvent, fold_events
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.linking import duplicate, split
from deskterm.desk.tickets import update
from deskterm.desk.tickets.preview import preview_due_changes
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import due_times, work_sessions
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError, UsageError
from deskterm.store.queries.ticket_detail import ClockView
from due_time_desk import promising_desk
from one_ticket import seen
from small_desk import at


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = promising_desk(store_url)
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def clock(desk: DeskSession, metric: str, number: int = 1001) -> ClockView:
    found = seen(desk, number)
    return [clock for clock in found.clocks + found.timers if clock.metric == metric][-1]


def upcoming(desk: DeskSession, number: int = 1001) -> list[UpcomingEvent]:
    with desk.store.reading() as session:
        return fold_events(events_of(session, number), desk.editions(session)).upcoming_events()


def epoch(minutes: float) -> int:
    return int(at(minutes).timestamp())


def fault(desk: DeskSession, severity: str = "high", **more: str) -> int:
    return register(desk, subject="x", type="fault", severity=severity, now=at(0), **more).number  # type: ignore[arg-type]


def task(desk: DeskSession) -> int:
    return register(desk, subject="x", type="task", now=at(0)).number


# -- warnings and notices ------------------------------------------------------------------------------------------


def test_the_next_event_is_the_first_warning_and_each_is_noticed_once(desk: DeskSession) -> None:
    fault(desk)
    itself = open_system_desk(desk.store)
    assert clock(desk, "resolution").next_event == epoch(120)
    coming = [event for event in upcoming(desk) if event.metric == "resolution"]
    assert [(event.what, event.threshold, event.instant) for event in coming] == [
        ("warning", "50%", epoch(120)),
        ("warning", "30m", epoch(210)),
        ("breach", "", epoch(240)),
    ]
    assert due_times.record_clock_event(itself, 1001, coming[0], now=at(119)) is None
    assert due_times.record_clock_event(itself, 1001, coming[0], now=at(500)) is not None
    assert due_times.record_clock_event(itself, 1001, coming[0], now=at(500)) is None
    assert clock(desk, "resolution").next_event == epoch(210)
    assert seen(desk).events[-1].data["instant"] == epoch(120)
    assert seen(desk).events[-1].actor == "deskterm"


def test_what_was_noticed_changes_no_judgement_and_is_nobodys_doing(desk: DeskSession) -> None:
    fault(desk)
    before = seen(desk)
    breach = next(event for event in upcoming(desk) if event.what == "breach" and event.metric == "response")
    due_times.record_clock_event(open_system_desk(desk.store), 1001, breach, now=at(300))
    after = seen(desk)
    assert [c._replace(next_event=None) for c in after.clocks] == [c._replace(next_event=None) for c in before.clocks]
    assert after.row.updated == before.row.updated
    messages.reply(desk, 1001, "written while the notice came", now=at(301), version=1)
    assert clock(desk, "response").breached_at == epoch(30)


def test_a_pause_says_no_warning_twice(desk: DeskSession) -> None:
    fault(desk)
    first = upcoming(desk)[-3]
    assert (first.metric, first.threshold) == ("resolution", "50%")
    update.move(desk, 1001, "working", now=at(130))
    due_times.record_clock_event(open_system_desk(desk.store), 1001, first, now=at(130))
    update.move(desk, 1001, "waiting", now=at(140))
    assert clock(desk, "resolution").next_event is None
    update.move(desk, 1001, "working", now=at(200))
    assert clock(desk, "resolution").next_event == epoch(270)


# -- due times and sprints -----------------------------------------------------------------------------------------


def test_a_due_time_is_set_by_who_may_with_a_reason(desk: DeskSession) -> None:
    task(desk)
    kim = open_desk(desk.store, "kim")
    with pytest.raises(DeskError, match="Only somebody with the role Planner may set a due time here"):
        due_times.set_due(desk, 1001, "resolution", at(1440), reason="agreed", now=at(1))
    with pytest.raises(UsageError, match="Say why"):
        due_times.set_due(kim, 1001, "resolution", at(1440), reason=" ", now=at(1))
    with pytest.raises(UsageError, match="has passed"):
        due_times.set_due(kim, 1001, "resolution", at(0), reason="agreed", now=at(1))
    assert clock(desk, "resolution").due is None
    due_times.set_due(kim, 1001, "Resolution", at(1440), reason="agreed", now=at(1))
    assert clock(desk, "resolution").due == epoch(1440)
    with pytest.raises(DeskError, match="is due then already"):
        due_times.set_due(kim, 1001, "resolution", at(1440), reason="agreed", now=at(2))
    due_times.clear_due(kim, 1001, "resolution", reason="not agreed", now=at(3))
    assert clock(desk, "resolution").due is None
    with pytest.raises(DeskError, match="Nobody has set"):
        due_times.clear_due(kim, 1001, "resolution", reason="x", now=at(4))


def test_a_task_is_due_with_the_sprint_it_is_scheduled_to(desk: DeskSession) -> None:
    task(desk)
    assert seen(desk).row.next_due is None
    with pytest.raises(DeskError, match=r"No sprint to come starts on '2026-11-24': choose from 2026-11-23"):
        due_times.schedule(desk, 1001, "2026-11-24", now=at(1))
    due_times.schedule(desk, 1001, "2026-11-23", now=at(1))
    assert seen(desk).sprint == "2026-11-23"
    assert clock(desk, "response").due == epoch(-540) + 14 * 86_400
    due_times.schedule(desk, 1001, None, now=at(2))
    assert seen(desk).row.next_due is None


def test_a_ticket_that_comes_back_is_not_due_when_it_was(desk: DeskSession) -> None:
    task(desk)
    kim = open_desk(desk.store, "kim")
    due_times.set_due(kim, 1001, "resolution", at(60), reason="agreed", now=at(1))
    update.move(desk, 1001, "solved", now=at(30))
    messages.record_customer_message(desk, 1001, "Not quite.", now=at(5000))
    again = clock(desk, "resolution")
    assert (again.cycle, again.state, again.due, again.breached_at) == (2, "running", None, None)


# -- waivers -------------------------------------------------------------------------------------------------------


def test_a_lead_lets_a_miss_pass_and_the_miss_stays_on_record(desk: DeskSession) -> None:
    fault(desk)
    lea = open_desk(desk.store, "lea")
    with pytest.raises(DeskError, match="has not been missed"):
        due_times.waive(lea, 1001, "response", reason="storm", now=at(30))
    messages.reply(desk, 1001, "late", now=at(45))
    assert seen(desk).row.breached
    with pytest.raises(DeskError, match="An agent may not waive"):
        due_times.waive(open_desk(desk.store, "sam"), 1001, "response", reason="storm", now=at(50))
    due_times.waive(lea, 1001, "response", reason="storm", now=at(50))
    found = clock(desk, "response")
    assert (found.state, found.breached_at, found.waived) == ("late", epoch(30), True)
    assert not seen(desk).row.breached
    with pytest.raises(DeskError, match="waived already"):
        due_times.waive(lea, 1001, "response", reason="storm", now=at(51))


# -- what would move -----------------------------------------------------------------------------------------------


def test_old_and_new_due_are_shown_before_a_change_and_nothing_is_written(desk: DeskSession) -> None:
    fault(desk, "low")
    version = seen(desk).version
    found = preview_due_changes(desk, 1001, severity="high", now=at(60))
    assert found[:2] == [
        DueChange("response", "Response", 1, epoch(60), epoch(30), True, 1001),
        DueChange("resolution", "Resolution", 1, epoch(2880), epoch(240), False, 1001),
    ]
    assert seen(desk).version == version
    update.set_severity(desk, 1001, "high", now=at(60))
    assert (clock(desk, "response").due, clock(desk, "response").cause) == (epoch(30), "retarget")
    (response, resolution) = preview_due_changes(desk, 1001, organisation="larch", now=at(61))
    assert (response.new_due, resolution.new_due) == (epoch(120), epoch(1440))
    update.update_ticket(desk, 1001, organisation="Larch Ltd", now=at(61))
    assert clock(desk, "response").due == epoch(120)
    assert {clock.new_due for clock in preview_due_changes(desk, 1001, type="question", now=at(62))} == {None}


def test_what_was_foreseen_is_what_the_change_does(desk: DeskSession) -> None:
    fault(desk, "low")
    for wanted in ({"severity": "high"}, {"organisation": "larch"}, {"type": "question"}):
        foreseen = preview_due_changes(desk, 1001, now=at(60), **wanted)
        assert foreseen
        assert list(update.update_ticket(desk, 1001, now=at(60), **wanted).moved) == foreseen  # type: ignore[arg-type]
        assert preview_due_changes(desk, 1001, now=at(60), **wanted) == []


def test_a_tag_that_is_not_there_is_not_taken_off_in_silence(desk: DeskSession) -> None:
    fault(desk, "low")
    with pytest.raises(DeskError, match="has no tag old: its tags are none"):
        update.tag(desk, 1001, remove=["old"], now=at(1))
    done = update.tag(desk, 1001, ["vip"], ["old"], now=at(1))
    assert done.summary == "1001: tags vip (old was not there)"


def test_a_rehearsed_change_is_refused_as_the_change_is(desk: DeskSession) -> None:
    fault(desk, "low")
    with pytest.raises(DeskError, match="There is no severity 'dire'"):
        preview_due_changes(desk, 1001, severity="dire", now=at(1))
    with pytest.raises(DeskError, match="There is no client 'oak'"):
        preview_due_changes(desk, 1001, organisation="oak", now=at(1))


# -- what happens by itself ----------------------------------------------------------------------------------------


def test_a_status_that_is_left_by_itself_waits_and_a_word_of_the_requester_ends_the_wait(desk: DeskSession) -> None:
    fault(desk)
    update.move(desk, 1001, "working", now=at(1))
    messages.reply(desk, 1001, "Which browser?", status="waiting", now=at(10))
    waits = clock(desk, "timer:status:waiting")
    assert (waits.state, waits.due) == ("running", epoch(10) + 7 * 86_400)
    assert waits.metric not in {clock.metric for clock in seen(desk).clocks}
    assert seen(desk).row.next_due is None
    (warning, end) = upcoming(desk)
    assert (warning.what, end.what, end.instant) == ("warning", "timer", waits.due)
    messages.record_customer_message(desk, 1001, "Firefox", now=at(70))
    assert clock(desk, "timer:status:waiting").state == "met"
    assert not seen(desk).row.breached


def test_a_solved_ticket_closes_by_itself_and_may_come_back_for_a_while(desk: DeskSession) -> None:
    fault(desk)
    update.move(desk, 1001, "solved", now=at(10))
    (closes,) = upcoming(desk)
    assert (closes.metric, closes.instant) == ("timer:auto-close", epoch(10) + 5 * 86_400)
    update.move(desk, 1001, "closed", now=at(20))
    assert clock(desk, "timer:auto-close").state == "met"
    assert clock(desk, "timer:reopen-window").due == epoch(20) + 30 * 86_400
    assert upcoming(desk) == []


def test_a_ticket_is_put_off_and_a_word_takes_it_up(desk: DeskSession) -> None:
    fault(desk)
    due_times.snooze(desk, 1001, at(600), now=at(1))
    assert clock(desk, "timer:snooze").due == seen(desk).snoozed_until == epoch(600)
    due_times.snooze(desk, 1001, at(700), now=at(2))
    assert clock(desk, "timer:snooze").due == epoch(700)
    assert clock(desk, "resolution").state == "running"
    messages.record_customer_message(desk, 1001, "and now?", now=at(3))
    assert (clock(desk, "timer:snooze").state, seen(desk).snoozed_until) == ("met", None)
    due_times.snooze(desk, 1001, at(800), now=at(4))
    due_times.snooze(desk, 1001, None, now=at(5))
    assert clock(desk, "timer:snooze").cycle == 2
    with pytest.raises(DeskError, match="not put off"):
        due_times.snooze(desk, 1001, None, now=at(6))


def test_effort_counts_hands_on_time_whatever_the_hour(desk: DeskSession) -> None:
    fault(desk, "low")
    sam = open_desk(desk.store, "sam")
    assert clock(desk, "effort").state == "paused"
    work_sessions.start(sam, 1001, now=at(10))
    assert clock(desk, "effort").due == epoch(40)
    work_sessions.start(desk, 1001, now=at(15))
    work_sessions.stop(sam, 1001, now=at(20))
    work_sessions.stop(desk, 1001, now=at(25))
    assert (clock(desk, "effort").state, clock(desk, "effort").consumed) == ("paused", 900)
    work_sessions.start(sam, 1001, now=at(900))  # midnight
    assert clock(desk, "effort").due == epoch(915)
    with pytest.raises(DeskError, match="You are at work"):
        work_sessions.start(sam, 1001, now=at(901))
    update.move(desk, 1001, "solved", now=at(920))
    assert (clock(desk, "effort").state, clock(desk, "effort").breached_at) == ("late", epoch(915))
    with pytest.raises(DeskError, match="not at work"):
        work_sessions.stop(sam, 1001, now=at(921))


# -- linking and handing over --------------------------------------------------------------------------------------


def test_a_duplicate_loses_its_clocks_and_keeps_its_misses(desk: DeskSession) -> None:
    older, number = fault(desk), fault(desk)
    messages.reply(desk, number, "late", now=at(45))
    before = seen(desk, older).clocks
    with pytest.raises(DeskError, match="1001 is the older of the two: close 1002"):
        duplicate.close_as_duplicate(desk, older, original_number=number, now=at(50))
    duplicate.close_as_duplicate(desk, number, original_number=older, now=at(50))
    found = {clock.metric: clock for clock in seen(desk, number).clocks}
    assert (found["response"].state, found["response"].breached_at) == ("late", epoch(30))
    assert found["resolution"].state == "cancelled"
    assert (seen(desk, number).row.status, seen(desk, number).fields) == ("closed", {"duplicate_of": older})
    assert seen(desk, older).clocks == before
    assert seen(desk, older).fields == {"duplicates": [number]}
    with pytest.raises(DeskError, match="is a duplicate itself, of 1001"):
        duplicate.close_as_duplicate(desk, fault(desk), original_number=number, now=at(60))
    with pytest.raises(DeskError, match="is a duplicate of 1001 already"):
        duplicate.close_as_duplicate(desk, number, original_number=older, now=at(60))


def test_a_matter_split_off_starts_when_its_message_came(desk: DeskSession) -> None:
    number = fault(desk, requester="Kim Doe", email="kim@larch.example")
    messages.reply(desk, number, "hello", now=at(5))
    messages.record_customer_message(desk, number, "By the way:\nthe printer burns.", now=at(50))
    messages.reply(desk, number, "I see", now=at(55))
    with pytest.raises(DeskError, match="the desk's own"):
        split.split_message(desk, number, 4, now=at(60))
    done = split.split_message(desk, number, 3, now=at(90))
    found = seen(desk, done.number)
    assert (found.row.subject, found.row.received, found.row.requester) == ("By the way:", epoch(50), "Kim Doe")
    assert clock(desk, "response", done.number).started == epoch(50)
    assert found.fields == {"split_from": number}
    assert found.messages[0].body == "By the way:\nthe printer burns."
    assert seen(desk, number).fields == {"split_to": [done.number]}


def test_a_handover_leaves_the_customers_clocks_alone(desk: DeskSession) -> None:
    number = fault(desk, department="software")
    with pytest.raises(UsageError, match="Software wants a note"):
        transfer(desk, number, department="hardware", now=at(5))
    before = seen(desk).clocks
    transfer(desk, number, department="Hardware", team="first-line", note="It smokes.", now=at(5))
    assert [c._replace(next_event=None) for c in seen(desk).clocks] == [c._replace(next_event=None) for c in before]
    assert seen(desk).messages[-1][2:8] == ("internal", "agent", "Ann", "", False, "It smokes.")
    with pytest.raises(DeskError, match="is there already"):
        transfer(desk, number, department="hardware", now=at(6))
    update.set_severity(desk, number, "low", now=at(7))
    assert clock(desk, "resolution").policy == "faults"
