"""A small desk with weeks of random work, and what stood in its tables at some instants, read then and there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import duplicate, merge, separate
from deskterm.desk.tickets import assignment, register, update
from deskterm.desk.workflow import due_times, exemption
from deskterm.errors import DeskError
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from small_desk import at, small_desk
from store_templates import copy_store

ACTS = 200
"""Commands that are tried; some of them are refused."""
SEED = 7


class Snapshot(NamedTuple):
    """What stood in the tables at an instant, epoch seconds: open tickets with status, severity, team and agent, and
    the solved ones with the instant of their resolution."""

    at: int
    open: dict[int, tuple[str, str | None, str | None, str | None]]
    solved: dict[int, str]


SNAPSHOTS: list[Snapshot] = []


def figures_desk(url: str) -> DeskSession:
    """Create the desk; `SNAPSHOTS` has what was read while it was made."""
    return open_desk(copy_store(url, ("figures desk", ACTS, SEED), _create, shared=False), "ann")


def _create(url: str) -> Store:
    SNAPSHOTS.clear()
    desk, random = small_desk(url), Random(SEED)
    minute, numbers = 0, list[int]()
    for step in range(ACTS):
        # Nights and weekends too: five weeks in all
        minute += random.choice((3, 20, 60, 200, 600))
        if step % 5 == 0:
            numbers.append(_register(desk, random, minute))
        else:
            act = random.choice(_ACTS)
            with suppress(DeskError):  # closed already, or of another kind: so is life
                act(desk, random.choice(numbers), random, minute)
        if step % 40 == 39:
            SNAPSHOTS.append(_read(desk, minute))
    return desk.store


def _register(desk: DeskSession, random: Random, minute: int) -> int:
    severity = random.choice(("high", "low"))
    # Some were written down only an hour later
    received = at(minute - random.choice((0, 0, 60)))
    return register.register(
        desk,
        type="fault",
        severity=severity,
        subject="Matter",
        requester="Ida",
        received_at=received,
        now=at(minute),
    ).number


def _read(desk: DeskSession, minute: int) -> Snapshot:
    with open_reader(desk.store.url) as reader:
        rows = reader.rows("SELECT id, status, severity, team, assignee, is_open FROM ticket")
        solved = reader.rows("SELECT id, status FROM ticket WHERE solved_at IS NOT NULL")
    return Snapshot(
        int(at(minute).timestamp()),
        {number: (status, severity, team, agent) for number, status, severity, team, agent, is_open in rows if is_open},
        dict(solved),
    )


def _move(status: str) -> Callable[..., Any]:
    def act(desk: DeskSession, number: int, random: Random, minute: int) -> Any:
        return update.move(desk, number, status, anyway=True, now=at(minute))

    return act


_ACTS: tuple[Callable[..., Any], ...] = (
    lambda desk, number, random, minute: messages.reply(desk, number, "We look into it.", now=at(minute)),
    lambda desk, number, random, minute: messages.record_customer_message(
        desk, number, "It is back.", author="Ida", now=at(minute)
    ),
    lambda desk, number, random, minute: assignment.assign(desk, number, random.choice(("sam", "kim")), now=at(minute)),
    lambda desk, number, random, minute: update.set_severity(
        desk, number, random.choice(("high", "low")), now=at(minute)
    ),
    _move("working"),
    _move("waiting"),
    _move("solved"),
    _move("solved"),
    _move("closed"),
    _move("working"),
    lambda desk, number, random, minute: duplicate.close_as_duplicate(desk, number, 1001, now=at(minute)),
    lambda desk, number, random, minute: merge.merge_into(desk, number, 1002, now=at(minute)),
    lambda desk, number, random, minute: separate.separate_ticket(desk, number, "another matter", now=at(minute)),
    lambda desk, number, random, minute: undo_last_command(desk, number, now=at(minute)),
    lambda desk, number, random, minute: due_times.waive(desk, number, "response", reason="storm", now=at(minute)),
    lambda desk, number, random, minute: exemption.exempt(desk, number, "a storm", now=at(minute)),
)
