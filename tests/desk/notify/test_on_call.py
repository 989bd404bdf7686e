"""Who is on call: a rota of turns apart from shifts (D-10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from corner_shop import MANUAL, SHOP
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.notify.on_call import describe_turns, list_turns
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.procedure.load import loads
from small_desk import MONDAY, ROTA, SMALL_PROCEDURE, at, small_procedure
from store_templates import create_desk
from ticket_reads import notices_to, read_ticket

CALLS = """
[[rules]]
key = "pump"
label = "A pump is dark"
on = "create"
when = { type = "fault", severity = "high" }
rota = "pumps"
assign = "on-call"
repeat = "10m"
"""
DAY = 1440


@pytest.fixture
def ward(store_url: str) -> Iterator[DeskSession]:
    """A desk on which kim, lou and sam take turns of a week, from Monday 23 November 2026 at 09:00."""
    procedure = small_procedure(SMALL_PROCEDURE + ROTA + CALLS)
    desk = open_desk(create_desk(store_url, procedure, admin_login="ann", admin_name="Ann", now=MONDAY), "ann")
    people = [
        {"login": login, "name": login, "role": "agent", "roles": "technician"} for login in ("sam", "kim", "lou")
    ]
    seed_agents(desk, people, now=MONDAY)
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def on_call(desk: DeskSession, now: datetime) -> tuple[str | None, str]:
    (turn,) = list_turns(desk, now)
    return turn.login, f"{datetime.fromtimestamp(turn.until, ZoneInfo('Europe/London')):%d %b %H:%M}"


def test_turns_go_round_in_order_and_begin_at_their_time_of_day(ward: DeskSession) -> None:
    assert on_call(ward, at(0)) == ("kim", "30 Nov 09:00")
    assert on_call(ward, at(7 * DAY) - timedelta(seconds=1)) == ("kim", "30 Nov 09:00")
    assert on_call(ward, at(7 * DAY)) == ("lou", "07 Dec 09:00")
    assert on_call(ward, at(21 * DAY)) == ("kim", "21 Dec 09:00")
    assert on_call(ward, at(-1)) == ("sam", "23 Nov 09:00")
    # In summer the turn begins at 09:00 by the clock on the wall, an hour earlier by UTC
    assert on_call(ward, datetime(2027, 4, 5, 9, 0, tzinfo=ZoneInfo("Europe/London")))[1] == "12 Apr 09:00"


def test_it_is_said_why_nobody_is_on_call(ward: DeskSession) -> None:
    def describe(now: datetime) -> str:
        (line,) = describe_turns(list(list_turns(ward, now)))
        return line

    assert describe(at(0)) == "Pumps: kim, until Mon 30 Nov 2026 09:00 GMT"
    for login in ("kim", "lou", "sam"):
        absence.set_absence(ward, login, at(2 * DAY), now=at(0))
    assert describe(at(DAY)).startswith("Pumps: nobody, because everybody who takes turns is away, until Mon 30 Nov")
    seed_agents(ward, [{"login": login, "roles": ""} for login in ("kim", "lou", "sam")], now=at(DAY))
    assert describe(at(DAY)).startswith("Pumps: nobody, because nobody has the role technician; ")


def test_whoever_is_away_is_stood_in_for_by_the_next(ward: DeskSession) -> None:
    absence.set_absence(ward, "kim", at(2 * DAY), now=at(0))
    assert on_call(ward, at(DAY))[0] == "lou"
    assert on_call(ward, at(3 * DAY))[0] == "kim"
    for login in ("kim", "lou", "sam"):
        absence.set_absence(ward, login, at(5 * DAY), now=at(3 * DAY))
    assert on_call(ward, at(4 * DAY))[0] is None


def test_a_ticket_goes_to_whoever_is_on_call_and_calls_them(ward: DeskSession) -> None:
    register(ward, subject="Dark", type="fault", severity="high", requester="Ida", now=at(8 * DAY))
    assert read_ticket(ward).row.assignee == "lou"
    assert notices_to(ward, "lou")[-1] == "A pump is dark"
    assert notices_to(ward, "kim") == []


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        ("first = 2026-11-23", 'first = 2026-11-23\nat = "9:00"', '"9:00" is no time of day: write it as 09:00'),
        ('timezone = "Europe/London"\nfirst', 'timezone = "Mars"\nfirst', '"Mars" is no time zone'),
        ('role = "technician"', 'role = "plumber"', 'there is no role "plumber"'),
        ('rota = "pumps"', 'rota = "lifts"', 'there is no rota "lifts"'),
    ],
)
def test_a_rota_that_nobody_could_follow_is_refused(before: str, after: str, refused: str) -> None:
    with pytest.raises(DeskError, match=refused):
        loads(SMALL_PROCEDURE + (ROTA + CALLS).replace(before, after), "small.toml")


def test_the_example_of_the_manual_is_a_procedure() -> None:
    example = MANUAL.read_text(encoding="utf-8").partition("Shifts say which team")[2].partition("```toml\n")[2]
    procedure = loads(SHOP + example.partition("```")[0], "shop.toml").procedure
    assert procedure.rules[-1].rota == procedure.rotas[0].key
