"""Mails in files: one mail, an mbox file, a Maildir, or standard input (M-01)."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from deskterm.errors import DeskError
from deskterm.named_files import refuse_device

_MBOX_START = re.compile(rb"From \S+.*\d\d:\d\d", re.DOTALL)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


class FoundMail(NamedTuple):
    """A mail in a source. place: names it there for ever, so that it is taken once; received_at: when it reached the
    source, None where nothing says so; read: returns its bytes, or None where its owner moved it meanwhile, so that the
    next look finds it: of a mail that is known they are not read. Raises DeskError where they cannot be."""

    place: str
    received_at: datetime | None
    read: Callable[[], bytes | None]


def read_mail_files(path: Path) -> Iterator[FoundMail]:
    """Yield the mails at a path: a file with one mail, an mbox file, a Maildir, or a folder of .eml files. Raises
    DeskError where there is nothing of the kind."""
    refuse_device(path)
    try:
        if path.is_dir():
            yield from _read_maildir(path)
            return
        with path.open("rb") as file:
            if not _MBOX_START.match(file.read(200)):
                file.seek(0)
                yield name_mail(file.read())
                return
            file.seek(0)
            yield from _read_mbox(file.readlines())
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}.") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DeskError:
    return DeskError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.")


def name_mail(data: bytes) -> FoundMail:
    """Return a mail that lies nowhere, such as one on standard input: the digest of its bytes is its place, so that
    the same bytes are taken once."""
    return FoundMail(f"sha256:{hashlib.sha256(data).hexdigest()}", None, lambda: data)


def _read_maildir(path: Path) -> Iterator[FoundMail]:
    folders = [path / name for name in ("new", "cur")]
    if not any(folder.is_dir() for folder in folders):
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".eml" and file.is_file())
        if not files:
            raise DeskError(f"{path} is no Maildir, which has a folder new or cur, and has no .eml files.")
        for file in files:
            if (data := _read_file(file)) is not None:
                # The bytes name it, but thousands of them are not held
                yield name_mail(data)._replace(read=partial(_read_file, file))
        return
    entries = [entry for folder in folders if folder.is_dir() for entry in os.scandir(folder) if entry.is_file()]
    for entry in sorted(entries, key=lambda entry: entry.name):
        try:
            modified = entry.stat().st_mtime
        except FileNotFoundError:  # its owner moved it meanwhile; the next look finds it
            continue
        # What is behind the colon are flags, which change
        unique = entry.name.partition(":")[0]
        received_at = datetime.fromtimestamp(int(modified), UTC)
        yield FoundMail(f"maildir:{unique}", received_at, partial(_read_file, Path(entry.path)))


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_mbox(lines: list[bytes]) -> Iterator[FoundMail]:
    mail: list[bytes] = []
    blank = True
    for line in lines:
        if blank and line.startswith(b"From ") and _MBOX_START.match(line):
            if mail:
                yield _name_mbox_mail(mail)
            mail = []
        else:
            mail.append(line)
        blank = not line.strip()
    if mail:
        yield _name_mbox_mail(mail)


def _name_mbox_mail(lines: list[bytes]) -> FoundMail:
    return name_mail(_QUOTED.sub(rb"\1", b"".join(lines)).rstrip(b"\r\n") + b"\n")
