"""Secrets that one process at a time renews: a refresh token that two use at once may be the end of both (M-61)."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from deskterm.errors import DeskError
from deskterm.named_files import expand_home

_PAUSE = 0.05
"""Seconds between two looks."""


@contextmanager
def hold_secret_lock(place: str, patience: float) -> Iterator[None]:
    """Keep other processes from renewing a secret in the block. place: as for `read_secret`; nothing is kept where the
    secret cannot be written either. patience: seconds for which another process is waited for. Raises DeskError where
    that was not enough."""
    handle = _open_lock_file(place)
    if handle is None:
        yield
        return
    try:
        deadline = time.monotonic() + patience
        while not _take(handle):
            if time.monotonic() >= deadline:
                raise DeskError(
                    f"Another process has been renewing the token in {place} for {patience:.0f} seconds: end it, if it"
                    " hangs."
                )
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_lock_file(place: str) -> int | None:
    """Open the lock file of a secret, which is made where there is none and stays there: who removed it could let two
    hold it. None where it cannot be had."""
    kind, _, name = place.partition(":")
    if kind == "env":
        return None
    secret: Path | None = None
    if kind == "file":
        # Of the file that a link names, as that is what is written
        secret = Path(os.path.realpath(expand_home(name)))
        path = secret.with_name(f".{secret.name}.lock")
    else:
        digest = hashlib.sha256(place.encode()).hexdigest()[:16]
        path = platformdirs.user_state_path("deskterm", appauthor=False) / f"secret-{digest}.lock"
    try:
        if secret is None:
            path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
    if secret is not None and os.geteuid() == 0:  # the service that renews it may be another login's
        with suppress(OSError):
            owner = secret.stat()
            os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle
