"""The result of a change that may move due times."""

from __future__ import annotations

from dataclasses import asdict

from deskterm.cli.runtime.instants import format_due, rename_instants
from deskterm.cli.runtime.output import print_json, print_lines, print_result, result_to_json
from deskterm.desk.core.transaction import CommandResult


def print_due_changes(result: CommandResult, zone_name: str, *, may_move: bool, dry_run: bool, as_json: bool) -> None:
    """Print what a change did, or would do, with the old and the new due time of each clock that it moves (rule 17).
    may_move: whether it was of a kind that may move some, so that it is worth saying that none moved."""
    if as_json:
        _print_json(result, dry_run)
    else:
        _print_lines(result, zone_name, may_move, dry_run)


def _print_lines(result: CommandResult, zone_name: str, may_move: bool, dry_run: bool) -> None:
    print_result(result, as_json=False)
    names = [change.label if change.cycle == 1 else f"{change.label} {change.cycle}" for change in result.due_changes]
    width = max(map(len, names), default=0) + 2
    for name, change in zip(names, result.due_changes, strict=True):
        late = "  late at once" if change.late_now else ""
        due = f"{format_due(change.old_due, zone_name)} → {format_due(change.new_due, zone_name)}"
        due += " if resumed now" if change.rests else ""
        print_lines([f"  {name:<{width}}{due}{late}"])
    if may_move and not result.due_changes:
        print("  no due time moves")
    if dry_run:
        print("A dry run: nothing was written.")


def _print_json(result: CommandResult, dry_run: bool) -> None:
    moved = [
        {
            name: value
            for name, value in rename_instants(asdict(change), "old_due", "new_due").items()
            if name != "number"
        }
        for change in result.due_changes
    ]
    print_json({**result_to_json(result), "moved": moved, "dry_run": dry_run})
