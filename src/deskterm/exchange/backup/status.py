"""The state of a desk's backups, as `deskterm doctor` says it (R-83)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deskterm.exchange.backup.log import BackupRow, load_backups
from deskterm.sla.targets import parse_target
from deskterm.sla.zones import format_local_time
from deskterm.store.db.location import dialect, sqlite_path
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts

_DAY = 86_400


def describe_backups(reader: ReadConnection, facts: DeskFacts, now: int) -> Iterator[str]:
    """Yield a sentence for each thing that is worth knowing about the backups of a desk. now: epoch seconds."""
    backups = load_backups(reader)
    every = json.loads(facts.document).get("backup", {}).get("every", "") if facts.document else ""
    if not backups:
        asked = f" (the procedure asks for one every {every})" if every else ""
        yield f"there is no backup of this desk{asked}: `deskterm backup` makes one"
        return
    last = backups[0]
    age = max(now - last.made_at, 0)
    sentence = f"the last backup is of {format_local_time(last.made_at, facts.timezone)}, {_format_age(age)} old"
    if every and age > parse_target(every, _DAY).seconds:
        yield f"{sentence}, and the procedure asks for one every {every}: `deskterm backup` makes one"
    else:
        yield f"{sentence}, in {last.location}"
    drilled = max((row.drilled_at for row in backups if row.drilled_at is not None), default=None)
    if drilled is None:
        yield "no backup was ever restored on trial: `deskterm backup --drill` does that"
    else:
        yield f"the last drill was {_format_age(max(now - drilled, 0))} ago"
    yield from _warn_of_space(reader.url, last)


def _warn_of_space(url: str, last: BackupRow) -> Iterator[str]:
    """Yield a sentence when the disk with the last backup has no room for one more. Until it has its name, an unpacked
    copy lies beside it."""
    folder = Path(last.location).parent
    with suppress(OSError):
        needed = sqlite_path(url).stat().st_size if dialect(url) == "sqlite" else last.bytes
        if folder.is_absolute() and (free := shutil.disk_usage(folder).free) < needed + last.bytes:
            yield f"{folder} has {free // 1_000_000} MB left, too little for one more backup: make room"


def _format_age(seconds: int) -> str:
    for length, one in ((_DAY, "day"), (3600, "hour"), (60, "minute")):
        if count := seconds // length:
            return f"{count} {one}{'' if count == 1 else 's'}"
    return "less than a minute"
