"""Every kind of event through the history, undo and export, by its entry in the table alone."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds.entry import EventKindEntry
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.event_kinds.payloads import EventData, FileData
from deskterm.desk.domain.event_kinds.phrases import describe_event, describe_undone_act
from deskterm.desk.domain.event_kinds.table import EVENT_KINDS, SYSTEM_EVENTS
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.exchange.exporting.exports import export
from deskterm.present.labels import Vocabulary
from deskterm.present.ticket import present_ticket
from deskterm.procedure.compiled import to_document
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from small_desk import at, small_desk, small_procedure

KINDS = tuple(EVENT_KINDS)
NOT_A_COMMAND = SYSTEM_EVENTS | {"undone"}
"""Kinds that undo passes over: what they follow is undone, and they with it."""
SET_BY_THE_DESK = frozenset(EventData.__annotations__) - {"reason", "by_rule"}


def sample_data(entry: EventKindEntry) -> dict[str, Any]:
    """Return a value for every member of a kind's payload."""
    samples: dict[Any, Any] = {int: 1, str: "sample", bool: True, list[int]: [1], list[str]: ["sample"]}
    samples[dict[str, str]] = {"0": ""}
    # A file has a row beside its event, which this desk has not (test_attachments)
    samples |= {list[FileData]: [], list[list[int]]: [[1, 1]]}
    hints = get_type_hints(entry.payload)
    data = {
        name: get_args(hint)[0] if get_origin(hint) is Literal else samples[hint]
        for name, hint in hints.items()
        if name not in SET_BY_THE_DESK
    }
    # An event that undoes nothing, so that the one before it stands.
    return data | ({"seqs": [0]} if "seqs" in data else {})


def append_sample(work: TicketTransaction, kind: EventKind) -> None:
    entry = EVENT_KINDS[kind]
    texts = {"body": f"Body of {kind}"} if entry.message_kind else {}
    work.append(kind, {"team": (work.state.team, "first-line")}, texts, **sample_data(entry))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSession]:
    """Make a desk with one ticket for each kind, whose second event is of that kind."""
    yield from _desk_of_all_kinds(tmp_path_factory)


@pytest.fixture(scope="module")
def undone_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSession]:
    """Make another such desk, for the test that changes it."""
    yield from _desk_of_all_kinds(tmp_path_factory)


def _desk_of_all_kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSession]:
    made = small_desk(f"sqlite:///{tmp_path_factory.mktemp('kinds') / 'desk.sqlite3'}")
    for kind in KINDS:
        number = register(made, subject=kind, type="fault", requester="Kim", now=at(0)).number
        with made.ticket(number, "import", at(1)) as work:
            append_sample(work, kind)
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


def number_of(kind: EventKind) -> int:
    return 1001 + KINDS.index(kind)


def test_the_table_has_an_entry_for_each_name() -> None:
    assert set(EVENT_KINDS) == set(get_args(EventKind))
    labels = [entry.label for entry in EVENT_KINDS.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_phrase_and_a_line_in_the_history(desk: DeskSession, kind: EventKind) -> None:
    with open_reader(desk.store.url) as reader:
        detail = load_ticket_detail(reader, number_of(kind))
    assert detail is not None
    stored = next(event for event in detail.events if event.seq == 2)
    assert describe_event(kind, stored.data).strip()
    turns = [
        turn for turn in present_ticket(detail, Vocabulary(to_document(small_procedure()), 1)).timeline if turn.seq == 2
    ]
    lines = [turn.text for turn in turns if turn.voice == "history"]
    assert [line.startswith("team none → First line") for line in lines] == [True] * (kind != "registered")
    voices = {"public": {"agent", "requester"}, "internal": {"internal"}, "system": {"system"}}
    allowed = voices.get(EVENT_KINDS[kind].message_kind or "", set())
    assert {turn.voice for turn in turns} - {"history"} <= allowed
    assert [turn.text for turn in turns if turn.voice != "history"] == [f"Body of {kind}"] * bool(
        allowed and "covers" not in stored.data  # what a letter covers is the message
    )


def test_every_kind_is_exported_with_its_data(desk: DeskSession) -> None:
    out = io.StringIO()
    with open_reader(desk.store.url) as reader:
        export(reader, "events", "jsonl", out)
    second = [row for row in map(json.loads, out.getvalue().splitlines()) if row["seq"] == 2]
    assert [row["kind"] for row in second] == list(KINDS)
    for row, kind in zip(second, KINDS, strict=True):
        assert row["data"].items() >= sample_data(EVENT_KINDS[kind]).items()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_undone_or_says_why_not(undone_desk: DeskSession, kind: EventKind) -> None:
    number = number_of(kind)
    if kind == "registered":  # what it registers came by mail, which is released again (M-69)
        closed = undo_last_command(undone_desk, number, now=at(2)).summary
        assert closed.startswith(f"Undone: {number} is closed, and its mail waits in quarantine")
        return
    reason = EVENT_KINDS["registered" if kind in NOT_A_COMMAND else kind].irreversible
    if reason:
        with pytest.raises(DeskError, match=reason):
            undo_last_command(undone_desk, number, now=at(2))
        return
    act = describe_undone_act(kind, {"team": (None, "first-line")}, sample_data(EVENT_KINDS[kind]), number)
    done = undo_last_command(undone_desk, number, now=at(2))
    assert done.summary.startswith(f"Undone: {act}{'; ' if act else ''}{number} has no team again")
    with undone_desk.ticket(number, "import", at(3)) as work:
        assert work.state.team is None


@pytest.mark.parametrize(
    ("kind", "texts", "data", "reason"),
    [
        ("reminded", {}, {}, "no event kind"),
        ("tagged", {}, {"colour": "red"}, r"no members \['colour'\]"),
        ("tagged", {"body": "Why"}, {}, "no body"),
    ],
)
def test_what_the_table_does_not_declare_is_refused(
    desk: DeskSession, kind: Any, texts: dict[str, str], data: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason), desk.ticket(1001, "import", at(999)) as work:
        work.append(kind, {}, texts, **data)


def test_a_new_kind_needs_nothing_but_its_entry(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    kind: Any = "reminded"
    entry = EventKindEntry(label="reminded the requester", message_kind="internal", undone="{number} was not reminded")
    monkeypatch.setitem(EVENT_KINDS, kind, entry)
    desk = small_desk(f"sqlite:///{tmp_path}/desk.sqlite3")
    number = register(desk, subject="Down", type="fault", requester="Kim", now=at(0)).number
    with desk.ticket(number, "note", at(1)) as work:
        work.append(kind, {}, {"body": "Asked for the log again"})
    assert describe_event(kind, {}) == "reminded the requester"
    assert undo_last_command(desk, number, now=at(2)).summary == f"Undone: {number} was not reminded"
    desk.store.close()
