"""What a procedure may leave to roles of its own: for those who have the role, whatever they are else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from deskterm.desk.billing import quotes
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_workflow, items
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.policy.permissions import GrantableAct
from deskterm.desk.tickets import closing, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists, due_times
from deskterm.errors import DeskError
from deskterm.procedure.schema import Role
from role_table import AGENTS, LEADS, ROLES
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY
from store_templates import load_shipped

LATER = MONDAY + timedelta(days=2)
LOGINS = {"viewer": "vic", "agent": "sam", "lead": "lea", "admin": "ann"}


class Named(NamedTuple):
    """An act that a procedure may leave to a role of its own, tried on a desk."""

    procedure: str
    role: str
    """Of the shipped procedure; one that is not there is made for the test."""
    type: str
    ready: Callable[[DeskSession, int], object]
    """What somebody does before."""
    act: Callable[[DeskSession, int], object]
    otherwise: set[str]
    """Who may where no role is named for it."""


def _nothing(desk: DeskSession, number: int) -> None:
    pass


def _raised(desk: DeskSession, number: int) -> None:
    update.move(desk, number, "triage", now=MONDAY)
    messages.reply(desk, number, "We look.", status="under-review", now=MONDAY)
    checklists.tick_items(desk, number, range(1, 5), checklist="to-development", outcome="code-change", now=MONDAY)
    items.raise_item(desk, number, title="Rounding", route="code-change", now=MONDAY)
    for status in ("dev-in-progress", "waiting-for-review"):
        item_workflow.move_item(desk, number, status, now=MONDAY)


def _tested(desk: DeskSession, number: int) -> None:
    _raised(desk, number)
    item_workflow.move_item(as_agent(desk, "dev-lead"), number, "waiting-qa-deployment", now=MONDAY)
    item_workflow.move_item(desk, number, "qa-in-progress", now=MONDAY)


def _set_due(desk: DeskSession, number: int) -> None:
    due_times.set_due(desk, number, "resolution", MONDAY + timedelta(hours=3), reason="x", now=MONDAY)


NAMED: dict[GrantableAct, Named] = {
    "set-due": Named("software-vendor", "customer-excellence-manager", "service-task", _nothing, _set_due, LEADS),
    "waive": Named(
        "saas-platform", "support-manager", "issue", _nothing,
        lambda d, n: due_times.waive(d, n, "response", reason="x", now=LATER), LEADS,
    ),
    "quote": Named(
        "saas-platform", "professional-services", "issue", _nothing,
        lambda d, n: quotes.send_quote(d, n, Decimal(5), now=MONDAY), AGENTS,
    ),
    "review-code": Named(
        "saas-platform", "dev-lead", "issue", _raised,
        lambda d, n: item_workflow.move_item(d, n, "waiting-qa-deployment", now=MONDAY), AGENTS,
    ),
    "approve-release": Named(
        "saas-platform", "qa", "issue", _tested,
        lambda d, n: item_workflow.move_item(d, n, "ready-for-release", now=MONDAY), AGENTS,
    ),
    "close": Named(
        "web-agency", "closer", "problem", _nothing,
        lambda d, n: closing.close(d, n, "not-a-client", now=MONDAY), AGENTS,
    ),
    "retype": Named(
        "web-agency", "sorter", "problem", _nothing,
        lambda d, n: update.edit(d, n, type="question", now=MONDAY), AGENTS,
    ),
}  # fmt: skip


def _desk(tmp_path: Path, part: Named, *, act: GrantableAct | None) -> tuple[DeskSession, int]:
    """A desk where a role of the procedure has the act, or (None) where no role has any, and a ticket."""
    roles = load_shipped(part.procedure).roles
    if part.role not in {role.key for role in roles} and act is not None:
        roles = (*roles, Role(key=part.role, label=part.role.title(), may=(act,)))
    development_of = load_shipped(part.procedure).development
    changes: dict[str, object] = {"roles": roles}
    if act is None:
        unsigned = tuple(status.model_copy(update={"approval": None}) for status in development_of.statuses)
        changes["roles"] = tuple(role.model_copy(update={"may": ()}) for role in roles)
        changes["development"] = development_of.model_copy(update={"statuses": unsigned})
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", part.procedure, **changes)
    people = [{"login": "vic", "name": "Vic", "role": "viewer"}]
    seed_agents(desk, people, now=MONDAY)
    number = register(
        desk, subject="x", type=part.type, email="lou@larch.example", incomplete=True, now=MONDAY
    ).number  # fmt: skip
    part.ready(desk, number)
    return desk, number


def test_every_act_that_can_be_left_to_a_role_is_tried_here() -> None:
    assert set(NAMED) == set(get_args(GrantableAct))


@pytest.mark.parametrize("act", NAMED)
def test_what_a_procedure_leaves_to_a_role_of_its_own_is_for_those_who_have_it(
    act: GrantableAct, tmp_path: Path
) -> None:
    part = NAMED[act]
    desk, number = _desk(tmp_path, part, act=act)
    for login in LOGINS.values():
        with pytest.raises(DeskError, match=r"Only somebody with the role .* may |A viewer may not "):
            part.act(as_agent(desk, login), number)
    part.act(as_agent(desk, part.role), number)
    desk.store.close()


@pytest.mark.parametrize("act", NAMED)
@pytest.mark.parametrize("role", ROLES)
def test_what_it_leaves_to_nobody_in_particular_is_for_leads_or_part_of_the_work(
    role: str, act: GrantableAct, tmp_path: Path
) -> None:
    part = NAMED[act]
    desk, number = _desk(tmp_path, part, act=None)
    if role in part.otherwise:
        part.act(as_agent(desk, LOGINS[role]), number)
    else:
        with pytest.raises(DeskError, match=r"may not .*: ask somebody with the role"):
            part.act(as_agent(desk, LOGINS[role]), number)
    desk.store.close()
