"""`deskterm rule`: the procedure's rules, and whether they act or only suggest."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines, print_summary
from deskterm.cli.runtime.table import print_table
from deskterm.desk.admin import rule_settings
from deskterm.desk.admin.rule_settings import SWITCHABLE_MODE

Key = Annotated[str, typer.Argument(help="The rule, by key or label.")]


def list_rules(context: typer.Context, as_json: AsJson = False) -> None:
    """List the rules, whether they act by themselves, and which of them a lead may switch."""
    cli: CliContext = context.obj
    desk = cli.open_desk()
    with desk.store.reading() as session:
        settings = rule_settings.list_rules(session, desk.procedure.definition)
    if as_json:
        print_json(
            [
                {
                    "key": rule.key,
                    "label": rule.label,
                    "on": rule.on,
                    "mode": rule.mode,
                    "by_itself": by_itself,
                    "switchable": rule.mode == SWITCHABLE_MODE,
                }
                for rule, by_itself in settings
            ]
        )
    elif settings:
        rows = [
            (
                rule.key,
                rule.on,
                "does it" if by_itself else "suggests it",
                "–" if rule.mode != SWITCHABLE_MODE else "off" if by_itself else "on",
                rule.label,
            )
            for rule, by_itself in settings
        ]
        print_table(("Rule", "When", "What", "Switch", "Name"), rows)
        if any(rule.mode == SWITCHABLE_MODE for rule, _ in settings):
            print_lines(["A lead switches those with on or off: `deskterm rule on RULE`, `deskterm rule off RULE`."])
    else:
        print_lines(["This procedure has no rules."])


def switch_on(context: typer.Context, key: Key, as_json: AsJson = False) -> None:
    """Let a rule that waits for a lead's word act by itself."""
    _switch(context.obj, key, True, as_json)


def switch_off(context: typer.Context, key: Key, as_json: AsJson = False) -> None:
    """Let such a rule only suggest."""
    _switch(context.obj, key, False, as_json)


def _switch(cli: CliContext, key: str, on: bool, as_json: bool) -> None:
    summary = rule_settings.switch_rule(cli.open_desk(), key, on, now=cli.now())
    print_summary(summary, as_json, rule=key, by_itself=on)
