"""Records of a CSV log from a file: compressed or not, in any encoding and with any line ends.

A broken record is reported with its line and the reason, and reading goes on at the line after the one that it began
on, so that a quotation mark that is never closed costs one record and not the rest of the file.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast

from deskterm.errors import DeskError
from deskterm.exchange.formula_guard import unguard_formula
from deskterm.exchange.importing.encodings import MIXED_ERRORS, SAMPLE_BYTES, Encoding, detect_encoding
from deskterm.exchange.unseen_characters import restore_unseen
from deskterm.named_files import refuse_device

AUTO = "auto"
"""The encoding as `detect_encoding` chooses it; bytes that it does not have are read as Windows-1252."""
_SAMPLES = 3
"""Cells with letters beyond ASCII that are kept to show what an encoding makes of them."""
_SAMPLE_LENGTH = 40


class BadRow(NamedTuple):
    """A row of a log that somebody should look at. line: counted from 1, the header included."""

    line: int
    reason: str


class LogRecord(NamedTuple):
    """One record. line: the one that it begins on. remark: the oddity of a record that can be read nevertheless."""

    line: int
    values: list[str]
    remark: str = ""


class EventLog:
    """An open log. columns: the names in its header, without blanks around them. encoding: the one it is read in.
    samples: a few of its cells with letters beyond ASCII, where the encoding is not certain."""

    def __init__(self, path: Path, text: Iterator[str], delimiter: str, encoding: Encoding) -> None:
        self.encoding = encoding
        self.samples: list[str] = []
        self._lines = RepeatableLines(path, text)
        self._delimiter = delimiter
        escaped = re.escape(delimiter)
        cell = rf'(?:"(?:[^"]|"")*"|[^"{escaped}\r\n]*)'
        self._well_formed = re.compile(rf"{cell}(?:{escaped}{cell})*[\r\n]*")
        try:
            header = next(self._reader())
        except StopIteration:
            raise DeskError(f"{path} is empty: give a log whose first line names its columns.") from None
        except csv.Error as error:
            raise DeskError(f"{path}:1: the header cannot be read ({error}).") from error
        self.columns = tuple(name.strip() for name in header) or ("",)

    def read_records(self) -> Iterator[LogRecord | BadRow]:
        """Yield every record after the header, in the file's order. Blank lines are no records."""
        lines, width = self._lines, len(self.columns)
        reader = self._reader()
        while True:
            lines.of_record.clear()
            begin = lines.number + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(begin, explain_csv_error(error))
                lines.resume()
                reader = self._reader()
                continue
            if len(values) != width:
                if values:
                    yield BadRow(begin, f"{len(values)} fields where the header has {width}")
                    lines.resume()
                    continue
                if width > 1:
                    continue
                # In a log of one column an empty line is a record with an empty cell
                values = [""]
            if not self.encoding.is_certain and len(self.samples) < _SAMPLES:
                self._keep_samples(values)
            if "'" in "".join(values):
                values = [restore_unseen(unguard_formula(value)) for value in values]
            # The csv module accepts a quotation mark inside a plain field: the text itself shows it.
            text = lines.of_record[0] if len(lines.of_record) == 1 else "".join(lines.of_record)
            remarks = []
            if '"' in text and not self._well_formed.fullmatch(text):
                remarks.append("a quotation mark inside a field that is not quoted")
            for line in sorted(lines.with_nul):
                place = "" if line == begin else f" in line {line}"
                remarks.append(f"a control character (U+0000){place} was left out")
            lines.with_nul.clear()
            yield LogRecord(begin, values, "; ".join(remarks))

    def _keep_samples(self, values: list[str]) -> None:
        for value in values:
            if not value.isascii() and len(self.samples) < _SAMPLES and value[:_SAMPLE_LENGTH] not in self.samples:
                self.samples.append(value[:_SAMPLE_LENGTH])

    def _reader(self) -> Iterator[list[str]]:
        # strict: without it, text behind a closing quotation mark becomes part of the cell in silence
        return csv.reader(self._lines, delimiter=self._delimiter, strict=True)


