"""Rules that leads switch between acting automatically and making suggestions."""

from __future__ import annotations

import pytest

from deskterm.desk.admin.rule_settings import list_rules, load_setting, save_setting, switch_rule
from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from shipped_desk import as_agent
from small_desk import MONDAY


def automatic_rules(desk: DeskSession) -> set[str]:
    with desk.store.reading() as session:
        return {rule.key for rule, automatic in list_rules(session, desk.procedure.definition) if automatic}


def test_a_lead_switches_a_rule_on_and_off_again(services: DeskSession) -> None:
    lead, before = as_agent(services, "lea"), automatic_rules(services)
    assert switch_rule(lead, "response-near", True, now=MONDAY).endswith(": done by itself from now on")
    assert automatic_rules(services) == before | {"response-near"}
    with pytest.raises(DeskError, match="is on already"):
        switch_rule(lead, "response-near", True, now=MONDAY)
    assert switch_rule(lead, "response-near", False, now=MONDAY).endswith(": only suggested from now on")
    assert automatic_rules(services) == before
    with services.store.reading() as session:
        assert load_setting(session, "rules") is None


def test_a_rule_of_another_mode_is_not_for_leads_to_switch(services: DeskSession) -> None:
    lead = as_agent(services, "lea")
    with pytest.raises(DeskError, match="is not for leads to switch: the procedure says that it is automatic"):
        switch_rule(lead, "critical", False, now=MONDAY)


def test_settings_are_saved_beside_each_other_and_removed_by_none(services: DeskSession) -> None:
    with services.store.writing() as session:
        save_setting(session, "first", 1)
        save_setting(session, "second", ["a"])
        save_setting(session, "first", None)
    with services.store.reading() as session:
        assert (load_setting(session, "first"), load_setting(session, "second")) == (None, ["a"])
