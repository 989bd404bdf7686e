"""The manifest of a backup: a small JSON file beside it that says what it holds and how it was proved (R-80)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError

SUFFIX = ".manifest.json"
"""Ending that the name of a manifest has after the name of its backup."""

INTEGRITY, CHAINS = "integrity", "chains"
"""Proofs of a copy: the file as a whole, and every ticket's chain of events with the texts."""

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup as its manifest describes it. desk, created_at: which desk it is of; database: `sqlite` or `postgresql`;
    layout: number of the store's layout; last_event: id of the newest event, 0 without one; sha256, bytes: of the file
    as it lies there, compressed or not; checked: the proofs that it passed. Instants are UTC."""

    desk: str
    created_at: datetime
    timezone: str
    database: str
    layout: int
    program: str
    tickets: int
    events: int
    last_event: int
    last_event_at: datetime | None
    sha256: str
    bytes: int
    made_at: datetime
    checked: tuple[str, ...]

    def is_of_same_desk(self, other: Manifest) -> bool:
        """Return whether two backups are of one desk."""
        return (self.desk, self.created_at) == (other.desk, other.created_at)

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as a JSON document."""
        return {name: _to_json(value) for name, value in asdict(self).items()}


def manifest_path(backup: Path) -> Path:
    """Return the place of a backup's manifest."""
    return backup.with_name(backup.name + SUFFIX)


def parse_manifest(text: str, place: Path) -> Manifest:
    """Parse the text of a manifest. Raises DeskError when it is none."""
    try:
        document = json.loads(text)
        values = {part.name: document[part.name] for part in fields(Manifest)}
        for name in ("created_at", "made_at", "last_event_at"):
            values[name] = None if values[name] is None else _parse_instant(values[name])
        for name in ("layout", "tickets", "events", "last_event", "bytes"):
            values[name] = int(values[name])
        return Manifest(**values | {"checked": tuple(values["checked"])})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DeskError(f"{place} is no manifest of a backup: give a backup that `deskterm backup` made.") from error


def read_manifest(backup: Path) -> Manifest | None:
    """Read the manifest of a backup; None without one. Raises DeskError when it cannot be read."""
    place = manifest_path(backup)
    try:
        return parse_manifest(place.read_text(encoding="utf-8"), place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DeskError(f"{place} cannot be read: {error}.") from error


def list_backups(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """Yield the backups of a folder that have a manifest and its size, of whichever desk."""
    for place in sorted(folder.glob(f"*{SUFFIX}")):
        backup = place.with_name(place.name.removesuffix(SUFFIX))
        try:
            manifest = read_manifest(backup)
        except DeskError:
            continue  # somebody else's file
        if manifest is not None and backup.is_file() and backup.stat().st_size == manifest.bytes:
            yield backup, manifest


def build_file_name(desk: str, made_at: datetime, ending: str) -> str:
    """Build the name of a backup: `deskterm-DESK-20261123T090000Z.sqlite3`. ending: with its dot."""
    plain = unicodedata.normalize("NFKD", desk).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "desk"
    return f"deskterm-{slug}-{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}{ending}"


def _parse_instant(text: str) -> datetime:
    return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(_INSTANT)
    return list(value) if isinstance(value, tuple) else value
