"""Every command against every role: who is refused, and that the table of acts says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest

from desk_story import Story
from deskterm.desk import (
    absence,
    checklists,
    closing,
    conversation,
    coverage,
    development,
    disputes,
    erasure,
    escalation,
    exemption,
    feedback,
    founding,
    handling,
    incidents,
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
from deskterm.desk.intake import register, supply
from deskterm.desk.permissions import ALLOWED, Act
from deskterm.errors import DeskError
from deskterm.store.reader import open_reader
from small_desk import small_procedure

Command = Callable[[Desk, int, Any], object]
ONE, TWO = 1001, 1002
COMMANDS: dict[str, tuple[Act, Command]] = {
    "register": ("register", lambda d, n, t: register(d, subject="x", type="feedback", now=t)),
    "supply": ("edit", lambda d, n, t: supply(d, n, {"module": "Invoices"}, now=t)),
    "reply": ("reply", lambda d, n, t: conversation.reply(d, n, "x", now=t)),
    "note": ("note", lambda d, n, t: conversation.note(d, n, "x", now=t)),
    "customer's message": ("reply", lambda d, n, t: conversation.customer_message(d, n, "x", now=t)),
    "confirm": ("reply", lambda d, n, t: closing.confirm(d, n, now=t)),
    "reject": ("reply", lambda d, n, t: closing.reject(d, n, now=t)),
    "overrule thanks": ("reply", lambda d, n, t: thanks.overrule_thanks(d, n, now=t)),
    "move": ("move", lambda d, n, t: handling.move(d, n, "triage", now=t)),
    "resolve": ("reply", lambda d, n, t: closing.resolve(d, n, "It works now.", now=t)),
    "close": ("move", lambda d, n, t: closing.close(d, n, "duplicate", now=t)),
    "reopen": ("move", lambda d, n, t: closing.reopen(d, n, "Kim called.", now=t)),
    "assign": ("assign", lambda d, n, t: handling.assign(d, n, "sam", now=t)),
    "take over": ("assign", lambda d, n, t: absence.take_over(d, n, now=t)),
    "severity": ("severity", lambda d, n, t: handling.set_severity(d, n, "severity-2", now=t)),
    "confirm severity": ("severity", lambda d, n, t: prioritising.confirm_severity(d, n, now=t)),
    "priority": ("priority", lambda d, n, t: handling.set_priority(d, n, "urgent", now=t)),
    "settle a dispute": ("priority", lambda d, n, t: disputes.settle(d, n, now=t)),
    "tag": ("tag", lambda d, n, t: handling.tag(d, n, ["a"], now=t)),
    "edit": ("edit", lambda d, n, t: handling.edit(d, n, subject="y", now=t)),
    "retype": ("edit", lambda d, n, t: handling.edit(d, n, type="guidance", now=t)),
    "client": ("edit", lambda d, n, t: handling.set_organisation(d, n, "larch", now=t)),
    "transfer": ("transfer", lambda d, n, t: transfer.transfer(d, n, department="product", now=t)),
    "duplicate": ("link", lambda d, n, t: linking.duplicate(d, n, ONE, now=t)),
    "merge": ("link", lambda d, n, t: merging.merge(d, n, ONE, now=t)),
    "split": ("link", lambda d, n, t: splitting.split(d, n, 1, now=t)),
    "split items": ("link", lambda d, n, t: splitting.split_items(d, n, 1, now=t)),
    "attach": ("link", lambda d, n, t: incidents.attach(d, n, TWO, now=t)),
    "announce": ("reply", lambda d, n, t: incidents.announce(d, n, "x", now=t)),
    "start work": ("work", lambda d, n, t: work.start(d, n, now=t)),
    "stop work": ("work", lambda d, n, t: work.stop(d, n, now=t)),
    "snooze": ("snooze", lambda d, n, t: promises.snooze(d, n, t + timedelta(hours=1), now=t)),
    "schedule": ("schedule", lambda d, n, t: promises.schedule(d, n, "2026-11-26", now=t)),
    "set due": ("set-due", lambda d, n, t: promises.set_due(d, n, "resolution", t, reason="x", now=t)),
    "clear due": ("set-due", lambda d, n, t: promises.clear_due(d, n, "resolution", reason="x", now=t)),
    "participant": ("participate", lambda d, n, t: participants.add(d, n, "Lou", email="lou@x.example", now=t)),
    "no participant": ("participate", lambda d, n, t: participants.remove(d, n, "Lou", now=t)),
    "check": ("check", lambda d, n, t: checklists.check(d, n, [1], checklist="to-development", now=t)),
    "escalate": ("escalate", lambda d, n, t: escalation.escalate(d, n, reason="x", now=t)),
    "passed on": ("escalate", lambda d, n, t: coverage.passed_on(d, n, now=t)),
    "review": ("review", lambda d, n, t: escalation.review(d, n, decision="unchanged", now=t)),
    "raise an item": ("develop", lambda d, n, t: development.raise_item(d, n, title="x", now=t)),
    "join an item": ("develop", lambda d, n, t: development.join(d, n, ONE, now=t)),
    "move an item": ("develop", lambda d, n, t: progress.move_item(d, n, "dev-in-progress", now=t)),
    "decide": ("develop", lambda d, n, t: progress.decide(d, n, True, now=t)),
    "release": ("release", lambda d, n, t: releases.put_out(d, "2026-11-26", notes="x", now=t)),
    "write time": ("time", lambda d, n, t: time_entries.write(d, n, 60, rate=Decimal(1), now=t)),
    "void time": ("time", lambda d, n, t: time_entries.void(d, n, "1", reason="x", now=t)),
    "answer a quote": ("quote", lambda d, n, t: quotes.answer(d, n, True, now=t)),
    "feedback": ("feedback", lambda d, n, t: feedback.answer(d, n, 5, now=t)),
    "exempt": ("exempt", lambda d, n, t: exemption.exempt(d, n, "x", now=t)),
    "unexempt": ("exempt", lambda d, n, t: exemption.unexempt(d, n, now=t)),
    "undo": ("undo", lambda d, n, t: undo.undo(d, n, now=t)),
    "hold": ("hold", lambda d, n, t: retention.hold(d, n, "x", now=t)),
    "release a hold": ("hold", lambda d, n, t: retention.release(d, n, now=t)),
    "by phone": ("reply", lambda d, n, t: letters.by_phone(d, n, "Called.", now=t)),
    "erase": ("erase", lambda d, n, t: erasure.erase(d, "nobody@x.example", now=t)),
    "switch a rule": ("review", lambda d, n, t: switches.switch(d, "complaint", False, now=t)),
    "take a suggestion": ("edit", lambda d, n, t: suggested.take(d, n, now=t)),
    "absence of another": ("absence", lambda d, n, t: absence.away(d, "kim", t + timedelta(days=1), now=t)),
    "migrate": ("migrate", lambda d, n, t: migration.migrate(d, t)),
    "seed agents": ("seed", lambda d, n, t: staffing.seed_agents(d, [{"login": "new", "name": "New"}], now=t)),
    "seed clients": ("seed", lambda d, n, t: staffing.seed_clients(d, [{"key": "new", "name": "New"}], now=t)),
    "seed severities": ("seed", lambda d, n, t: scales.seed_severities(d, [], now=t)),
    "procedure": ("procedure", lambda d, n, t: founding.apply(d, small_procedure(), dry_run=True, now=t)),
}
"""Command → the act that it is, and a call of it; whether it then succeeds is not what is asked here."""

ELSEWHERE = {"notice", "waive", "audit", "import", "act-as", "purge"}
"""Acts of the runner, of a named role, and of the command line and the console."""

PEOPLE: list[dict[str, Any]] = [
    {"login": "vic", "name": "Vic", "role": "viewer"},
    {"login": "kim", "name": "Kim", "role": "agent"},
    {"login": "sam", "name": "Sam", "role": "agent"},
    {"login": "lea", "name": "Lea", "role": "lead"},
]
LOGINS = {"viewer": "vic", "agent": "sam", "lead": "lea", "admin": "ann"}


def _said(command: Command, desk: Desk, number: int, now: Any) -> str:
    """What the command was refused with; nothing when it was done."""
    try:
        command(desk, number, now)
    except DeskError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("role", LOGINS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: str, tmp_path: Path) -> None:
    story = Story(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform", "2026-11-23T09:00+00:00", people=PEOPLE)
    acting = story.by(LOGINS[role])
    wrong = {}
    for name, (act, command) in COMMANDS.items():
        number = register(story.by("ann"), subject=name, type="feedback", email="lou@x.example", now=story.now).number
        if name == "review":  # who may depends on what was escalated to whom
            escalation.escalate(story.by("ann"), number, reason="x", now=story.now)
        said = _said(command, acting, number, story.now)
        if (" may not " in said) is (act in ALLOWED[role]):
            wrong[name] = said
    assert wrong == {}
    story.store.close()


def test_every_act_of_the_table_has_a_command() -> None:
    assert {act for act, _ in COMMANDS.values()} | ELSEWHERE == set(get_args(Act))


NAMED: dict[str, tuple[str, str, Command]] = {
    "set-due": ("software-vendor", "customer-excellence-manager", lambda d, n, t: promises.set_due(
        d, n, "resolution", t + timedelta(hours=1), reason="x", now=t)),
    "waive": ("saas-platform", "support-manager", lambda d, n, t: promises.waive(d, n, "response", reason="x", now=t)),
    "quote": ("saas-platform", "professional-services", lambda d, n, t: quotes.send(d, n, Decimal(5), now=t)),
}  # fmt: skip


@pytest.mark.parametrize("act", NAMED)
def test_what_a_procedure_leaves_to_a_role_of_its_own_is_for_those_who_have_it(act: str, tmp_path: Path) -> None:
    procedure, role, command = NAMED[act]
    people = [*PEOPLE, {"login": "own", "name": "Own", "role": "agent", "roles": role}]
    story = Story(f"sqlite:///{tmp_path / 'desk.sqlite3'}", procedure, "2026-11-23T09:00+00:00", people=people)
    kind = "service-task" if procedure == "software-vendor" else "feedback"
    number = register(story.by("ann"), subject="x", type=kind, incomplete=True, now=story.now).number
    for login in ("sam", "lea", "ann"):
        with pytest.raises(DeskError, match=r"Only somebody with the role .* may "):
            command(story.by(login), number, story.now)
    assert " may " not in _said(command, story.by("own"), number, story.now)
    story.store.close()


def test_only_an_admin_purges(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    story = Story(url, "saas-platform", "2026-11-23T09:00+00:00", people=PEOPLE)
    with open_reader(url) as reader:
        for login in ("vic", "sam", "lea"):
            with pytest.raises(DeskError, match="may not purge"):
                retention.purge(story.by(login), reader, now=story.now)
        retention.purge(story.by("ann"), reader, now=story.now)
    story.store.close()
