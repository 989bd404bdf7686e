"""Another time zone for a procedure before its first use. Its text is rewritten, so that the stored text and the
procedure in force stay the same."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any
from zoneinfo import available_timezones

from deskterm.errors import UsageError
from deskterm.procedure.checking.toml_positions import Path, TomlPositions
from deskterm.procedure.load import LoadedProcedure, loads

_ZONED_TABLES = ("calendars", "shifts", "rotas")
_ZONE_FILES = "zoneinfo/"


def change_zone(loaded: LoadedProcedure, zone: str) -> LoadedProcedure:
    """Return the procedure in another zone: that of its first calendar is replaced wherever it occurs. zone: an IANA
    name. Raises UsageError for any other name."""
    if zone not in available_timezones():
        raise UsageError(f"There is no time zone {zone!r}: write an IANA name such as Europe/London.")
    before = next(iter(loaded.procedure.calendars.values())).timezone
    if zone == before:
        return loaded
    data = tomllib.loads(loaded.source)
    positions = TomlPositions(loaded.source)
    lines = loaded.source.replace("\r\n", "\n").split("\n")
    for path in _find_zones(data, before):
        row = positions.find_line(path) - 1
        for quote in ('"', "'"):
            lines[row] = lines[row].replace(f"{quote}{before}{quote}", f"{quote}{zone}{quote}")
    return loads("\n".join(lines), str(loaded.path))


def find_computer_zone() -> str:
    """Return the zone of this computer; empty when it has no IANA name."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        return named if named in available_timezones() else ""
    # A link into the folder of zones, as every system with one has it
    place = str(FilePath("/etc/localtime").resolve())
    name = place.partition(_ZONE_FILES)[2] if _ZONE_FILES in place else ""
    return name if name in available_timezones() else ""


def _find_zones(data: dict[str, Any], zone: str) -> Iterator[Path]:
    """Yield the paths in a document at which this zone stands."""
    for table in _ZONED_TABLES:
        entries = data.get(table, {})
        pairs = entries.items() if isinstance(entries, dict) else enumerate(entries)
        for key, entry in pairs:
            if isinstance(entry, dict) and entry.get("timezone") == zone:
                yield table, key, "timezone"
