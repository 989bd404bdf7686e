"""Every command against every role: who is refused, as the table that is written out by hand says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, get_args

import pytest

from deskterm import automation
from deskterm import desk as floor
from deskterm.desk.admin import procedure_migration, rule_settings, setup, severity_scale
from deskterm.desk.api import open_desk
from deskterm.desk.billing import quotes, time_entries
from deskterm.desk.conversation import delay_notice, messages, survey, thanks_filter
from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, items, releases
from deskterm.desk.directory import absence, participants, seed_people, tier_coverage
from deskterm.desk.domain.fold import Upcoming
from deskterm.desk.history import erasure, retention, undo
from deskterm.desk.linking import duplicate, incidents, merge, separate, split
from deskterm.desk.notify import letters
from deskterm.desk.policy.permissions import Act, may
from deskterm.desk.reactions import suggestions
from deskterm.desk.reactions.dispatch import follow
from deskterm.desk.tickets import register, resolution, update
from deskterm.desk.workflow import (
    checklists,
    due_times,
    escalation,
    exemption,
    priority_dispute,
    priority_override,
    transfer,
    work_sessions,
)
from deskterm.errors import DeskError
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from role_table import BY_ITSELF, ROLES, WHO_MAY
from shipped_desk import shipped_desk
from small_desk import MONDAY, small_procedure

Command = Callable[[DeskSession, int, Any], object]
ONE, TWO = 1001, 1002
BREACH = Upcoming(0, "breach", "response", 1, "", 0)


def _purge(desk: DeskSession, now: Any) -> object:
    with open_reader(desk.store.url) as reader:
        return retention.purge(desk, reader, now=now)


COMMANDS: dict[str, tuple[Act, Command]] = {
    "register.register": ("register", lambda d, n, t: register.register(d, subject="x", type="feedback", now=t)),
    "register.supply": ("edit", lambda d, n, t: register.supply(d, n, {"module": "Invoices"}, now=t)),
    "messages.reply": ("reply", lambda d, n, t: messages.reply(d, n, "x", now=t)),
    "messages.note": ("note", lambda d, n, t: messages.note(d, n, "x", now=t)),
    "messages.customer_message": ("reply", lambda d, n, t: messages.customer_message(d, n, "x", now=t)),
    "resolution.confirm": ("move", lambda d, n, t: resolution.confirm(d, n, now=t)),
    "resolution.reject": ("move", lambda d, n, t: resolution.reject(d, n, now=t)),
    "thanks_filter.overrule_thanks": ("move", lambda d, n, t: thanks_filter.overrule_thanks(d, n, now=t)),
    "update.move": ("move", lambda d, n, t: update.move(d, n, "triage", now=t)),
    "resolution.resolve": ("reply", lambda d, n, t: resolution.resolve(d, n, "It works now.", now=t)),
    "resolution.close": ("move", lambda d, n, t: resolution.close(d, n, "duplicate", now=t)),
    "resolution.reopen": ("move", lambda d, n, t: resolution.reopen(d, n, "Kim called.", now=t)),
    "resolution.settle": ("move", lambda d, n, t: resolution.settle(d, n, now=t)),
    "update.assign": ("assign", lambda d, n, t: update.assign(d, n, "sam", now=t)),
    "absence.take_over": ("assign", lambda d, n, t: absence.take_over(d, n, now=t)),
    "update.set_severity": ("severity", lambda d, n, t: update.set_severity(d, n, "severity-2", now=t)),
    "priority_override.confirm_severity": ("severity", lambda d, n, t: priority_override.confirm_severity(d, n, now=t)),
    "priority_override.prioritise": (
        "priority",
        lambda d, n, t: priority_override.prioritise(d, n, "urgent", override="x", now=t),
    ),
    "update.set_priority": ("priority", lambda d, n, t: update.set_priority(d, n, "urgent", now=t)),
    "priority_dispute.settle": ("priority", lambda d, n, t: priority_dispute.settle(d, n, now=t)),
    "priority_dispute.dispute": ("escalate", lambda d, n, t: priority_dispute.dispute(d, n, "We lose money.", now=t)),
    "update.tag": ("tag", lambda d, n, t: update.tag(d, n, ["a"], now=t)),
    "update.edit": ("edit", lambda d, n, t: update.edit(d, n, subject="y", now=t)),
    "update.edit type": ("edit", lambda d, n, t: update.edit(d, n, type="guidance", now=t)),
    "update.set_organisation": ("edit", lambda d, n, t: update.set_organisation(d, n, "larch", now=t)),
    "update.change": (
        "edit",
        lambda d, n, t: update.change(d, n, subject="z", status="triage", now=t),
    ),
    "update.change severity": ("severity", lambda d, n, t: update.change(d, n, severity="severity-2", now=t)),
    "transfer.transfer": ("transfer", lambda d, n, t: transfer.transfer(d, n, department="product", now=t)),
    "duplicate.duplicate": ("link", lambda d, n, t: duplicate.duplicate(d, n, ONE, now=t)),
    "merge.merge": ("link", lambda d, n, t: merge.merge(d, n, ONE, now=t)),
    "separate.separate": ("link", lambda d, n, t: separate.separate(d, n, "x", now=t)),
    "split.split": ("link", lambda d, n, t: split.split(d, n, 1, now=t)),
    "split.split_items": ("link", lambda d, n, t: split.split_items(d, n, 1, now=t)),
    "incidents.attach": ("link", lambda d, n, t: incidents.attach(d, n, TWO, now=t)),
    "incidents.announce": ("reply", lambda d, n, t: incidents.announce(d, n, "x", now=t)),
    "incidents.detach": ("link", lambda d, n, t: incidents.detach(d, n, now=t)),
    "incidents.resolve": ("reply", lambda d, n, t: incidents.resolve(d, n, "All is up.", now=t)),
    "work_sessions.start": ("work", lambda d, n, t: work_sessions.start(d, n, now=t)),
    "work_sessions.stop": ("work", lambda d, n, t: work_sessions.stop(d, n, now=t)),
    "due_times.snooze": ("snooze", lambda d, n, t: due_times.snooze(d, n, t + timedelta(hours=1), now=t)),
    "due_times.schedule": ("schedule", lambda d, n, t: due_times.schedule(d, n, "2026-11-26", now=t)),
    "due_times.set_due": ("set-due", lambda d, n, t: due_times.set_due(d, n, "resolution", t, reason="x", now=t)),
    "due_times.clear_due": ("set-due", lambda d, n, t: due_times.clear_due(d, n, "resolution", reason="x", now=t)),
    "due_times.waive": ("waive", lambda d, n, t: due_times.waive(d, n, "response", reason="x", now=t)),
    "due_times.notice": ("notice", lambda d, n, t: due_times.notice(d, n, BREACH, now=t)),
    "participants.add": ("participate", lambda d, n, t: participants.add(d, n, "Lou", email="lou@x.example", now=t)),
    "participants.remove": ("participate", lambda d, n, t: participants.remove(d, n, "Lou", now=t)),
    "checklists.check": ("check", lambda d, n, t: checklists.check(d, n, [1], checklist="to-development", now=t)),
    "escalation.escalate": ("escalate", lambda d, n, t: escalation.escalate(d, n, reason="x", now=t)),
    "tier_coverage.passed_on": ("escalate", lambda d, n, t: tier_coverage.passed_on(d, n, now=t)),
    "escalation.review": ("review", lambda d, n, t: escalation.review(d, n, decision="unchanged", now=t)),
    "items.raise_item": ("develop", lambda d, n, t: items.raise_item(d, n, title="x", now=t)),
    "items.join": ("develop", lambda d, n, t: items.join(d, n, ONE, now=t)),
    "item_workflow.move_item": ("develop", lambda d, n, t: item_workflow.move_item(d, n, "dev-in-progress", now=t)),
    "item_workflow.decide": ("develop", lambda d, n, t: item_workflow.decide(d, n, True, now=t)),
    "item_workflow.schedule_item": ("develop", lambda d, n, t: item_workflow.schedule_item(d, n, "2026-11-26", now=t)),
    "item_workflow.end_item": ("develop", lambda d, n, t: item_workflow.end_item(d, n, reason="x", now=t)),
    "releases.put_out": ("release", lambda d, n, t: releases.put_out(d, "2026-11-26", notes="x", now=t)),
    "time_entries.write": ("time", lambda d, n, t: time_entries.write(d, n, 60, rate=Decimal(1), now=t)),
    "time_entries.void": ("time", lambda d, n, t: time_entries.void(d, n, "1", reason="x", now=t)),
    "time_entries.correct": ("time", lambda d, n, t: time_entries.correct(d, n, "1", seconds=60, reason="x", now=t)),
    "quotes.answer": ("quote", lambda d, n, t: quotes.answer(d, n, True, now=t)),
    "quotes.request": ("quote", lambda d, n, t: quotes.request(d, n, now=t)),
    "quotes.send": ("quote", lambda d, n, t: quotes.send(d, n, Decimal(5), now=t)),
    "quotes.agree": ("time", lambda d, n, t: quotes.agree(d, n, now=t)),
    "survey.answer": ("feedback", lambda d, n, t: survey.answer(d, n, 5, now=t)),
    "survey.review": ("feedback", lambda d, n, t: survey.review(d, n, now=t)),
    "exemption.exempt": ("exempt", lambda d, n, t: exemption.exempt(d, n, "x", now=t)),
    "exemption.unexempt": ("exempt", lambda d, n, t: exemption.unexempt(d, n, now=t)),
    "undo.undo": ("undo", lambda d, n, t: undo.undo(d, n, now=t)),
    "retention.hold": ("hold", lambda d, n, t: retention.hold(d, n, "x", now=t)),
    "retention.release": ("hold", lambda d, n, t: retention.release(d, n, now=t)),
    "retention.purge": ("purge", lambda d, n, t: _purge(d, t)),
    "letters.by_phone": ("reply", lambda d, n, t: letters.by_phone(d, n, "Called.", now=t)),
    "letters.mark": ("notice", lambda d, n, t: letters.mark(d, n, "1", "sent", now=t)),
    "erasure.erase": ("erase", lambda d, n, t: erasure.erase(d, "nobody@x.example", now=t)),
    "rule_settings.switch": ("review", lambda d, n, t: rule_settings.switch(d, "complaint", False, now=t)),
    "suggestions.take": ("edit", lambda d, n, t: suggestions.take(d, n, now=t)),
    "suggestions.leave": ("edit", lambda d, n, t: suggestions.leave(d, n, now=t)),
    "absence.away": ("absence", lambda d, n, t: absence.away(d, "kim", t + timedelta(days=1), now=t)),
    "procedure_migration.migrate": ("migrate", lambda d, n, t: procedure_migration.migrate(d, t)),
    "procedure_migration.migrate_ticket": ("migrate", lambda d, n, t: procedure_migration.migrate_ticket(d, n, t)),
    "seed_people.seed_agents": (
        "seed",
        lambda d, n, t: seed_people.seed_agents(d, [{"login": "new", "name": "New"}], now=t),
    ),
    "seed_people.seed_clients": (
        "seed",
        lambda d, n, t: seed_people.seed_clients(d, [{"key": "new", "name": "New"}], now=t),
    ),
    "severity_scale.seed_severities": ("seed", lambda d, n, t: severity_scale.seed_severities(d, [], now=t)),
    "setup.apply": ("procedure", lambda d, n, t: setup.apply(d, small_procedure(), dry_run=True, now=t)),
    "delay_notice.announce_delay": ("reply", lambda d, n, t: delay_notice.announce_delay(d, n, "Tomorrow.", now=t)),
}
"""Function (and what it is asked for) → the act that it is, and a call of it; whether it then succeeds is not what is
asked here."""

NO_COMMANDS = {
    "checklists.standing_list": "reads",
    "items.at_work_on": "what commands on items are made of",
    "procedure_migration.plan": "reads: the rehearsal of migrate",
    "preview.preview": "reads",
    "retention.due": "reads",
    "split.preview": "reads",
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


class Asking(DeskSession):
    """A desk that keeps what it was asked to allow."""

    def __init__(self, store: Store, login: str) -> None:
        super().__init__(store, login, reactions=follow)
        self.asked: set[str] = set()

    def require(self, act: Act, doing: str = "") -> None:
        self.asked.add(act)
        super().require(act, doing)


def _said(command: Command, desk: DeskSession, number: int, now: Any) -> str:
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
    seed_people.seed_agents(ann, [{"login": "vic", "name": "Vic", "role": "viewer"}], now=MONDAY)
    acting = Asking(ann.store, LOGINS[role])
    wrong = {}
    for name, (act, command) in COMMANDS.items():
        number = register.register(ann, subject=name, type="feedback", email="lou@x.example", now=MONDAY).number
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
    for found in walk_packages(package.__path__, f"{package.__name__}."):
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
    seed_people.seed_agents(ann, [{"login": "vic", "name": "Vic", "role": "viewer"}], now=MONDAY)
    for login in LOGINS.values():
        assert "is away" in absence.away(open_desk(ann.store, login), login, MONDAY + timedelta(days=1), now=MONDAY)
    ann.store.close()


def test_time_of_others_is_corrected_and_struck_out_by_leads_only(tmp_path: Path) -> None:
    ann = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform")
    number = register.register(ann, subject="x", type="feedback", email="lou@x.example", now=MONDAY).number
    time_entries.write(open_desk(ann.store, "kim"), number, 600, now=MONDAY)
    changes: tuple[Callable[[DeskSession], object], ...] = (
        lambda d: time_entries.correct(d, number, "1", seconds=60, reason="x", now=MONDAY),
        lambda d: time_entries.void(d, number, "1", reason="x", now=MONDAY),
    )
    for change in changes:
        with pytest.raises(DeskError, match="is kim's: ask them, or somebody with the role lead"):
            change(open_desk(ann.store, "sam"))
    time_entries.void(open_desk(ann.store, "lea"), number, "1", reason="x", now=MONDAY)
    ann.store.close()
