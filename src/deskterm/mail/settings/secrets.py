"""Secrets of mail servers: read where they lie when they are needed, and kept nowhere else (M-62)."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError
from deskterm.named_files import expand_home

_SERVICE = "deskterm"
"""The name under which the keyring keeps the secrets of this program."""
_LARGEST = 100_000


def read_secret(place: str) -> str:
    """Return a secret. place: `keyring:NAME`, `file:/path` or `env:NAME`. Raises DeskError, which names the place and
    never the secret, where there is none or others may read it."""
    kind, _, name = place.partition(":")
    if kind == "env":
        value = os.environ.get(name, "")
        if not value:
            raise DeskError(f"The secret is to be in the environment, and {name} is not set there.")
        return value
    return _read_file(name) if kind == "file" else _read_keyring(name)


def _read_file(name: str) -> str:
    path = expand_home(name)
    try:
        with path.open("rb") as file:
            # Of the file that was opened: another one could have the name by now
            mode = os.fstat(file.fileno())
            if not stat.S_ISREG(mode.st_mode):
                raise DeskError(f"{path} is no file: a secret is the first line of one.")
            if mode.st_mode & 0o077:
                raise DeskError(f"{path} can be read by others: `chmod 600 {path}` keeps the secret yours.")
            text = file.read(_LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise DeskError(f"The secret in {path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    first = text.split("\n", 1)[0].rstrip("\r")
    if not first:
        raise DeskError(f"{path} is empty: the secret is its first line.")
    return first


def write_secret(place: str, value: str) -> None:
    """Write a secret where it lies; an environment cannot be written. A file is replaced as a whole, has mode 0600, and
    keeps what stands below its first line; what a link names is written, and the link stays. Raises DeskError, which
    names the place and never the secret."""
    check_writable(place)
    kind, _, name = place.partition(":")
    if kind == "file":
        _write_file(_resolve(name), value)
        return
    keyring, failures = _load_keyring()
    try:
        keyring.set_password(_SERVICE, name, value)
    except failures as error:
        raise DeskError(f"The keyring keeps no secret ({type(error).__name__}): {_ADVICE}") from None
    if _read_keyring(name) != value:
        raise DeskError(f"The keyring did not keep the secret {name!r}: {_ADVICE}")


def check_writable(place: str) -> None:
    """Raise DeskError where a secret cannot be kept at a place, before anybody goes to the trouble of getting one."""
    kind, _, name = place.partition(":")
    if kind == "env":
        raise DeskError(
            f"The secret is in the environment ({name}), where nothing can be kept: name a keyring or a file:"
            ' secret = "file:/path".'
        )
    if kind == "keyring":
        _load_keyring()
        return
    path = _resolve(name)
    if path.exists() and not path.is_file():
        raise DeskError(f"{path} is no file: a secret is the first line of one.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        reason = "cannot be written" if path.parent.is_dir() else "is no folder: make it"
        raise DeskError(f"A secret cannot be kept in {path}: {path.parent} {reason}.")


def _resolve(name: str) -> Path:
    return Path(os.path.realpath(expand_home(name)))


def _write_file(path: Path, value: str) -> None:
    temporary = ""
    try:
        below, owner = b"", None
        if path.exists():
            with path.open("rb") as file:
                owner = os.fstat(file.fileno())
                below = file.read(_LARGEST).partition(b"\n")[2]
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # with mode 0600
        with os.fdopen(descriptor, "wb") as file:
            if owner is not None and os.geteuid() == 0:  # the service that reads it may be another login's
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            file.write(value.encode() + b"\n" + below)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        raise DeskError(f"The secret cannot be kept in {path}: {(error.strerror or str(error)).lower()}.") from error


_ADVICE = 'where no desktop is, name a file or an environment variable: secret = "file:/path".'


def _read_keyring(name: str) -> str:
    keyring, failures = _load_keyring()
    try:
        value = keyring.get_password(_SERVICE, name)
    except failures as error:
        raise DeskError(f"The keyring gives no secret ({type(error).__name__}): {_ADVICE}") from None
    if not value:
        raise DeskError(f"The keyring has no secret {name!r}: `keyring set {_SERVICE} {name}` puts it there.")
    return str(value)


def _load_keyring() -> tuple[Any, tuple[type[Exception], ...]]:
    """Return the keyring and the errors that it raises. Raises DeskError where there is none."""
    import keyring  # noqa: PLC0415 - it looks for its backends, which takes 80 ms, and a service often has none
    from keyring.errors import KeyringError  # noqa: PLC0415

    backend = keyring.get_keyring()
    if backend.priority <= 0:  # those that keep nothing, or raise whatever is asked of them
        raise DeskError(f"There is no keyring on this machine: {_ADVICE}")
    return backend, (KeyringError, RuntimeError)
