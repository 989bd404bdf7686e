"""The file that an export goes to: it is there as a whole at the end, or not at all."""

from __future__ import annotations

import fcntl
import glob
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError
from deskterm.exchange.backup.desk_files import refuse_desk_file


@contextmanager
def open_destination(path: Path, *, force: bool = False, binary: bool = False) -> Iterator[Any]:
    """Open a file for writing, of text or `binary`, readable by its owner only, that gets its name when it is complete;
    when the program is killed before, nothing of it is left. Raises DeskError when there is such a file already (unless
    `force`), it is a link that somebody else made or belongs to a desk or a backup (D-48), or nothing can be written
    there."""
    if path.is_dir():
        raise DeskError(f"{path} is a folder: give a file in it.")
    if path.exists() and not path.is_file():
        raise DeskError(f"{path} is no ordinary file: leave the file out and send the output there.")
    refuse_desk_file(path)
    if path.exists() and not force:
        raise _file_exists_error(path)
    target = _resolve_own_link(path) if force else path
    unfinished = _UnfinishedFile(target)
    try:
        opening: dict[str, Any] = {"mode": "wb"} if binary else {"mode": "w", "encoding": "utf-8", "newline": ""}
        with open(unfinished.descriptor, closefd=False, **opening) as out:
            yield out
            out.flush()
            # On the disk before it gets its name, or a power cut could leave an empty file under it
            os.fsync(out.fileno())
        if force:
            unfinished.replace(target)
        else:
            unfinished.move_to_new(target)
    except OSError as error:
        raise _unwritable_error(path, error) from error
    finally:
        unfinished.discard()


class _UnfinishedFile:
    """A file in the folder of its target, because a file cannot be renamed into another file system. It has no name
    where the system can do that, so that nothing is left of it when the program is killed; else a name with `.part`,
    and the next export to the same target removes what was left."""

    def __init__(self, target: Path) -> None:
        self._folder, self._prefix = target.parent, f".{target.name}."
        self._name: Path | None = None
        self._remove_remnants()
        try:
            self.descriptor = os.open(self._folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
        except (AttributeError, OSError):  # another system than Linux, or a file system that has only named files
            self._open_named(target)

    def replace(self, target: Path) -> None:
        """Give the file its name, in the place of another file."""
        if self._name is None:
            name = self._folder / f"{self._prefix}{secrets.token_hex(4)}.part"
            self._link(name)
            self._name = name
        self._name.replace(target)

    def move_to_new(self, target: Path) -> None:
        """Give the file its name. Raises DeskError when another program has made a file of that name meanwhile: a link
        notices that, a replacement would not."""
        try:
            if self._name is None:
                self._link(target)
            else:
                os.link(self._name, target)
        except FileExistsError as error:
            raise _file_exists_error(target) from error
        except OSError:  # a file system without hard links
            self.replace(target)

    def discard(self) -> None:
        """Close the file, and remove the name that is not its own."""
        os.close(self.descriptor)
        if self._name is not None:
            self._name.unlink(missing_ok=True)

    def _open_named(self, target: Path) -> None:
        try:
            self.descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=self._prefix, suffix=".part")
        except OSError as error:
            raise _unwritable_error(target, error) from error
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)  # says that somebody is at it
        self._name = Path(name)

    def _link(self, name: Path) -> None:
        """Give the nameless file a name. Only linkat follows the link in /proc, and Python calls it when there is a
        folder to begin at."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.link(f"/proc/self/fd/{self.descriptor}", name, src_dir_fd=folder, follow_symlinks=True)
        finally:
            os.close(folder)

    def _remove_remnants(self) -> None:
        """Remove the unfinished files of calls that were killed: those that nobody keeps locked."""
        with suppress(OSError):
            for found in self._folder.glob(f"{glob.escape(self._prefix)}*.part"):
                descriptor = os.open(found, os.O_RDONLY | os.O_NOFOLLOW)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    found.unlink()
                finally:
                    os.close(descriptor)


def _resolve_own_link(path: Path) -> Path:
    """Return the file that a symbolic link names, so that the link stays one. Raises DeskError for a link that somebody
    else made: it would choose which of the caller's files is replaced (D-48)."""
    if path.is_symlink() and path.lstat().st_uid != os.geteuid():
        raise DeskError(f"{path} is a symbolic link of another user: remove it, or give another name.")
    return path.resolve()


def _file_exists_error(path: Path) -> DeskError:
    return DeskError(f"{path} is there already: give another name, or replace it with --force.")


def _unwritable_error(path: Path, error: OSError) -> DeskError:
    return DeskError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.")
