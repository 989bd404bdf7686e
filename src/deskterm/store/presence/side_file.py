"""Presence at a SQLite desk: a small file beside it.

In the desk itself each repetition would be a transaction: it would grow the log, wait for those who write, and wake
every console. In the side file each console has a place of fixed length, which it writes over; the file is as long as
there were consoles at the same time, and goes with the last of them. Nothing but presence is lost with it.
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
"""Bytes of a place: a sum over the rest, and JSON, filled up with spaces."""

_MOST_PLACES = 512
"""Places that are read at most: whatever else lies in the file is nobody's presence."""

_SUM = 8
"""Hexadecimal digits of the sum, which tells a place that is just being written over from a whole one."""


class _Record(NamedTuple):
    """The contents of a place. at: of the last repetition, epoch seconds."""

    session: str
    at: float
    presence: Presence

    def is_over(self, now: float) -> bool:
        """Return whether it has not been repeated for too long; a clock that was put back counts as that too."""
        return abs(now - self.at) >= EXPIRY


class PresenceFile:
    """The side file of a desk, for one session of one console. path: the desk's file; wall_clock: the machine's time in
    epoch seconds, which a simulated desk has too. Where the file cannot be read or written, nobody is present, and
    nothing else is hindered."""

    def __init__(self, path: Path, session: str, wall_clock: Callable[[], float]) -> None:
        self._desk, self._path = path, path.with_name(path.name + PRESENCE_ENDING)
        self._session, self._wall_clock = session, wall_clock
        self._handle: int | None = None
        self._place: int | None = None
        """The index of this session's place; None where it has none."""
        self._content, self._records = b"", list[_Record]()
        """The file as it was read last: most looks find it unchanged."""

    def write(self, presence: Presence | None) -> bool:
        """Write where the agent is by now, or that they have gone; return whether that is done. False: to be tried
        again, because another console looks for its place at this moment."""
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
        """Give the place up, and take the file away where nobody else has one."""
        with suppress(OSError):
            self._leave_place()
            if not self.read() and self._handle is not None:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Asked again, now that nobody can take a place
                if not self.read() and self._is_same_file():
                    self._path.unlink()
        self._close()

    def _open(self, *, create: bool = False) -> bool:
        """Open the file unless it is open; return whether it is. Another one may lie in its place by now: whoever was
        the last to leave has taken it away, and others have come since."""
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
            with suppress(OSError):  # who may not write may read
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
        """Give the file the rights of the desk's: whoever shares the desk sees the others."""
        with suppress(OSError):
            rights = self._desk.stat()
            if os.fstat(handle).st_mode != rights.st_mode:
                os.fchmod(handle, rights.st_mode & 0o666)
                os.fchown(handle, -1, rights.st_gid)

    def _has_place(self, handle: int) -> bool:
        """Return whether the session has its place still: one that was suspended may have lost it to another."""
        if self._place is None:
            return False
        there = _unpack(os.pread(handle, _LENGTH, self._place * _LENGTH))
        return there is None or there.session == self._session

    def _take_place(self, handle: int, presence: Presence) -> bool:
        """Fill a place that nobody has, or whose owner is gone. False where somebody else is looking for one."""
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
    """Return the contents of a place. at: epoch seconds."""
    fields = {"session": session, "at": at, **presence._asdict(), "login": presence.login[:MOST_LETTERS]}
    text = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
    return (f"{zlib.crc32(text):0{_SUM}x}".encode() + text).ljust(_LENGTH)[:_LENGTH]


def _unpack(place: bytes) -> _Record | None:
    """Return what a place holds; None for one that is free, damaged, or just being written over."""
    text = place[_SUM:].rstrip()
    if not text or place[:_SUM] != f"{zlib.crc32(text):0{_SUM}x}".encode():
        return None
    try:
        fields = json.loads(text)
        presence = make_presence(fields["login"], fields["number"], fields["writing"])
        return _Record(str(fields["session"]), float(fields["at"]), presence) if presence is not None else None
    except (ValueError, TypeError, KeyError):
        return None
