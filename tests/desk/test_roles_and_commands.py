"""Every command against every role: who is refused, as the table that is written out by hand says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, get_args

import pytest

from deskterm import automation
from deskterm import desk as floor
from deskterm.desk import (
    absence,
    checklists,
    closing,
    conversation,
    coverage,
    delays,
    development,
    disputes,
    erasure,
    escalation,
    exemption,
    feedback,
    founding,
    handling,
    incidents,
    intake,
    letters,
    linking,
    merging,
    migration,
    participants,
    prioritising,
    progress,
    promises,
    quotes,
    releases,
    retention,
    scales,
    separating,
    splitting,
    staffing,
    suggested,
    switches,
    thanks,
    time_entries,
    transfer,
    undo,
    work,
)
from deskterm.desk.desk import Desk
from deskterm.desk.fold import Upcoming
from deskterm.desk.permissions import Act, may
from deskterm.errors import DeskError
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find
from deskterm.store.engine import Store
from deskterm.store.reader import open_reader
from role_table import BY_ITSELF, ROLES, WHO_MAY
from shipped_desk import shipped_desk
from small_desk import MONDAY, small_procedure

Command = Callable[[Desk, int, Any], object]
ONE, TWO = 1001, 1002
BREACH = Upcoming(0, "breach", "response", 1, "", 0)


def _purge(desk: Desk, now: Any) -> object:
    with open_reader(desk.store.url) as reader:
        return retention.purge(desk, reader, now=now)


COMMANDS: dict[str, tuple[Act, Command]] = {
    "intake.register": ("register", lambda d, n, t: intake.register(d, subject="x", type="feedback", now=t)),
    "intake.supply": ("edit", lambda d, n, t: intake.supply(d, n, {"module": "Invoices"}, now=t)),
    "conversation.reply": ("reply", lambda d, n, t: conversation.reply(d, n, "x", now=t)),
    "conversation.note": ("note", lambda d, n, t: conversation.note(d, n, "x", now=t)),
    "conversation.customer_message": ("reply", lambda d, n, t: conversation.customer_message(d, n, "x", now=t)),
    "closing.confirm": ("move", lambda d, n, t: closing.confirm(d, n, now=t)),
    "closing.reject": ("move", lambda d, n, t: closing.reject(d, n, now=t)),
    "thanks.overrule_thanks": ("move", lambda d, n, t: thanks.overrule_thanks(d, n, now=t)),
    "handling.move": ("move", lambda d, n, t: handling.move(d, n, "triage", now=t)),
    "closing.resolve": ("reply", lambda d, n, t: closing.resolve(d, n, "It works now.", now=t)),
    "closing.close": ("move", lambda d, n, t: closing.close(d, n, "duplicate", now=t)),
    "closing.reopen": ("move", lambda d, n, t: closing.reopen(d, n, "Kim called.", now=t)),
    "closing.settle": ("move", lambda d, n, t: closing.settle(d, n, now=t)),
    "handling.assign": ("assign", lambda d, n, t: handling.assign(d, n, "sam", now=t)),
    "absence.take_over": ("assign", lambda d, n, t: absence.take_over(d, n, now=t)),
    "handling.set_severity": ("severity", lambda d, n, t: handling.set_severity(d, n, "severity-2", now=t)),
    "prioritising.confirm_severity": ("severity", lambda d, n, t: prioritising.confirm_severity(d, n, now=t)),
    "prioritising.prioritise": (
        "priority",
        lambda d, n, t: prioritising.prioritise(d, n, "urgent", override="x", now=t),
    ),
    "handling.set_priority": ("priority", lambda d, n, t: handling.set_priority(d, n, "urgent", now=t)),
    "disputes.settle": ("priority", lambda d, n, t: disputes.settle(d, n, now=t)),
    "disputes.dispute": ("escalate", lambda d, n, t: disputes.dispute(d, n, "We lose money.", now=t)),
    "handling.tag": ("tag", lambda d, n, t: handling.tag(d, n, ["a"], now=t)),
    "handling.edit": ("edit", lambda d, n, t: handling.edit(d, n, subject="y", now=t)),
    "handling.edit type": ("edit", lambda d, n, t: handling.edit(d, n, type="guidance", now=t)),
    "handling.set_organisation": ("edit", lambda d, n, t: handling.set_organisation(d, n, "larch", now=t)),
    "handling.change": (
        "edit",
        lambda d, n, t: handling.change(d, n, subject="z", status="triage", now=t),
    ),
    "handling.change severity": ("severity", lambda d, n, t: handling.change(d, n, severity="severity-2", now=t)),
    "transfer.transfer": ("transfer", lambda d, n, t: transfer.transfer(d, n, department="product", now=t)),
    "linking.duplicate": ("link", lambda d, n, t: linking.duplicate(d, n, ONE, now=t)),
    "merging.merge": ("link", lambda d, n, t: merging.merge(d, n, ONE, now=t)),
    "separating.separate": ("link", lambda d, n, t: separating.separate(d, n, "x", now=t)),
    "splitting.split": ("link", lambda d, n, t: splitting.split(d, n, 1, now=t)),
    "splitting.split_items": ("link", lambda d, n, t: splitting.split_items(d, n, 1, now=t)),
    "incidents.attach": ("link", lambda d, n, t: incidents.attach(d, n, TWO, now=t)),
    "incidents.announce": ("reply", lambda d, n, t: incidents.announce(d, n, "x", now=t)),
    "incidents.detach": ("link", lambda d, n, t: incidents.detach(d, n, now=t)),
    "incidents.resolve": ("reply", lambda d, n, t: incidents.resolve(d, n, "All is up.", now=t)),
    "work.start": ("work", lambda d, n, t: work.start(d, n, now=t)),
    "work.stop": ("work", lambda d, n, t: work.stop(d, n, now=t)),
    "promises.snooze": ("snooze", lambda d, n, t: promises.snooze(d, n, t + timedelta(hours=1), now=t)),
    "promises.schedule": ("schedule", lambda d, n, t: promises.schedule(d, n, "2026-11-26", now=t)),
    "promises.set_due": ("set-due", lambda d, n, t: promises.set_due(d, n, "resolution", t, reason="x", now=t)),
    "promises.clear_due": ("set-due", lambda d, n, t: promises.clear_due(d, n, "resolution", reason="x", now=t)),
    "promises.waive": ("waive", lambda d, n, t: promises.waive(d, n, "response", reason="x", now=t)),
    "promises.notice": ("notice", lambda d, n, t: promises.notice(d, n, BREACH, now=t)),
    "participants.add": ("participate", lambda d, n, t: participants.add(d, n, "Lou", email="lou@x.example", now=t)),
    "participants.remove": ("participate", lambda d, n, t: participants.remove(d, n, "Lou", now=t)),
    "checklists.check": ("check", lambda d, n, t: checklists.check(d, n, [1], checklist="to-development", now=t)),
    "escalation.escalate": ("escalate", lambda d, n, t: escalation.escalate(d, n, reason="x", now=t)),
    "coverage.passed_on": ("escalate", lambda d, n, t: coverage.passed_on(d, n, now=t)),
    "escalation.review": ("review", lambda d, n, t: escalation.review(d, n, decision="unchanged", now=t)),
    "development.raise_item": ("develop", lambda d, n, t: development.raise_item(d, n, title="x", now=t)),
    "development.join": ("develop", lambda d, n, t: development.join(d, n, ONE, now=t)),
    "progress.move_item": ("develop", lambda d, n, t: progress.move_item(d, n, "dev-in-progress", now=t)),
    "progress.decide": ("develop", lambda d, n, t: progress.decide(d, n, True, now=t)),
    "progress.schedule_item": ("develop", lambda d, n, t: progress.schedule_item(d, n, "2026-11-26", now=t)),
    "progress.end_item": ("develop", lambda d, n, t: progress.end_item(d, n, reason="x", now=t)),
    "releases.put_out": ("release", lambda d, n, t: releases.put_out(d, "2026-11-26", notes="x", now=t)),
    "time_entries.write": ("time", lambda d, n, t: time_entries.write(d, n, 60, rate=Decimal(1), now=t)),
    "time_entries.void": ("time", lambda d, n, t: time_entries.void(d, n, "1", reason="x", now=t)),
    "time_entries.correct": ("time", lambda d, n, t: time_entries.correct(d, n, "1", seconds=60, reason="x", now=t)),
    "quotes.answer": ("quote", lambda d, n, t: quotes.answer(d, n, True, now=t)),
    "quotes.request": ("quote", lambda d, n, t: quotes.request(d, n, now=t)),
    "quotes.send": ("quote", lambda d, n, t: quotes.send(d, n, Decimal(5), now=t)),
    "quotes.agree": ("time", lambda d, n, t: quotes.agree(d, n, now=t)),
    "feedback.answer": ("feedback", lambda d, n, t: feedback.answer(d, n, 5, now=t)),
    "feedback.review": ("feedback", lambda d, n, t: feedback.review(d, n, now=t)),
    "exemption.exempt": ("exempt", lambda d, n, t: exemption.exempt(d, n, "x", now=t)),
    "exemption.unexempt": ("exempt", lambda d, n, t: exemption.unexempt(d, n, now=t)),
    "undo.undo": ("undo", lambda d, n, t: undo.undo(d, n, now=t)),
    "retention.hold": ("hold", lambda d, n, t: retention.hold(d, n, "x", now=t)),
    "retention.release": ("hold", lambda d, n, t: retention.release(d, n, now=t)),
    "retention.purge": ("purge", lambda d, n, t: _purge(d, t)),
    "letters.by_phone": ("reply", lambda d, n, t: letters.by_phone(d, n, "Called.", now=t)),
    "letters.mark": ("notice", lambda d, n, t: letters.mark(d, n, "1", "sent", now=t)),
    "erasure.erase": ("erase", lambda d, n, t: erasure.erase(d, "nobody@x.example", now=t)),
    "switches.switch": ("review", lambda d, n, t: switches.switch(d, "complaint", False, now=t)),
    "suggested.take": ("edit", lambda d, n, t: suggested.take(d, n, now=t)),
    "suggested.leave": ("edit", lambda d, n, t: suggested.leave(d, n, now=t)),
    "absence.away": ("absence", lambda d, n, t: absence.away(d, "kim", t + timedelta(days=1), now=t)),
    "migration.migrate": ("migrate", lambda d, n, t: migration.migrate(d, t)),
    "migration.migrate_ticket": ("migrate", lambda d, n, t: migration.migrate_ticket(d, n, t)),
    "staffing.seed_agents": ("seed", lambda d, n, t: staffing.seed_agents(d, [{"login": "new", "name": "New"}], now=t)),
    "staffing.seed_clients": ("seed", lambda d, n, t: staffing.seed_clients(d, [{"key": "new", "name": "New"}], now=t)),
    "scales.seed_severities": ("seed", lambda d, n, t: scales.seed_severities(d, [], now=t)),
    "founding.apply": ("procedure", lambda d, n, t: founding.apply(d, small_procedure(), dry_run=True, now=t)),
    "delays.announce_delay": ("reply", lambda d, n, t: delays.announce_delay(d, n, "Tomorrow.", now=t)),
}
"""Function (and what it is asked for) → the act that it is, and a call of it; whether it then succeeds is not what is
asked here."""

NO_COMMANDS = {
    "checklists.standing_list": "reads",
    "development.at_work_on": "what commands on items are made of",
    "migration.plan": "reads: the rehearsal of migrate",
    "preview.preview": "reads",
    "retention.due": "reads",
    "splitting.preview": "reads",
}
"""Functions of a desk and a time that are for everybody, or are no commands, with the reason."""

ELSEWHERE = {"audit", "import", "act-as"}
"""Acts of the command line and of what it brings in, which are tried there."""

LEFT_TO_ROLES = {"set-due", "waive"}
"""What a procedure may leave to roles of its own, and asks for where the ticket is at hand."""

LOGINS = {"viewer": "vic", "agent": "sam", "lead": "lea", "admin": "ann"}


@pytest.mark.parametrize("act", get_args(Act))
def test_an_act_is_for_the_roles_that_are_written_out_here(act: Act) -> None:
    assert {role for role in ROLES if may(role, act)} == WHO_MAY[act]
    assert may("deskterm", act) is (act in BY_ITSELF)
    assert not may("stranger", act)


class Asking(Desk):
    """A desk that keeps what it was asked to allow."""

    def __init__(self, store: Store, login: str) -> None:
        super().__init__(store, login)
        self.asked: set[str] = set()

    def require(self, act: Act, doing: str = "") -> None:
        self.asked.add(act)
        super().require(act, doing)


def _said(command: Command, desk: Desk, number: int, now: Any) -> str:
    """What the command was refused with; nothing when it was done."""
    try:
        command(desk, number, now)
    except DeskError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: str, tmp_path: Path) -> None:
    named = load(find("saas-platform")).procedure.roles
    nobody_in_particular = tuple(part.model_copy(update={"may": ()}) for part in named)
    ann = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform", roles=nobody_in_particular)
    staffing.seed_agents(ann, [{"login": "vic", "name": "Vic", "role": "viewer"}], now=MONDAY)
    acting = Asking(ann.store, LOGINS[role])
    wrong = {}
    for name, (act, command) in COMMANDS.items():
        number = intake.register(ann, subject=name, type="feedback", email="lou@x.example", now=MONDAY).number
        if name == "escalation.review":  # who may depends on what was escalated to whom
            escalation.escalate(ann, number, reason="x", now=MONDAY)
        if name == "incidents.detach":  # and here, what it is attached to is looked up first
            incidents.attach(ann, number, TWO, now=MONDAY)
        acting.asked.clear()
        said = _said(command, acting, number, MONDAY)
        if role == "admin" and act not in {*acting.asked, *LEFT_TO_ROLES}:
            wrong[name] = f"asks for {acting.asked}"
        if (" may not " in said) is (role in WHO_MAY[act]):
            wrong[name] = said
    assert wrong == {}
    ann.store.close()


def test_every_act_has_a_command_and_a_line_in_the_table() -> None:
    assert {act for act, _ in COMMANDS.values()} | ELSEWHERE == set(get_args(Act)) == set(WHO_MAY)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in iter_modules(package.__path__, f"{package.__name__}."):
        yield import_module(found.name)


def test_every_function_of_a_desk_and_a_time_is_tried_with_every_role() -> None:
    """What comes to the desk later must come into the table too."""
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for package in (floor, automation)
        for module in _modules(package)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        for asked in [list(inspect.signature(function).parameters)]
        if asked[:1] == ["desk"] and "now" in asked
    }
    assert found - {name.split()[0] for name in COMMANDS} == set(NO_COMMANDS)
    for name, (_, command) in COMMANDS.items():
        function = name.split()[0].partition(".")[2]
        assert function in (*command.__code__.co_names, *_purge.__code__.co_names), f"{name} is not what is called"


def test_everybody_may_say_that_they_are_away_themselves(tmp_path: Path) -> None:
    ann = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform")
    staffing.seed_agents(ann, [{"login": "vic", "name": "Vic", "role": "viewer"}], now=MONDAY)
    for login in LOGINS.values():
        assert "is away" in absence.away(Desk(ann.store, login), login, MONDAY + timedelta(days=1), now=MONDAY)
    ann.store.close()


def test_time_of_others_is_corrected_and_struck_out_by_leads_only(tmp_path: Path) -> None:
    ann = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform")
    number = intake.register(ann, subject="x", type="feedback", email="lou@x.example", now=MONDAY).number
    time_entries.write(Desk(ann.store, "kim"), number, 600, now=MONDAY)
    changes: tuple[Callable[[Desk], object], ...] = (
        lambda d: time_entries.correct(d, number, "1", seconds=60, reason="x", now=MONDAY),
        lambda d: time_entries.void(d, number, "1", reason="x", now=MONDAY),
    )
    for change in changes:
        with pytest.raises(DeskError, match="is kim's: ask them, or somebody with the role lead"):
            change(Desk(ann.store, "sam"))
    time_entries.void(Desk(ann.store, "lea"), number, "1", reason="x", now=MONDAY)
    ann.store.close()