@contextmanager
def open_log(path: Path, *, delimiter: str = ",", encoding: str = AUTO) -> Iterator[EventLog]:
    """Open a log for reading. Raises DeskError, now or while it is read, when it is not there, is no file, breaks off
    in its compression, is not in its encoding, or has no header."""
    refuse_device(path)
    try:
        with path.open("rb") as bare:
            start = bare.peek(6)[:6]
            with decompress(bare, start) as raw:
                buffered: io.BufferedReader = io.BufferedReader(cast(io.RawIOBase, raw), SAMPLE_BYTES)
                if encoding != AUTO:
                    chosen, errors = Encoding(encoding, True), "strict"
                else:
                    chosen, errors = detect_encoding(read_sample(path, buffered)), MIXED_ERRORS
                text = io.TextIOWrapper(buffered, chosen.name, errors, newline="")
                yield EventLog(path, text, delimiter, chosen)
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}: give the log to import.") from error
    except IsADirectoryError as error:
        raise DeskError(f"{path} is a folder: give the log in it.") from error
    except PermissionError as error:
        raise DeskError(f"{path} cannot be read (permission denied): ask its owner.") from error


def decompress(bare: io.BufferedReader, start: bytes) -> io.BufferedIOBase:
    """Return the content of a compressed file. Its first bytes tell the compression, whatever its name is."""
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(bare)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=bare)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(bare)
    return bare


def read_sample(path: Path, buffered: io.BufferedReader) -> bytes:
    """Return the first bytes of the content without consuming them."""
    try:
        # A compressed file gives little at a time: the buffer is filled step by step
        size = -1
        while size < len(found := buffered.peek(SAMPLE_BYTES)) < SAMPLE_BYTES:
            size = len(found)
        return found
    except Exception as error:
        raise explain_unreadable(path, error) from error


class RepeatableLines:
    """The lines of a text. of_record: those of the current record, which are read again when it is broken. number: of
    the last line. with_nul: the lines from which a NUL was left out."""

    def __init__(self, path: Path, text: Iterator[str]) -> None:
        self._path, self._text = path, text
        self._to_repeat: deque[str] = deque()
        self.number = 0
        self.of_record: list[str] = []
        self.with_nul: set[int] = set()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._to_repeat:
            line = self._to_repeat.popleft()
        else:
            try:
                line = next(self._text)
            except StopIteration:
                raise
            except Exception as error:
                # Compressed data are read as the lines are, so their errors show here
                raise explain_unreadable(self._path, error) from error
            if "\0" in line:  # PostgreSQL cannot store it, and nobody can see it
                line = line.replace("\0", "")
                self.with_nul.add(self.number + 1)
        self.number += 1
        self.of_record.append(line)
        return line

    def resume(self) -> None:
        """Go back to the second line of the current record."""
        rest = self.of_record[1:]
        self._to_repeat.extendleft(reversed(rest))
        self.number -= len(rest)


def explain_unreadable(path: Path, error: Exception) -> Exception:
    """Translate an error about the bytes of a file into a sentence; any other stays as it is."""
    if isinstance(error, EOFError):
        return DeskError(f"{path} breaks off inside its compressed data: fetch it again.")
    if isinstance(error, UnicodeError):
        encoding = getattr(error, "encoding", "its encoding")
        return DeskError(f"{path} is not text in {encoding}: say its encoding in the mapping file.")
    if isinstance(error, lzma.LZMAError | zlib.error | OSError):
        return DeskError(f"{path} cannot be read ({error}): fetch it again.")
    return error


def explain_csv_error(error: csv.Error) -> str:
    """Return the reason why a record is broken, in plain words."""
    text = str(error)
    if "unexpected end" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "text follows a closing quotation mark"
    return text
