"""The backups that are kept when there are many: so many newest of different days, weeks and months (R-81)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from deskterm.errors import DeskError, UsageError
from deskterm.exchange.backup.manifest import CHAINS, Manifest, list_backups, manifest_path

_PERIODS = {"d": "%Y-%m-%d", "w": "%G-%V", "m": "%Y-%m", "y": "%Y"}
_PART = re.compile(r"(\d{1,4})([dwmy])", re.ASCII)


def parse_keep(text: str) -> dict[str, int]:
    """Parse `7d,4w,12m`: unit → how many. Raises UsageError for anything else."""
    found: dict[str, int] = {}
    for part in text.replace(" ", "").lower().split(","):
        match = _PART.fullmatch(part)
        if match is None or not int(match[1]) or match[2] in found:
            raise UsageError(f"{text!r} does not say what to keep: write it as 7d,4w,12m (days, weeks, months, years).")
        found[match[2]] = int(match[1])
    return found


def select_superfluous(backups: Iterable[tuple[Path, Manifest]], keep: dict[str, int]) -> list[Path]:
    """Return the backups of one desk that are to go: those that are not the newest of one of the last days, weeks,
    months or years that have any. The newest is kept, and the newest whose chains were proved."""
    newest_first = sorted(backups, key=lambda backup: backup[1].made_at, reverse=True)
    kept = {path for path, _ in newest_first[:1]}
    kept |= {path for path, manifest in [each for each in newest_first if CHAINS in each[1].checked][:1]}
    for unit, count in keep.items():
        periods: dict[str, Path] = {}
        for path, manifest in newest_first:
            periods.setdefault(_period(manifest.made_at, unit), path)
        kept |= set(list(periods.values())[:count])
    return [path for path, _ in newest_first if path not in kept]


def _period(at: datetime, unit: str) -> str:
    return at.strftime(_PERIODS[unit])


def remove_superfluous(folder: Path, latest: Manifest, keep: dict[str, int]) -> list[Path]:
    """Remove the backups of a desk from a folder that are to go, and return them. latest: the backup that was just made
    and proved. Raises DeskError when one cannot be removed."""
    own = [backup for backup in list_backups(folder) if backup[1].is_of_same_desk(latest)]
    superfluous = select_superfluous(own, keep)
    for path in superfluous:
        try:
            path.unlink()
            manifest_path(path).unlink()
        except OSError as error:
            raise DeskError(f"{path} cannot be removed ({(error.strerror or str(error)).lower()}).") from error
    return superfluous
