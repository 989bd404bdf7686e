"""Replies that are written now and sent later, once, or held back where they may no longer be true (C-20)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from deskterm.automation.runner import Runner
from deskterm.automation.scheduled_replies import ScheduledReplies
from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.conversation import messages, scheduled_replies
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import merge
from deskterm.desk.tickets import register, update
from deskterm.errors import DeskError
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
from deskterm.store.personal.drafts import load_drafts
from deskterm.store.queries.outbox import ScheduledReply, load_scheduled_replies
from deskterm.store.queries.ticket_tabs.files import load_files, load_public_file
from small_desk import at
from ticket_reads import letters_about, notices_to, read_ticket

pytestmark = pytest.mark.law("C-20")

WORDS = "The part has come; we fit it today."


def as_agent(desk: DeskSession, login: str = "sam") -> DeskSession:
    return open_desk(desk.store, login)


def open_fault(desk: DeskSession, minute: float = 0) -> int:
    return register.register(
        desk, type="fault", subject="Heat", body="Hot.", requester="Kim", email="kim@larch.example", now=at(minute)
    ).number


def read_response(desk: DeskSession, number: int) -> int | None:
    """Return the instant at which the clock of the response stopped; None while it runs."""
    return next(clock.stopped for clock in read_ticket(desk, number).clocks if clock.metric == "response")


def list_waiting(desk: DeskSession) -> list[ScheduledReply]:
    with open_reader(desk.store.url) as reader:
        return load_scheduled_replies(reader)


def run(desk: DeskSession, minute: float) -> list[str]:
    """Run the automation once, and return its sentences about replies."""
    return [alert.sentence for alert in Runner(desk.store).step(at(minute)) if alert.what == "reply"]


def test_it_answers_when_it_is_sent_and_not_before(desk: DeskSession) -> None:
    number = open_fault(desk)
    update.move(desk, number, "working", now=at(1))
    sam = as_agent(desk)
    result = scheduled_replies.schedule_reply(sam, number, WORDS, "2h", status="waiting", now=at(5))
    assert result.summary == f"{number}: the reply is sent Mon 23 Nov 2026 11:05 GMT"
    before = read_ticket(desk, number)
    assert read_response(desk, number) is None
    assert [message.body for message in before.messages] == ["Hot."]
    assert letters_about(desk, number) == []
    assert (run(desk, 124.9), Runner(desk.store).next_at()) != ([], None)
    assert run(desk, 126) == [f"{number} answered, now Waiting for customer"]
    found = read_ticket(desk, number)
    assert (found.messages[-1].body, found.messages[-1].author, found.row.status) == (WORDS, "Sam", "waiting")
    assert read_response(desk, number) == int(at(126).timestamp())
    assert [event.actor for event in found.events if event.kind == "replied"] == ["sam"]
    assert [letter.state for letter in letters_about(desk, number)] == ["queued"]
    assert (run(desk, 130), list_waiting(desk)) == ([], [])


def test_three_runners_send_it_once(desk: DeskSession) -> None:
    numbers = [open_fault(desk, minute) for minute in range(3)]
    for number in numbers:
        scheduled_replies.schedule_reply(as_agent(desk), number, WORDS, "1h", now=at(5))
    stores = [open_store(desk.store.url) for _ in range(3)]
    start = threading.Barrier(3)
    sent: list[str] = []

    def work(runner: ScheduledReplies) -> None:
        start.wait()
        sent.extend(done.sentence for done in runner.step(at(70)))

    runners = [ScheduledReplies(open_system_desk(store)) for store in stores]
    threads = [threading.Thread(target=work, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert sorted(sent) == [f"{number} answered" for number in numbers]
    for number in numbers:
        assert [message.body for message in read_ticket(desk, number).messages] == ["Hot.", WORDS]
        assert len(letters_about(desk, number)) == 1


def test_a_runner_that_died_has_sent_it_or_leaves_it_to_the_next(desk: DeskSession) -> None:
    number = open_fault(desk)
    scheduled_replies.schedule_reply(as_agent(desk), number, WORDS, "1h", now=at(5))
    sam = as_agent(desk)
    with suppress(KeyboardInterrupt), sam.ticket(number, "reply", at(66)) as work:
        record = work.state.records["scheduled_reply", "1"]
        assert "answered" in scheduled_replies._send(work, record)
        raise KeyboardInterrupt
    assert read_response(desk, number) is None
    assert run(desk, 67) == [f"{number} answered"]


def solve(desk: DeskSession, number: int) -> None:
    update.move(desk, number, "solved", now=at(30))


def close(desk: DeskSession, number: int) -> None:
    for status in ("solved", "closed"):
        update.move(desk, number, status, now=at(30))


def join(desk: DeskSession, number: int) -> None:
    merge.merge_into(desk, number, open_fault(desk, 20), now=at(30))


def write(desk: DeskSession, number: int) -> None:
    messages.record_customer_message(desk, number, "It burns now.", now=at(30))


def answer(desk: DeskSession, number: int) -> None:
    messages.reply(as_agent(desk, "kim"), number, "Switch it off.", now=at(30))


def retire(desk: DeskSession, number: int) -> None:
    row = {"login": "sam", "name": "Sam", "role": "agent", "team": "first-line", "active": False}
    seed_agents(desk, [row], now=at(30))


HELD: list[tuple[Callable[[DeskSession, int], None], str]] = [
    (solve, "The ticket was solved meanwhile."),
    (close, "The ticket was closed meanwhile."),
    (join, "The ticket goes on in 1002 by now."),
    (write, "The requester wrote meanwhile."),
    (answer, "Kim answered meanwhile."),
    (retire, "sam is no agent of this desk any more"),
]


@pytest.mark.parametrize(("happens", "reason"), HELD, ids=["solved", "closed", "merged", "asked", "answered", "gone"])
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_it_is_held_back_and_its_author_told_where_something_came_between(
    desk: DeskSession, happens: Callable[[DeskSession, int], None], reason: str
) -> None:
    number = open_fault(desk)
    scheduled_replies.schedule_reply(as_agent(desk), number, WORDS, "1h", now=at(5))
    happens(desk, number)
    (sentence,) = run(desk, 70)
    assert sentence.startswith(f"{number}: reply held back. ")
    assert WORDS not in [message.body for message in read_ticket(desk, number).messages]
    (held,) = list_waiting(desk)
    assert (held.state, held.body) == ("held", WORDS)
    assert held.reason in sentence
    if happens is not retire:
        assert held.reason == reason
        assert notices_to(desk, "sam")[0] == f"a reply by sam was held back: {reason}"
    assert run(desk, 80) == []


def test_it_is_changed_sent_now_and_called_off_by_its_author_or_a_lead(desk: DeskSession) -> None:
    number, sam, kim = open_fault(desk), as_agent(desk), as_agent(desk, "kim")
    scheduled_replies.schedule_reply(sam, number, WORDS, "1h", now=at(5))
    with pytest.raises(DeskError, match="That reply to 1001 is sam's"):
        scheduled_replies.call_off_scheduled_reply(kim, number, now=at(6))
    scheduled_replies.change_scheduled_reply(sam, number, body="Tomorrow.", at="tomorrow 09:00", now=at(7))
    (waiting,) = list_waiting(desk)
    assert (waiting.body, waiting.due) == ("Tomorrow.", int(at(24 * 60).timestamp()))
    assert run(desk, 70) == []
    messages.record_customer_message(desk, number, "Well?", now=at(71))
    scheduled_replies.change_scheduled_reply(sam, number, body=None, at="3h", now=at(72))
    assert run(desk, 72 + 180) == [f"{number} answered"], "its author has seen what came, and changed only the time"
    scheduled_replies.schedule_reply(sam, number, "And one more.", "1h", now=at(260))
    _, words = scheduled_replies.call_off_scheduled_reply(as_agent(desk, "lea"), number, now=at(261))
    assert words == "And one more."
    with pytest.raises(DeskError, match="No reply to 1001 waits to be sent"):
        scheduled_replies.send_scheduled_reply(sam, number, now=at(262))
    scheduled_replies.schedule_reply(sam, number, "Now.", "1h", now=at(263))
    assert scheduled_replies.send_scheduled_reply(sam, number, now=at(264)).summary == f"{number} answered"
    assert [message.body for message in read_ticket(desk, number).messages][-2:] == ["Tomorrow.", "Now."]
    assert run(desk, 999) == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_an_undo_keeps_the_words_and_never_sends_them_the_next_moment(desk: DeskSession) -> None:
    number, sam = open_fault(desk), as_agent(desk)
    scheduled_replies.schedule_reply(sam, number, WORDS, "1h", now=at(5))
    run(desk, 66)
    summary = undo_last_command(sam, number, now=at(67)).summary
    assert "the reply on 1001 is taken back, and its letter is withdrawn; its words are among your drafts" in summary
    assert (list_waiting(desk), run(desk, 68)) == ([], [])
    with open_reader(desk.store.url) as reader:
        assert [draft.text for draft in load_drafts(reader, "sam")] == [WORDS]
    scheduled_replies.schedule_reply(sam, number, "Later.", "1h", now=at(70))
    summary = undo_last_command(sam, number, now=at(71)).summary
    assert summary == "Undone: the reply to 1001 is no longer scheduled; its words are among your drafts"
    assert list_waiting(desk) == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_its_files_go_with_it_and_are_nobodys_before(desk: DeskSession) -> None:
    number, sam = open_fault(desk), as_agent(desk)
    files = [NewFile("plan.txt", "text/plain", b"Day one.")]
    scheduled_replies.schedule_reply(sam, number, WORDS, "1h", files=files, now=at(5))
    scheduled_replies.change_scheduled_reply(sam, number, body="Here it is.", now=at(6))
    (file,) = list_waiting(desk)[0].files
    assert (file.name, file.size) == ("plan.txt", 8)
    with open_reader(desk.store.url) as reader:
        assert load_files(reader, [number]) == []
        assert load_public_file(reader, number, file.seq, file.place) == ("plan.txt", "text/plain", b"Day one.")
        assert run(desk, 70) == [f"{number} answered with 1 file"]
        assert [file.name for file in load_files(reader, [number])] == ["plan.txt"]
        undo_last_command(sam, number, now=at(71))
        (draft,) = load_drafts(reader, "sam")
        assert [(one["name"], one["kept"][0]) for one in draft.data["extra"]["files"]] == [("plan.txt", number)]
        assert load_public_file(reader, *draft.data["extra"]["files"][0]["kept"]) is not None
