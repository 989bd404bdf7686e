"""What a desk decides for itself within its procedure: rules that leads switch on, and how far hand-overs have come."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.status_graph import resolve_choice
from deskterm.errors import DeskError
from deskterm.procedure.schema import Procedure, Rule
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.tables import Desk as DeskRow
from deskterm.store.db.tables import table_of

_desk = table_of(DeskRow)


def load_setting(session: Session, name: str) -> Any:
    """What the desk has decided; None where it has not."""
    found = session.execute(select(_desk.c.settings).where(_desk.c.id == 1)).scalar_one()
    return json.loads(found).get(name)


def save_setting(session: Session, name: str, value: Any) -> None:
    """Keep a decision; None takes it back."""
    row = session.execute(select(_desk.c.settings).where(_desk.c.id == 1).with_for_update()).scalar_one()
    settings = {key: kept for key, kept in {**json.loads(row), name: value}.items() if kept is not None}
    session.execute(update(_desk).where(_desk.c.id == 1).values(settings=json.dumps(settings, sort_keys=True)))


def is_rule_automatic(session: Session, rule: Rule) -> bool:
    """Whether a rule does what it says; else it suggests it."""
    if rule.mode == "lead-opt-in":
        return rule.key in (load_setting(session, "rules") or ())
    return rule.mode == "automatic"


def switch_rule(desk: DeskSession, key: str, automatic: bool, *, now: datetime) -> str:
    """Let a rule that waits for a lead's word do by itself what it says, or only suggest it (S3-08). DeskError for a
    rule that does not wait for one, and for anybody but leads and admins."""
    desk.require("review", "switch a rule")
    rule = resolve_choice("rule", key, desk.procedure.definition.rules)
    if rule.mode != "lead-opt-in":
        raise DeskError(f"{rule.label} is not for leads to switch: the procedure says that it is {rule.mode}.")
    with desk.store.writing() as session:
        before = set(load_setting(session, "rules") or ())
        after = before | {rule.key} if automatic else before - {rule.key}
        if before == after:
            raise DeskError(f"{rule.label} is {'on' if automatic else 'off'} already.")
        save_setting(session, "rules", sorted(after) or None)
        notify_change(session, None)
    return f"{rule.label}: {'done by itself from now on' if automatic else 'only suggested from now on'}"


def list_rules(session: Session, procedure: Procedure) -> list[tuple[Rule, bool]]:
    """The procedure's rules, each with whether it does what it says by itself."""
    return [(rule, is_rule_automatic(session, rule)) for rule in procedure.rules]
