"""Files that no export and no backup may go to: those of a desk, and backups with their manifests (D-48)."""

from __future__ import annotations

from pathlib import Path

from deskterm.errors import DeskError
from deskterm.exchange.backup.manifest import SUFFIX, manifest_path
from deskterm.store.db.sqlite.companion_files import find_database


def refuse_desk_file(path: Path) -> None:
    """Raise DeskError when a file, links followed, is a desk or belongs to one, or is a backup or its manifest. Nothing
    replaces these, whatever a call says: what is lost with them is nowhere else."""
    target = path.resolve()
    name = str(path) if target == path.absolute() else f"{path} leads to {target}, which"
    if (database := find_database(target)) is not None:
        what = "is a desk, or another database" if database == target else f"belongs to the database {database}"
        raise DeskError(f"{name} {what}: give another name.")
    if target.name.endswith(SUFFIX):
        raise DeskError(f"{name} has the name of a backup's manifest: give another name.")
    if manifest_path(target).exists() and target.exists():
        raise DeskError(f"{name} is a backup, with its manifest beside it: give another name.")
