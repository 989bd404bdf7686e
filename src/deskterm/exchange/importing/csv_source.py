"""A log as it lies in a file: compressed or not, in whatever encoding and line ends, record by record.

A record that is broken is told with its line and reason, and reading goes on at the line after the one it began on,
so that a quote that is never closed costs one record and not the rest of the file.
"""

from __future__ import annotations

import bz2
import codecs
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
from typing import NamedTuple, TextIO, cast

from deskterm.errors import DeskError

AUTO = "auto"
"""The encoding that a byte order mark names, else UTF-8 in which stray bytes are read as Latin-1."""


class BadRow(NamedTuple):
    """A place in a log that somebody should look at. line: counted from 1, the header included."""

    line: int
    reason: str


class LogRecord(NamedTuple):
    """One record. line: the one it begins on. remark: what is odd about a record that can be read nevertheless."""

    line: int
    values: list[str]
    remark: str = ""


class EventLog:
    """An open log. columns: the header's names as they stand there, without blanks around them."""

    def __init__(self, path: Path, text: Iterator[str], delimiter: str) -> None:
        self._lines = _Lines(path, text)
        self._delimiter = delimiter
        escaped = re.escape(delimiter)
        cell = rf'(?:"(?:[^"]|"")*"|[^"{escaped}\r\n]*)'
        self._sound = re.compile(rf"{cell}(?:{escaped}{cell})*[\r\n]*")
        try:
            header = next(self._reader())
        except StopIteration:
            raise DeskError(f"{path} is empty: give a log whose first line names its columns.") from None
        except csv.Error as error:
            raise DeskError(f"{path}:1: the header cannot be read ({error}).") from error
        self.columns = tuple(name.strip() for name in header) or ("",)

    def read_records(self) -> Iterator[LogRecord | BadRow]:
        """Every record after the header, in the file's order; blank lines are none."""
        lines, width = self._lines, len(self.columns)
        reader = self._reader()
        while True:
            lines.taken.clear()
            begin = lines.number + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(begin, _reason(error))
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
                values = [""]
            text = lines.taken[0] if len(lines.taken) == 1 else "".join(lines.taken)
            if '"' in text and not self._sound.fullmatch(text):
                yield LogRecord(begin, values, "a quotation mark inside a field that is not quoted")
            else:
                yield LogRecord(begin, values)

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines, delimiter=self._delimiter, strict=True)


@contextmanager
def open_log(path: Path, *, delimiter: str = ",", encoding: str = AUTO) -> Iterator[EventLog]:
    """A log for reading. DeskError, in a sentence, when it cannot be opened, now or later on: not there, no file,
    broken off in its compression, not in the encoding it should be in, without a header."""
    try:
        with path.open("rb") as bare:
            start = bare.peek(6)[:6]
            with _unpacked(bare, start) as raw:
                buffered: io.BufferedReader = io.BufferedReader(cast(io.RawIOBase, raw), 1 << 18)
                yield EventLog(path, _text(buffered, _first(path, buffered), encoding), delimiter)
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}: give the log to import.") from error
    except IsADirectoryError as error:
        raise DeskError(f"{path} is a folder: give the log in it.") from error
    except PermissionError as error:
        raise DeskError(f"{path} cannot be read (permission denied): ask its owner.") from error


def _unpacked(bare: io.BufferedReader, start: bytes) -> io.BufferedIOBase:
    """What is inside a compressed file, known by its first bytes whatever it is called."""
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(bare)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=bare)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(bare)
    return bare


def _first(path: Path, buffered: io.BufferedReader) -> bytes:
    try:
        return buffered.peek(4)[:4]
    except Exception as error:
        raise _unreadable(path, error) from error


def _text(buffered: io.BufferedReader, start: bytes, encoding: str) -> TextIO:
    if encoding != AUTO:
        return io.TextIOWrapper(buffered, encoding, newline="")
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return io.TextIOWrapper(buffered, "utf-32", newline="")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.TextIOWrapper(buffered, "utf-16", newline="")
    return io.TextIOWrapper(buffered, "utf-8-sig", errors="deskterm.latin-1", newline="")


def _latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("deskterm.latin-1", _latin_1)


class _Lines:
    """The lines of a text, with those of the record at hand, to be read once more where it is broken."""

    def __init__(self, path: Path, text: Iterator[str]) -> None:
        self._path, self._text = path, text
        self._again: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            try:
                line = next(self._text)
            except StopIteration:
                raise
            except Exception as error:
                raise _unreadable(self._path, error) from error
            if "\0" in line:
                line = line.replace("\0", "")
        self.number += 1
        self.taken.append(line)
        return line

    def resume(self) -> None:
        """Go back to the line after the first one of the record at hand."""
        rest = self.taken[1:]
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)


def _unreadable(path: Path, error: Exception) -> Exception:
    """What a file's bytes can do wrong, in a sentence; anything else as it is."""
    if isinstance(error, EOFError):
        return DeskError(f"{path} breaks off inside its compressed data: fetch it again.")
    if isinstance(error, UnicodeError):
        named = getattr(error, "encoding", "its encoding")
        return DeskError(f"{path} is not text in {named}: say its encoding in the mapping file.")
    if isinstance(error, lzma.LZMAError | zlib.error | OSError):
        return DeskError(f"{path} cannot be read ({error}): fetch it again.")
    return error


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "text follows a closing quotation mark"
    return text
