"""The process that holds a lease: which one it is, and whether it has ended (M-08). One that was killed gives nothing
back, and must not keep a mailbox from the next one."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
from functools import cache
from pathlib import Path

_WRITTEN = re.compile(r"[0-9a-f]+ (?P<machine>\S+) (?P<pid>\d{1,10}) (?P<host>\S+)")
_UNKNOWN = "-"


def write_holder() -> str:
    """Return what a lease keeps of who holds it: no two are the same, also in one process."""
    host = re.sub(r"\s", "-", socket.gethostname())[:100] or "localhost"
    return f"{secrets.token_hex(8)} {_find_machine()} {os.getpid()} {host}"


def describe_holder(holder: str) -> str:
    """Describe who holds a lease, for a person: `process 4711 on desk1`."""
    found = _WRITTEN.fullmatch(holder)
    if found is None:  # written by an older version of deskterm
        return "a process"
    ended = ", which has ended" if has_ended(holder) else ""
    return f"process {found['pid']} on {found['host']}{ended}"


def has_ended(holder: str) -> bool:
    """Return whether the process that holds a lease has ended; False where that cannot be known, as of another
    computer."""
    found = _WRITTEN.fullmatch(holder)
    if found is None or found["machine"] == _UNKNOWN or found["machine"] != _find_machine():
        return False
    try:
        os.kill(int(found["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # it is somebody else's, so it lives
        return False
    return False


@cache
def _find_machine() -> str:
    """Return a name for this computer since it was started, and for the container that this process is in: numbers of
    processes count within these only. Unknown where the system does not say, and on Windows, where to ask after a
    process ends it."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        return _UNKNOWN
    return hashlib.sha256(f"{boot} {space}".encode()).hexdigest()[:16]
