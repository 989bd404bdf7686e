"""Presence at a SQLite desk: a small file beside it.

In the desk itself each repetition would be a transaction: it would let the log grow, wait for writers, and wake every
console. In the side file each console overwrites a slot of fixed length. The file is as long as there were consoles at
the same time, and is removed by the last of them. Losing it loses nothing but presence.
"""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from deskterm.store.db.sqlite.companion_files import PRESENCE_ENDING
from deskterm.store.presence.entries import EXPIRY, MOST_LETTERS, Presence, make_presence

_LENGTH = 512
"""Bytes of a slot: a checksum of the rest, and JSON, padded with spaces."""

_MOST_PLACES = 512
"""Most slots that are read; the rest of a longer file is ignored."""

_SUM = 8
"""Hexadecimal digits of the checksum, which detects a slot that is being overwritten just now."""


class _Record(NamedTuple):
    """The contents of a slot. at: of the last repetition, epoch seconds."""

    session: str
    at: float
    presence: Presence

    def is_over(self, now: float) -> bool:
        """Return whether the entry is out of date; one from the future, after a clock was set back, is too."""
        return abs(now - self.at) >= EXPIRY


class PresenceFile:
    """The side file of a desk, for one session of one console. path: the desk's file; wall_clock: the machine's time in
    epoch seconds, on a simulated desk too. When the file cannot be read or written, nobody is present, and everything
    else works."""

    def __init__(self, path: Path, session: str, wall_clock: Callable[[], float]) -> None:
        self._desk, self._path = path, path.with_name(path.name + PRESENCE_ENDING)
        self._session, self._wall_clock = session, wall_clock
        self._handle: int | None = None
        self._place: int | None = None
        """The index of this session's slot; None without one."""
        self._content, self._records = b"", list[_Record]()
        """The file as it was read last; it is unchanged most times."""

    def write(self, presence: Presence | None) -> bool:
        """Write the agent's entry, or remove it; return whether that is done. False: try again, because another console
        is taking its slot at this moment."""
        try:
            if presence is None:
                self._leave_place()
                return True
            if not self._open(create=True) or self._handle is None:
                return True
            if not self._has_place(self._handle):
                return self._take_place(self._handle, presence)
            self._fill(self._handle, presence)
        except OSError:
            self._close()
        return True

    def read(self) -> list[Presence]:
        """Return everybody who is present in another session."""
        try:
            records = self._read_records(self._handle) if self._open() and self._handle is not None else []
        except OSError:
            self._close()
            return []
        now = self._wall_clock()
        return [one.presence for one in records if one.session != self._session and not one.is_over(now)]

    def leave(self) -> None:
        """Free the slot, and remove the file when no other session has one."""
        with suppress(OSError):
            self._leave_place()
            if not self.read() and self._handle is not None:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Checked again under the lock, when nobody can take a slot
                if not self.read() and self._is_same_file():
                    self._path.unlink()
        self._close()

    def _open(self, *, create: bool = False) -> bool:
        """Open the file unless it is open; return whether it is. It may have been replaced: the last session that left
        removed it, and others have made a new one since."""
        if self._handle is not None and not self._is_same_file():
            self._close()
        if self._handle is not None:
            return True
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
        with suppress(OSError):
            self._handle = os.open(self._path, flags | (os.O_CREAT if create else 0), 0o600)
            if create:
                self._share_rights(self._handle)
        if self._handle is None and not create:
            with suppress(OSError):  # without the right to write, reading may still be allowed
                self._handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        return self._handle is not None

    def _is_same_file(self) -> bool:
        if self._handle is None:
            return False
        mine = os.fstat(self._handle)
        try:
            there = os.stat(self._path, follow_symlinks=False)
        except OSError:
            return False
        return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)

    def _share_rights(self, handle: int) -> None:
        """Give the file the permissions of the desk's file, so that all who share the desk see each other."""
        with suppress(OSError):
            rights = self._desk.stat()
            if os.fstat(handle).st_mode != rights.st_mode:
                os.fchmod(handle, rights.st_mode & 0o666)
                os.fchown(handle, -1, rights.st_gid)

    def _has_place(self, handle: int) -> bool:
        """Return whether the session still has its slot: while it was suspended, another may have taken it."""
        if self._place is None:
            return False
        there = _unpack(os.pread(handle, _LENGTH, self._place * _LENGTH))
        return there is None or there.session == self._session

    def _take_place(self, handle: int, presence: Presence) -> bool:
        """Take a free slot, or one whose owner is gone. False while another session is taking one."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        try:
            content, now = os.pread(handle, _LENGTH * _MOST_PLACES, 0), self._wall_clock()
            places = [_unpack(content[start : start + _LENGTH]) for start in range(0, len(content), _LENGTH)]
            free = (place for place, one in enumerate(places) if one is None or one.is_over(now))
            self._place = next(free, len(places))
            if self._place < _MOST_PLACES:
                self._fill(handle, presence)
            else:
                self._place = None
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
        return True

    def _fill(self, handle: int, presence: Presence) -> None:
        if self._place is not None:
            os.pwrite(handle, _pack(self._session, presence, self._wall_clock()), self._place * _LENGTH)

    def _leave_place(self) -> None:
        place, handle = self._place, self._handle
        self._place = None
        if handle is not None and place is not None and self._is_same_file():
            os.pwrite(handle, b" " * _LENGTH, place * _LENGTH)

    def _read_records(self, handle: int) -> list[_Record]:
        content = os.pread(handle, _LENGTH * _MOST_PLACES, 0)
        if content != self._content:
            places = (_unpack(content[start : start + _LENGTH]) for start in range(0, len(content), _LENGTH))
            self._content, self._records = content, [one for one in places if one is not None]
        return self._records

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
        self._handle = self._place = None


def _pack(session: str, presence: Presence, at: float) -> bytes:
    """Return the bytes of a slot. at: epoch seconds."""
    fields = {"session": session, "at": at, **presence._asdict(), "login": presence.login[:MOST_LETTERS]}
    text = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
    return (f"{zlib.crc32(text):0{_SUM}x}".encode() + text).ljust(_LENGTH)[:_LENGTH]


def _unpack(place: bytes) -> _Record | None:
    """Return the contents of a slot; None for one that is free, damaged, or being overwritten just now."""
    text = place[_SUM:].rstrip()
    if not text or place[:_SUM] != f"{zlib.crc32(text):0{_SUM}x}".encode():
        return None
    try:
        fields = json.loads(text)
        presence = make_presence(fields["login"], fields["number"], fields["writing"])
        return _Record(str(fields["session"]), float(fields["at"]), presence) if presence is not None else None
    except (ValueError, TypeError, KeyError):
        return None
