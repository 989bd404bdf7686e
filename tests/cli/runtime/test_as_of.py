"""`--as-of INSTANT` on commands that read: they print what they printed at that instant (R-03)."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

import postgres
from cli_call import Call, every_command
from desk.test_random_histories import Step, VersionedDesk
from deskterm.automation.runner import Runner
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.history.erasing.erasure import erase_person
from deskterm.desk.linking.merge import merge_into
from deskterm.desk.linking.separate import separate_ticket
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.transfer import transfer
from deskterm.reports.past_desk import open_past_desk
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Desk, ProcedureVersion, table_of
from deskterm.store.queries.access_log import load_accesses
from due_time_desk import due_time_desk
from examples import examples
from reports.lives.test_as_of import HISTORIES, TICKETS, perform
from small_desk import at

DOCUMENT = Path(__file__).parents[3] / "docs" / "reports.md"
LISTS = (
    ("ticket", "list"),
    ("ticket", "list", "-is:snoozed", "--sort", "-subject"),
    ("ticket", "search", "y"),
    ("view", "list"),
    ("sla", "list"),
)
OTHERS = (
    ("ticket", "list", "--closed"),
    ("ticket", "list", "--requester", "Kim"),
    ("ticket", "list", "--unscheduled"),
    ("ticket", "order", "1001"),
    ("ticket", "participants", "1002"),
    ("ticket", "files", "1002"),
    ("ticket", "thanks"),
    ("sla", "why", "1001"),
    ("escalations",),
    ("handover",),
    ("quotes", "--all"),
    ("articles",),
    ("feedback", "list", "--all"),
    ("item", "list", "--all"),
    ("release", "list"),
)
SHOWS = tuple(("ticket", "show", str(number)) for number in TICKETS)
EXPORTS = tuple(
    ("export", what, "--format", "jsonl") for what in ("tickets", "messages", "events", "clocks", "worklog")
)


class Story:
    """A simulated desk on which commands run, and the program that reads it."""

    def __init__(self, url: str, call: Call) -> None:
        self.call, self.minute = call, len(TICKETS)
        self.versions = VersionedDesk([due_time_desk(url)])
        with self.desk.store.writing() as session:
            session.execute(update(table_of(Desk)).values(simulated=True))
        for place, _ in enumerate(TICKETS):
            words: dict[str, Any] = {"body": "y", "type": "fault", "severity": "high", "email": "kim@larch.example"}
            register(self.desk, subject=f"x{place}", now=at(place), **words)

    @property
    def desk(self) -> DeskSession:
        return self.versions.desk(0)

    def go_on(self, steps: list[tuple[int, Step]]) -> None:
        for number, step in steps:
            self.minute += step.minutes
            perform(self.versions, number, step, self.minute)

    def read(self, words: tuple[str, ...], *options: str) -> tuple[int, Any]:
        form = () if words[0] == "export" else ("--json",)
        answer = self.call(*words, *form, "--now", at(self.minute).isoformat(), *options)
        return answer.code, answer.out if answer.code == 0 else answer.err


def run_story(story: Story, before: Any, after: Any, reads: tuple[tuple[str, ...], ...]) -> None:
    story.go_on(before)
    # What is due is recorded at its own instant, whenever that is done: so that it is by then
    deque(Runner(story.desk.store).step(at(story.minute)), maxlen=0)
    then = at(story.minute).isoformat()
    found = {words: story.read(words) for words in reads}
    story.minute += 1
    story.go_on(after)
    story.minute += 60
    for words in reads:
        assert story.read(words, "--as-of", then) == found[words], words


@settings(
    max_examples=examples(3),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(steps=HISTORIES, data=st.data())
def test_a_command_prints_what_it_printed_at_that_instant(
    deskterm: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[int, Step]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(steps)))
    with TemporaryDirectory(dir=tmp_path) as folder:
        url = f"sqlite:///{folder}/desk.sqlite3"
        monkeypatch.setenv("DESKTERM_DATABASE", url)
        story = Story(url, deskterm)
        run_story(story, steps[:cut], steps[cut:], LISTS + SHOWS)
        story.desk.store.close()


@pytest.mark.long
@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(steps=HISTORIES, data=st.data())
def test_two_hundred_histories_on_a_server(
    deskterm: Call, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[int, Step]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(steps)))
    with postgres.database() as url:
        monkeypatch.setenv("DESKTERM_DATABASE", url)
        story = Story(url, deskterm)
        run_story(story, steps[:cut], steps[cut:], LISTS + SHOWS + EXPORTS)
        story.desk.store.close()


BEFORE = [
    (1001, Step("working", 5, 0)),
    (1002, Step("ask", 9, 0)),
    (1003, Step("closed", 30, 0)),
    (1001, Step("tag", 5, 0)),
    (1001, Step("solved", 60, 0)),
]
AFTER = [
    (1001, Step("undo", 5, 0)),
    (1002, Step("answer", 2000, 0)),
    (1003, Step("undo", 5, 0)),
    (1002, Step("hand over", 1, 0)),
    (1001, Step("low", 5, 0)),
]


@pytest.fixture
def story(store_url: str, deskterm: Call, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    monkeypatch.setenv("DESKTERM_DATABASE", store_url)
    found = Story(store_url, deskterm)
    yield found
    found.desk.store.close()


def test_every_command_with_as_of_prints_it_on_either_database(story: Story, store_url: str) -> None:
    on_server = not store_url.startswith("sqlite")
    run_story(story, BEFORE, AFTER, LISTS[:1] + SHOWS + (EXPORTS[:3] if on_server else LISTS + OTHERS + EXPORTS))


@pytest.fixture
def local(tmp_path: Path, deskterm: Call) -> Iterator[Story]:
    found = Story(f"sqlite:///{tmp_path / 'desk.sqlite3'}", deskterm)
    yield found
    found.desk.store.close()


def test_a_merged_ticket_shows_both_conversations_as_of_when_it_was_merged(local: Story) -> None:
    """Also when they were separated since."""
    show = ("ticket", "show", "1001")
    merge_into(local.desk, 1002, 1001, now=at(10))
    local.minute = 10
    merged = local.read(show)
    separate_ticket(local.desk, 1002, "x", now=at(20))
    local.minute = 30
    assert local.read(show, "--as-of", at(10).isoformat()) == merged != local.read(show)


def test_before_it_was_registered_a_ticket_was_not_there(local: Story) -> None:
    local.minute = 30
    assert local.read(("ticket", "list"), "--as-of", at(-1).isoformat()) == (0, "[]\n")
    code, words = local.read(("ticket", "show", "1002"), "--as-of", at(0).isoformat())
    assert (code, "no ticket 1002" in words) == (1, True)


def test_the_past_is_not_the_future_and_people_have_none(local: Story) -> None:
    local.minute = 30
    code, words = local.read(("ticket", "list"), "--as-of", at(31).isoformat())
    assert (code, "past" in words or "passed" in words) == (2, True)
    code, words = local.read(("export", "people"), "--as-of", at(1).isoformat())
    assert (code, "leave --as-of out" in words) == (2, True)


def test_what_an_agent_may_not_read_is_hidden_from_the_past_too(local: Story) -> None:
    """Of a department then, and of one now."""
    for number, then, now in ((1001, "software", "hardware"), (1002, "hardware", "software")):
        transfer(local.desk, number, department=then, note="x", now=at(10))
        transfer(local.desk, number, department=now, note="x", now=at(20))
    with open_reader(local.desk.store.url) as reader:
        for hidden, seen in (((), [1001, 1002, 1003]), (("software",), [1003]), (("hardware",), [1003])):
            reader.limit(hidden, "zoe")
            with open_past_desk(reader, int(at(15).timestamp()), events=True) as past:
                assert past.rows("SELECT id FROM ticket ORDER BY id") == [(number,) for number in seen]
                assert past.rows("SELECT DISTINCT ticket_id FROM event ORDER BY 1") == [(number,) for number in seen]


def test_files_are_those_of_the_messages_by_then(local: Story) -> None:
    """C-22: their names and sizes, not their contents."""
    files = ("ticket", "files", "1001")
    sent = [NewFile("plan.txt", "text/plain", b"later")]
    messages.reply(local.desk, 1001, "Here it is.", files=sent, now=at(10))
    local.minute = 30
    found = {minute: json.loads(local.read(files, "--as-of", at(minute).isoformat())[1]) for minute in (9, 10)}
    assert [[one["name"] for one in found[minute]] for minute in (9, 10)] == [[], ["plan.txt"]]
    code, words = local.read(("export", "files", "--contents", "."), "--as-of", at(10).isoformat())
    assert (code, "leave --as-of out" in words) == (2, True)


def test_what_was_erased_is_erased_from_the_past_too(local: Story) -> None:
    """R-31: whoever it was, and their words."""
    messages.record_customer_message(local.desk, 1001, "My number is 5550123.", author="kim", now=at(10))
    reads = (("ticket", "show", "1001"), ("ticket", "list"), ("ticket", "search", "5550123"), EXPORTS[1], EXPORTS[2])
    local.minute = 20
    assert all("5550123" in local.read(words)[1] for words in (reads[0], EXPORTS[1]))
    erase_person(local.desk, "kim@larch.example", now=at(20))
    local.minute = 30
    for words in reads:
        code, out = local.read(words, "--as-of", at(15).isoformat())
        assert (words, code, "5550123" in out, "kim" in out) == (words, 0, False, False)


def test_a_look_at_the_past_is_on_record_when_it_was_taken(local: Story) -> None:
    """S4-25"""
    with local.desk.store.writing() as session:
        table = table_of(ProcedureVersion)
        document = json.loads(session.execute(select(table.c.document)).scalar_one())
        document.setdefault("retention", {})["log_accesses"] = True
        session.execute(update(table).values(document=json.dumps(document)))
    local.minute = 30
    assert local.read(("ticket", "show", "1001"), "--as-of", at(5).isoformat())[0] == 0
    with open_reader(local.desk.store.url) as reader:
        (access,) = load_accesses(reader, limit=9)
    assert (access.ticket, access.at) == (1001, int(at(30).timestamp()))


def test_the_manual_names_the_commands_that_know_the_past() -> None:
    """docs/reports.md, each command once."""
    known = {
        " ".join(path)
        for path, command in every_command()
        if any("--as-of" in parameter.opts for parameter in command.params)
    }
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.split("## The desk as it was\n")[1].split("\n## ")[0]
    named = {name for row in section.split("\n| ")[2:] for name in re.findall(r"`([a-z -]+)`", row.split(" | ")[0])}
    assert named == known
