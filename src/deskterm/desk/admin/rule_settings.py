"""Settings that a desk makes within its procedure: rules that leads switch on, and how far handovers have come."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError
from deskterm.procedure.schema import Procedure, Rule
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.tables import Desk as DeskRow
from deskterm.store.db.tables import table_of

_desk = table_of(DeskRow)

SWITCHABLE_MODE = "lead-opt-in"
"""The mode of a rule that leads switch; the procedure alone decides on others."""


def load_setting(session: Session, name: str) -> Any:
    """Load a setting of the desk; None when it is not set."""
    found = session.execute(select(_desk.c.settings).where(_desk.c.id == 1)).scalar_one()
    return json.loads(found).get(name)


def save_setting(session: Session, name: str, value: Any) -> None:
    """Save a setting of the desk; None removes it."""
    # The row is locked: two settings that are saved at once must not overwrite each other.
    row = session.execute(select(_desk.c.settings).where(_desk.c.id == 1).with_for_update()).scalar_one()
    settings = {key: setting for key, setting in {**json.loads(row), name: value}.items() if setting is not None}
    session.execute(update(_desk).where(_desk.c.id == 1).values(settings=json.dumps(settings, sort_keys=True)))


def is_rule_automatic(session: Session, rule: Rule) -> bool:
    """Return whether a rule acts automatically; otherwise it only makes suggestions."""
    if rule.mode == SWITCHABLE_MODE:
        return rule.key in (load_setting(session, "rules") or ())
    return rule.mode == "automatic"


def switch_rule(desk: DeskSession, key: str, automatic: bool, *, now: datetime) -> str:
    """Let a rule that leads may switch act automatically, or only make suggestions (S3-08). Return the line for the
    summary. Raises DeskError for a rule that cannot be switched or is set so already, and unless a lead or admin calls
    it."""
    desk.require("review", "switch a rule")
    rule = resolve_choice("rule", key, desk.procedure.definition.rules)
    if rule.mode != SWITCHABLE_MODE:
        raise DeskError(f"{rule.label} is not for leads to switch: the procedure says that it is {rule.mode}.")
    with desk.writing("review", "switch a rule") as session:
        before = set(load_setting(session, "rules") or ())
        after = before | {rule.key} if automatic else before - {rule.key}
        if before == after:
            raise DeskError(f"{rule.label} is {'on' if automatic else 'off'} already.")
        with recorded_changes(session, "rule", now, desk.agent.login, desk.behind):
            save_setting(session, "rules", sorted(after) or None)
        notify_change(session, None)
    return f"{rule.label}: {'done by itself from now on' if automatic else 'only suggested from now on'}"


def list_rules(session: Session, procedure: Procedure) -> list[tuple[Rule, bool]]:
    """Return the rules of the procedure, each with whether it acts automatically."""
    return [(rule, is_rule_automatic(session, rule)) for rule in procedure.rules]
