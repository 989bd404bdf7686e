"""Printing of commands: lines for people, JSON for programs, and progress on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from deskterm.cli.runtime.batch import find_batch
from deskterm.desk.domain.text import escape_unseen_in_json
from deskterm.present.sanitize import sanitize
from deskterm.progress import Progress

if TYPE_CHECKING:
    from deskterm.desk.core.transaction import CommandResult

Row = TypeVar("Row")

MOST_FINDINGS = 20
"""Findings of a check that are printed; what goes wrong in one row often goes wrong in thousands."""


def print_json(value: Any) -> None:
    """Print one JSON document, with escapes for characters that a terminal acts on or nobody sees. Instants are RFC
    3339 in UTC."""
    if (batch := find_batch()) is not None:
        batch.documents.append(value)
        return
    print(escape_unseen_in_json(json.dumps(value, ensure_ascii=False, indent=2, default=_to_json)))


def name_ticket(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a list with its ticket as `number`, as every document calls it (C-52)."""
    return {"number": row.pop("ticket")} | row


def print_json_list(values: Iterable[Any]) -> int:
    """Print a list as one JSON document, an entry at a time, and return how many there were."""
    count = 0
    for count, value in enumerate(values, 1):
        text = json.dumps(value, ensure_ascii=False, indent=2, default=_to_json).replace("\n", "\n  ")
        print(f"{'[' if count == 1 else ','}\n  {escape_unseen_in_json(text)}", end="")
    print("\n]" if count else "[]")
    return count


def cut_to_limit(rows: Sequence[Row], limit: int) -> Sequence[Row]:
    """Return the rows up to a limit, and say on standard error that there are more. rows: read with a limit of one
    more."""
    if len(rows) > limit:
        report_left_out(limit)
    return rows[:limit]


def report_left_out(shown: int, total: int | None = None) -> None:
    """Say on standard error how many rows of a list were left out, so that standard output stays data (C-50). total:
    how many there are; None where only more than these are known of."""
    if total is None:
        print(f"deskterm: the first {shown} are listed, and there are more: --limit says how many.", file=sys.stderr)
    elif total > shown:
        print(f"deskterm: {shown} of {total} are listed, {total - shown} left out: --all lists all.", file=sys.stderr)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text, made safe for a terminal."""
    for line in lines:
        print(sanitize(line))


def print_result(result: CommandResult, as_json: bool) -> None:
    """Print the result of a command on a ticket."""
    if as_json:
        print_json(result_to_json(result))
    else:
        print_lines([result.summary])


def result_to_json(result: CommandResult) -> dict[str, Any]:
    """Return what every JSON document about a command on a ticket has."""
    return {
        "number": result.number,
        "summary": result.summary,
        "changes": result.changes,
        "version": result.version,
    }


def print_summary(summary: str, as_json: bool, **values: Any) -> None:
    """Print the summary of a command that is about no ticket. values: fields of the JSON document beside it."""
    if as_json:
        print_json({"summary": summary, **values})
    else:
        print_lines([summary])


def print_changes(lines: Sequence[str], as_json: bool, *, dry_run: bool, ending: str) -> None:
    """Print the changes that a command made to the desk, or would make, a line each, and how many they are. ending:
    the end of the last line when they were made."""
    if as_json:
        print_json({"changes": list(lines), "dry_run": dry_run})
        return
    print_lines(lines)
    if not lines:
        print("Nothing differs; nothing was changed.")
        return
    changes = "1 change" if len(lines) == 1 else f"{len(lines)} changes"
    print(f"{changes}; a dry run, nothing was written." if dry_run else f"{changes}{ending}.")


def print_findings(findings: Sequence[str]) -> None:
    """Print the first findings of a check, a line each, and how many more there are (D-31)."""
    print_lines(findings[:MOST_FINDINGS])
    if len(findings) > MOST_FINDINGS:
        print(f"… and {len(findings) - MOST_FINDINGS} more: --json lists all.")


def list_some(names: Sequence[str]) -> str:
    """Return the first eight of some names as a list, with an ellipsis if there are more."""
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "")


def warn_of_gaps(result: CommandResult) -> None:
    """Print on standard error what a resolution letter lacks (S2-19); it goes out all the same."""
    if result.missing_in_letter:
        print(f"deskterm: the letter lacks {sanitize(result.missing_in_letter)}", file=sys.stderr)


def show_progress(noun: str) -> Progress:
    """Return a progress callback that paints `3 of 10 tickets` on standard error. noun: the plural."""

    def paint(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        print(f"\r\x1b[K{done} of {total} {noun}", end=end, file=sys.stderr, flush=True)

    return paint


def show_progress_on_terminal(noun: str) -> Progress | None:
    """Return the callback of `show_progress` when standard error is a terminal, else None."""
    return show_progress(noun) if sys.stderr.isatty() else None


def show_slow_progress(noun: str) -> Progress | None:
    """Return a progress callback that paints like that of `show_progress` once a second has passed, and takes the line
    away at the end; None where standard error is no terminal. For what is mostly quick."""
    if not sys.stderr.isatty():
        return None
    started = time.monotonic()

    def paint(done: int, total: int) -> None:
        if time.monotonic() - started >= 1:
            words = f"{done:,} of {total:,} {noun}" if done < total else ""
            print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)

    return paint


@contextmanager
def shown_on_terminal(words: str) -> Iterator[None]:
    """Show on standard error, where it is a terminal, what a block is doing; the line goes with the end of it."""
    is_terminal = sys.stderr.isatty()
    if is_terminal:
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if is_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def show_upgrade_progress() -> Progress:
    """Return a progress callback for the rewriting of rows that an older deskterm wrote. It says something only once
    that has taken a second: how far it is on a terminal, else one line."""
    started = time.monotonic()
    announced = False
    paint = show_progress("tickets brought up to this deskterm; ctrl+c interrupts, the next call goes on")

    def announce(done: int, total: int) -> None:
        nonlocal announced
        if not announced and time.monotonic() - started < 1:
            return
        if sys.stderr.isatty():
            paint(done, total)
        elif not announced:
            print(f"Bringing {total} tickets up to this deskterm: the first time takes a while.", file=sys.stderr)
        announced = True

    return announce


def _to_json(value: Any) -> Any:
    """Return a value that JSON has no form for as one that it has."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
