"""Opening of a file whatever its shape: its first bytes tell, whatever its name is."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import AUTO, decompress, explain_unreadable, read_sample
from deskterm.exchange.importing.encodings import MIXED_ERRORS, SAMPLE_BYTES, Encoding, detect_encoding
from deskterm.exchange.importing.tables.delimited import ScoreHeader, read_delimited
from deskterm.exchange.importing.tables.json_files import read_json
from deskterm.exchange.importing.tables.records import SourceTable
from deskterm.exchange.importing.tables.workbooks import read_workbook
from deskterm.exchange.importing.tables.xml_files import read_xml
from deskterm.named_files import refuse_device

_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_XML_STARTS = ("<?xml", "<")


@contextmanager
def open_table(
    path: Path,
    *,
    delimiter: str | None = None,
    encoding: str = AUTO,
    sheet: str | None = None,
    score_header: ScoreHeader | None = None,
) -> Iterator[SourceTable]:
    """Open a file for reading. delimiter, encoding: where they are known; sheet: of a workbook. Raises DeskError, now
    or while it is read, when it is not there, is no file, breaks off, or is of no shape that is known."""
    refuse_device(path)
    try:
        with ExitStack() as stack:
            bare = stack.enter_context(path.open("rb"))
            start = bare.peek(6)[:6]
            raw: IO[bytes]
            if start.startswith(_OLD_WORKBOOK) or (start.startswith(_ZIP) and _is_workbook(path)):
                yield read_workbook(path, sheet=sheet, score_header=score_header)
                return
            if start.startswith(_ZIP):
                raw = stack.enter_context(_open_member(path))
            else:
                raw = cast(IO[bytes], stack.enter_context(decompress(bare, start)))
            buffered: io.BufferedReader = io.BufferedReader(cast(io.RawIOBase, raw), SAMPLE_BYTES)
            sample = read_sample(path, buffered)
            chosen = detect_encoding(sample) if encoding == AUTO else Encoding(encoding, True)
            errors = MIXED_ERRORS if encoding == AUTO else "strict"
            beginning = _decode(sample, chosen.name)
            shown = beginning.lstrip("\ufeff \t\r\n")
            if shown.startswith(_XML_STARTS):
                yield read_xml(path, buffered)
                return
            text = io.TextIOWrapper(buffered, chosen.name, errors, newline="")
            if _is_json(shown):
                table = read_json(path, text)
                table.encoding, table.is_certain = chosen.name, chosen.is_certain
                yield table
                return
            yield read_delimited(path, text, beginning, chosen, delimiter=delimiter, score_header=score_header)
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}: give the export to import.") from error
    except IsADirectoryError as error:
        raise DeskError(f"{path} is a folder: give the export in it.") from error
    except PermissionError as error:
        raise DeskError(f"{path} cannot be read (permission denied): ask its owner.") from error


def _is_json(shown: str) -> bool:
    return shown.startswith("{") or (shown.startswith("[") and shown[1:].lstrip()[:1] in ("{", "]"))


def _is_workbook(path: Path) -> bool:
    with _read_zip(path) as archive:
        names = archive.namelist()
    return "[Content_Types].xml" in names or "content.xml" in names


def _read_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise DeskError(f"{path} breaks off inside its compressed data: fetch it again.") from error


@contextmanager
def _open_member(path: Path) -> Iterator[IO[bytes]]:
    """Open the one file in a zip archive."""
    with _read_zip(path) as archive:
        members = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
        if len(members) != 1:
            raise DeskError(f"{path} holds {len(members)} files: unpack it, and import them one by one.")
        try:
            with archive.open(members[0]) as file:
                yield file
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise explain_unreadable(path, OSError(str(error))) from error


def _decode(sample: bytes, encoding: str) -> str:
    """Return the beginning of a text without its last line, which the sample may have cut."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    if len(sample) < SAMPLE_BYTES:
        return text
    cut = max(text.rfind("\n"), text.rfind("\r"))
    return text[: cut + 1] if cut >= 0 else text
