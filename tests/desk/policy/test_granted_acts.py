"""Acts that a procedure grants to roles of its own: for those who have such a role, whatever else they are."""

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
from deskterm.desk.workflow import checklists, due_times, escalation
from deskterm.errors import DeskError
from deskterm.procedure.schema import Role
from role_table import AGENTS, LEADS, ROLES
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY
from store_templates import load_shipped

LATER = MONDAY + timedelta(days=2)
LOGINS = {"viewer": "vic", "agent": "sam", "lead": "lea", "admin": "ann"}


class GrantCase(NamedTuple):
    """An act that a procedure may grant, and a command that needs it."""

    procedure: str
    role: str
    """Role of the shipped procedure; one that it lacks is added for the test."""
    type: str
    prepare: Callable[[DeskSession, int], object]
    """Brings the ticket to where the command is possible."""
    act: Callable[[DeskSession, int], object]
    allowed_without_grant: set[str]
    """Roles that may do it where it is granted to no role of the procedure."""


def _nothing(desk: DeskSession, number: int) -> None:
    pass


def _raise_item(desk: DeskSession, number: int) -> None:
    update.move(desk, number, "triage", now=MONDAY)
    messages.reply(desk, number, "We look.", status="under-review", now=MONDAY)
    checklists.tick_items(desk, number, range(1, 5), checklist="to-development", outcome="code-change", now=MONDAY)
    items.raise_item(desk, number, title="Rounding", route="code-change", now=MONDAY)
    for status in ("dev-in-progress", "waiting-for-review"):
        item_workflow.move_item(desk, number, status, now=MONDAY)


def _test_item(desk: DeskSession, number: int) -> None:
    _raise_item(desk, number)
    item_workflow.move_item(as_agent(desk, "dev-lead"), number, "waiting-qa-deployment", now=MONDAY)
    item_workflow.move_item(desk, number, "qa-in-progress", now=MONDAY)


def _set_due(desk: DeskSession, number: int) -> None:
    due_times.set_due(desk, number, "resolution", MONDAY + timedelta(hours=3), reason="x", now=MONDAY)


CASES: dict[GrantableAct, GrantCase] = {
    "set-due": GrantCase("software-vendor", "customer-excellence-manager", "service-task", _nothing, _set_due, LEADS),
    "waive": GrantCase(
        "saas-platform", "support-manager", "issue", _nothing,
        lambda d, n: due_times.waive(d, n, "response", reason="x", now=LATER), LEADS,
    ),
    "quote": GrantCase(
        "saas-platform", "professional-services", "issue", _nothing,
        lambda d, n: quotes.send_quote(d, n, Decimal(5), now=MONDAY), AGENTS,
    ),
    "review-code": GrantCase(
        "saas-platform", "dev-lead", "issue", _raise_item,
        lambda d, n: item_workflow.move_item(d, n, "waiting-qa-deployment", now=MONDAY), AGENTS,
    ),
    "approve-release": GrantCase(
        "saas-platform", "qa", "issue", _test_item,
        lambda d, n: item_workflow.move_item(d, n, "ready-for-release", now=MONDAY), AGENTS,
    ),
    "close": GrantCase(
        "web-agency", "closer", "problem", _nothing,
        lambda d, n: closing.close(d, n, "not-a-client", now=MONDAY), AGENTS,
    ),
    "retype": GrantCase(
        "web-agency", "sorter", "problem", _nothing,
        lambda d, n: update.edit(d, n, type="question", now=MONDAY), AGENTS,
    ),
    "skip-level": GrantCase(
        "saas-platform", "jumper", "issue", _nothing,
        lambda d, n: escalation.escalate(d, n, level="4", reason="x", criterion="y", now=MONDAY), LEADS,
    ),
}  # fmt: skip


def _desk(tmp_path: Path, case: GrantCase, *, act: GrantableAct | None) -> tuple[DeskSession, int]:
    """Make a desk whose procedure grants the act to a role, or (None) no act to any, and a ticket."""
    roles = load_shipped(case.procedure).roles
    if case.role not in {role.key for role in roles} and act is not None:
        roles = (*roles, Role(key=case.role, label=case.role.title(), may=(act,)))
    development_of = load_shipped(case.procedure).development
    changes: dict[str, object] = {"roles": roles}
    if act is None:
        unsigned = tuple(status.model_copy(update={"approval": None}) for status in development_of.statuses)
        changes["roles"] = tuple(role.model_copy(update={"may": ()}) for role in roles)
        changes["development"] = development_of.model_copy(update={"statuses": unsigned})
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", case.procedure, **changes)
    people = [{"login": "vic", "name": "Vic", "role": "viewer"}]
    seed_agents(desk, people, now=MONDAY)
    number = register(
        desk, subject="x", type=case.type, email="lou@larch.example", incomplete=True, now=MONDAY
    ).number  # fmt: skip
    case.prepare(desk, number)
    return desk, number


def test_every_grantable_act_is_tried_here() -> None:
    assert set(CASES) == set(get_args(GrantableAct))


@pytest.mark.parametrize("act", CASES)
def test_a_granted_act_is_for_those_who_have_the_role(act: GrantableAct, tmp_path: Path) -> None:
    case = CASES[act]
    desk, number = _desk(tmp_path, case, act=act)
    for login in LOGINS.values():
        with pytest.raises(DeskError, match=r"Only somebody with the role .* may |A viewer may not "):
            case.act(as_agent(desk, login), number)
    case.act(as_agent(desk, case.role), number)
    desk.store.close()


@pytest.mark.parametrize("act", CASES)
@pytest.mark.parametrize("role", ROLES)
def test_an_act_that_is_granted_to_nobody_is_for_the_roles_of_the_desk(
    role: str, act: GrantableAct, tmp_path: Path
) -> None:
    case = CASES[act]
    desk, number = _desk(tmp_path, case, act=None)
    if role in case.allowed_without_grant:
        case.act(as_agent(desk, LOGINS[role]), number)
    else:
        with pytest.raises(DeskError, match=r"may not .*: ask somebody with the role"):
            case.act(as_agent(desk, LOGINS[role]), number)
    desk.store.close()
