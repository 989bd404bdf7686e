"""Rotas: who is on call, in turns, apart from shifts (D-10).

The holders of a rota's role take turns in the order of their logins. Whoever is away is stood in for by the next of
them. People are the desk's data: a procedure names the role, `deskterm seed agents` those who hold it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.notify.recipients import StaffDirectory, ensure_recipients, notify_staff, resolve_recipients
from deskterm.errors import DeskError
from deskterm.procedure.schema import Procedure, Rota, Rule
from deskterm.sla.zones import format_local_time


class Turn(NamedTuple):
    """A turn of a rota. login: who is on call, None where nobody holds the role or all are away; until: its end, epoch
    seconds; is_held: somebody holds the role."""

    rota: Rota
    login: str | None
    until: int
    is_held: bool


def find_on_call(procedure: Procedure, key: str | None, staff: StaffDirectory, at: int) -> str | None:
    """Return who is on call by a rota at an instant, epoch seconds; None for no rota and where nobody is."""
    rota = next((rota for rota in procedure.rotas if rota.key == key), None)
    return None if rota is None else find_turn(rota, staff, at).login


def find_turn(rota: Rota, staff: StaffDirectory, at: int) -> Turn:
    """Return the turn of a rota that an instant lies in, epoch seconds. Before the first turn it is as if others had
    gone before."""
    zone = ZoneInfo(rota.timezone)
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    changes_at = time.fromisoformat(rota.at)
    # By dates, so that a turn begins at its time of day through every change of the clocks
    day = local.date() if local.timetz().replace(tzinfo=None) >= changes_at else local.date() - timedelta(days=1)
    number = (day - rota.first).days // rota.days
    end = datetime.combine(rota.first + timedelta(days=(number + 1) * rota.days), changes_at, zone)
    holders = staff.role_holders(rota.role)
    turns = [holders[(number + step) % len(holders)] for step in range(len(holders))]
    return Turn(rota, next(iter(staff.filter_present(turns, at)), None), int(end.timestamp()), bool(holders))


def list_turns(desk: DeskSession, at: datetime) -> Iterator[Turn]:
    """Yield the turn that is on of every rota, in the order of the procedure."""
    with desk.store.reading() as session:
        staff = StaffDirectory(session)
        for rota in desk.procedure.definition.rotas:
            yield find_turn(rota, staff, int(at.timestamp()))


def describe_turns(turns: Sequence[Turn]) -> list[str]:
    """Describe each turn by the wall clock of its rota: `Pumps: sam, until Mon 30 Nov 2026 09:00 GMT`. Raises DeskError
    where the procedure has no rota."""
    if not turns:
        raise DeskError("This procedure has no rota: give it one under [[rotas]].")
    return [_describe_turn(turn) for turn in turns]


def _describe_turn(turn: Turn) -> str:
    label = turn.rota.label
    if not turn.is_held:
        return f"{label}: nobody, because nobody has the role {turn.rota.role}; `deskterm seed agents` gives it"
    who = turn.login or "nobody, because everybody who takes turns is away"
    return f"{label}: {who}, until {format_local_time(turn.until, turn.rota.timezone)}"


def notify_by_rule(
    work: TicketTransaction, rule: Rule, text: str, recipient_words: tuple[str, ...], *, at_once: bool = False
) -> None:
    """Notify those whom a rule names, and whoever is on call by its rota; where they stand for nobody, whoever looks
    after the ticket. at_once: as for `notify_staff`."""
    staff = StaffDirectory(work.session)
    procedure = work.procedure.definition
    on_call = find_on_call(procedure, rule.rota, staff, work.at)
    logins = resolve_recipients(staff, procedure, work.state, recipient_words)
    recipients = list(dict.fromkeys([*([on_call] if on_call else []), *logins]))
    notify_staff(work, ensure_recipients(work, staff, recipients), rule.key, text, at_once=at_once, by_rule=rule.key)
