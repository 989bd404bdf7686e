"""Mails in files: one mail, an mbox file, a Maildir, or standard input (M-01)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from deskterm.errors import DeskError
from deskterm.mail.settings.schema import LARGEST
from deskterm.mail.sources.mail_bytes import MailBytes, read_blocks, take_bytes, take_file
from deskterm.mail.sources.mbox import find_mbox_mails, is_mbox, read_mbox_mail
from deskterm.named_files import refuse_device


class FoundMail(NamedTuple):
    """A mail in a source. place: names it there for ever, so that it is taken once; received_at: when it reached the
    source, None where nothing says so; read: returns its bytes, or None where its owner moved it meanwhile, so that the
    next look finds it: of a mail that is known they are not read. Raises DeskError where they cannot be."""

    place: str
    received_at: datetime | None
    read: Callable[[], MailBytes | None]


def read_mail_files(path: Path, largest: int = LARGEST) -> Iterator[FoundMail]:
    """Yield the mails at a path: a file with one mail, an mbox file, a Maildir, or a folder of .eml files. largest:
    bytes of a mail that is taken whole. Raises DeskError where there is nothing of the kind."""
    refuse_device(path)
    try:
        if path.is_dir():
            yield from _read_folder(path, largest)
            return
        with path.open("rb") as file:
            is_of_many = is_mbox(file.read(200))
            file.seek(0)
            if not is_of_many:
                yield name_mail(take_bytes(read_blocks(file), largest))
                return
            for begin, end in find_mbox_mails(file):
                read = partial(_read_from_mbox, path, begin, end, largest)
                if (mail := read()).size:
                    place = _name_place(mail)
                    yield FoundMail(place, None, partial(_read_again, read, place))
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}.") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DeskError:
    return DeskError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.")


def name_mail(mail: MailBytes) -> FoundMail:
    """Return a mail that lies nowhere, such as one on standard input: the digest of its bytes is its place, so that
    the same bytes are taken once."""
    return FoundMail(_name_place(mail), None, lambda: mail)


def _name_place(mail: MailBytes) -> str:
    return f"sha256:{mail.digest}"


def _read_folder(path: Path, largest: int) -> Iterator[FoundMail]:
    folders = [path / name for name in ("new", "cur")]
    if not any(folder.is_dir() for folder in folders):
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".eml" and file.is_file())
        if not files:
            raise DeskError(f"{path} is no Maildir, which has a folder new or cur, and has no .eml files.")
        for file in files:
            try:
                with file.open("rb") as opened:
                    # The bytes name it, but thousands of them are not held
                    place = _name_place(take_bytes(read_blocks(opened), largest))
            except FileNotFoundError:
                continue
            yield FoundMail(place, None, partial(_read_file, file, largest))
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
        yield FoundMail(f"maildir:{unique}", received_at, partial(_read_file, Path(entry.path), largest))


def _read_file(path: Path, largest: int) -> MailBytes | None:
    try:
        with path.open("rb") as file:
            return take_file(file, os.fstat(file.fileno()).st_size, largest)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_from_mbox(path: Path, begin: int, end: int, largest: int) -> MailBytes:
    return take_bytes(read_mbox_mail(path, begin, end), largest)


def _read_again(read: Callable[[], MailBytes], place: str) -> MailBytes | None:
    """Read a mail of an mbox file; None where the file was written anew meanwhile, and other bytes lie there."""
    try:
        mail = read()
    except FileNotFoundError:
        return None
    return mail if _name_place(mail) == place else None
