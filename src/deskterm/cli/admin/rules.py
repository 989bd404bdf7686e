"""`deskterm rule`: the procedure's rules, and those that leads switch."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson

Key = Annotated[str, typer.Argument(help="The rule, by key or label.")]


def list_rules(context: typer.Context, as_json: AsJson = False) -> None:
    """List the rules, and whether they act by themselves."""
    from deskterm.cli.runtime import output
    from deskterm.desk.admin.rule_settings import list_rules

    invocation: CliContext = context.obj
    desk = invocation.desk()
    with desk.store.reading() as session:
        found = list_rules(session, desk.procedure.definition)
    if as_json:
        output.print_json(
            [
                {"key": rule.key, "label": rule.label, "on": rule.on, "mode": rule.mode, "by_itself": by_itself}
                for rule, by_itself in found
            ]
        )
    elif found:
        rows = [(rule.key, rule.on, "does it" if by_itself else "suggests it", rule.label) for rule, by_itself in found]
        output.print_table(("Rule", "When", "What", ""), rows)
    else:
        output.print_lines(["This procedure has no rules."])


def on(context: typer.Context, key: Key, as_json: AsJson = False) -> None:
    """Let a rule that waits for a lead's word act by itself."""
    _switch(context.obj, key, True, as_json)


def off(context: typer.Context, key: Key, as_json: AsJson = False) -> None:
    """Let such a rule only suggest."""
    _switch(context.obj, key, False, as_json)


def _switch(invocation: CliContext, key: str, on: bool, as_json: bool) -> None:
    from deskterm.cli.runtime import output
    from deskterm.desk.admin.rule_settings import switch_rule

    said = switch_rule(invocation.desk(), key, on, now=invocation.now(facts_of(invocation)))
    output.print_said(said, as_json, rule=key, by_itself=on)
