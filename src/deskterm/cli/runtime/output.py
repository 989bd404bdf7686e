"""How commands print: plain tables for people and pipes, JSON for programs."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from deskterm.present.sanitize import sanitize

if TYPE_CHECKING:
    from deskterm.desk.core.transaction import CommandResult


_ACTED_ON = re.compile("[\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What JSON lets stand and a terminal acts on; written as an escape it is the same string to a program."""


def print_json(value: Any) -> None:
    """One JSON document on stdout. Instants are RFC 3339 in UTC."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    print(_ACTED_ON.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def safe(text: str, *, multiline: bool = False) -> str:
    """Text from outside, made safe for a terminal."""
    return sanitize(text, multiline=multiline)


def print_lines(lines: Iterable[str]) -> None:
    """Lines of text, made safe for a terminal."""
    for line in lines:
        print(sanitize(line))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> None:
    """A table without lines: as wide as it needs in a pipe, as wide as the terminal on one. right: heads of the
    columns set to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 500)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        table.add_column(head, justify="right" if head in right else "left", no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(Text(sanitize(cell)) for cell in row))
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        print(line.rstrip())


def print_done(done: CommandResult, as_json: bool) -> None:
    """What a command did."""
    if as_json:
        print_json({"number": done.number, "summary": done.summary, "changes": done.changes, "version": done.version})
    else:
        print_lines([done.summary])


def print_said(summary: str, as_json: bool, **values: Any) -> None:
    """What a command did that is about no ticket. values: what programs want to know of it."""
    if as_json:
        print_json({"summary": summary, **values})
    else:
        print_lines([summary])


def print_differences(lines: Sequence[str], as_json: bool, *, dry_run: bool, done: str) -> None:
    """What a command changed on the desk, a line each, and how many; or would change. done: what came of it, in a
    few words."""
    if as_json:
        print_json({"changes": list(lines), "dry_run": dry_run})
        return
    print_lines(lines)
    if not lines:
        print("Nothing differs; nothing was changed.")
        return
    changes = "1 change" if len(lines) == 1 else f"{len(lines)} changes"
    print(f"{changes}; a dry run, nothing was written." if dry_run else f"{changes}{done}.")


def progress(of: str) -> Callable[[int, int], None]:
    """What tells on standard error how far long work is."""

    def tell(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        print(f"\r\x1b[K{done} of {total} {of}", end=end, file=sys.stderr, flush=True)

    return tell


def patience(of: str = "tickets") -> Callable[[int, int], None]:
    """What tells on standard error that rows of an older deskterm are being written anew, once that has taken a
    second: how far it is on a terminal, else one line."""
    began = time.monotonic()
    said = False

    def tell(done: int, total: int) -> None:
        nonlocal said
        if not said and time.monotonic() - began < 1:
            return
        if sys.stderr.isatty():
            progress(f"{of} brought up to this deskterm; ctrl+c interrupts, the next call goes on")(done, total)
        elif not said:
            print(f"Bringing {total} {of} up to this deskterm: the first time takes a while.", file=sys.stderr)
        said = True

    return tell


def instant(seconds: int | None) -> str | None:
    """Epoch seconds as RFC 3339 in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(seconds: int | None, timezone: str) -> str:
    """Epoch seconds as a person of the desk reads them: `Mon 23 Nov 2026 08:15`; a dash for none."""
    if seconds is None:
        return "–"
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(timezone)).strftime("%a %d %b %Y %H:%M")


def due(seconds: int | None, timezone: str) -> str:
    """The same of what must be right to the second: `Mon 23 Nov 2026 08:15:07`, without the seconds where they are
    none."""
    said = local(seconds, timezone)
    return said if seconds is None or seconds % 60 == 0 else f"{said}:{seconds % 60:02}"


def here(seconds: int, timezone: str) -> str:
    """The same with the zone as the console has it: `Mon 23 Nov 2026 08:15 GMT`."""
    from deskterm.sla.zones import letters

    zone = letters(datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(timezone)))
    return f"{local(seconds, timezone)} {zone}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    return str(value)
