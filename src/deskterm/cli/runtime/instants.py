"""Instants as people read them on the command line; `desk.domain.instant_text` parses those that they write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deskterm.sla.zones import zone_abbreviation


def system_now() -> datetime:
    """Return the operating system's time: aware, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def to_rfc3339(seconds: int | None) -> str | None:
    """Return epoch seconds as RFC 3339 in UTC; None for None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rename_instants(document: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return a document in which the instants of some names, in epoch seconds, are RFC 3339, under the keys that every
    command gives them (C-52): `at`, `since` and `until` as they are, others as `due_at`."""
    found = {key: value for key, value in document.items() if key not in names}
    for name in names:
        key = name if name in ("at", "since", "until") or name.endswith(("_at", "_until")) else f"{name}_at"
        found[key] = to_rfc3339(document[name])
    return found


def format_time(seconds: int | None, zone_name: str) -> str:
    """Format epoch seconds as a person of the desk reads them: `Mon 23 Nov 2026 08:15`; a dash for None."""
    if seconds is None:
        return "–"
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone_name)).strftime("%a %d %b %Y %H:%M")


def format_due(seconds: int | None, zone_name: str) -> str:
    """Format a due time, which must be right to the second: `Mon 23 Nov 2026 08:15:07`. Seconds that are zero are left
    out, as `format_time` does."""
    text = format_time(seconds, zone_name)
    return text if seconds is None or seconds % 60 == 0 else f"{text}:{seconds % 60:02}"


def format_zone(seconds: int, zone_name: str) -> str:
    """Return the abbreviation of a zone at an instant, in epoch seconds: `GMT`."""
    return zone_abbreviation(datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone_name)))


def format_time_and_zone(seconds: int, zone_name: str) -> str:
    """Format epoch seconds with their zone, as the console does: `Mon 23 Nov 2026 08:15 GMT`."""
    return f"{format_time(seconds, zone_name)} {format_zone(seconds, zone_name)}"
