"""Compression of backups, by the ending of the file: `.gz`, or `.zst` where Python or an extra brings zstd."""

from __future__ import annotations

import gzip
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from deskterm.errors import DeskError

Compression = Literal["none", "gz", "zst"]

_BLOCK = 1 << 20


def compression_of(path: Path) -> Compression:
    """Return the compression that a file's ending names."""
    return {".gz": "gz", ".zst": "zst"}.get(path.suffix, "none")  # type: ignore[return-value]


def require_compression(kind: Compression) -> None:
    """Raise DeskError when a compression is not there."""
    if kind == "zst":
        _load_zstd()


def compress(source: Path, target: BinaryIO, kind: Compression) -> None:
    """Copy a file to an open one, compressed."""
    with source.open("rb") as plain:
        if kind == "none":
            shutil.copyfileobj(plain, target, _BLOCK)
            return
        with open_for_writing(target, kind) as packed:
            shutil.copyfileobj(plain, packed, _BLOCK)


def open_for_writing(target: BinaryIO, kind: Compression) -> BinaryIO:
    """Return a file that compresses what is written to it into `target`."""
    if kind == "gz":
        # Without name and time in its header, so that equal desks make equal files.
        return cast(BinaryIO, gzip.GzipFile("", "wb", 6, target, mtime=0))
    return cast(BinaryIO, _load_zstd().ZstdFile(target, "wb"))


def decompress(source: BinaryIO, target: BinaryIO, kind: Compression, place: str) -> None:
    """Copy an open file to another one, decompressed. Raises DeskError when it is not compressed like that, or cut
    short. place: its name, for the message."""
    if kind == "none":
        shutil.copyfileobj(source, target, _BLOCK)
        return
    zstd = _load_zstd() if kind == "zst" else None
    broken = (EOFError, gzip.BadGzipFile, *((zstd.ZstdError,) if zstd else ()))
    try:
        packed: BinaryIO = zstd.ZstdFile(source) if zstd else cast(BinaryIO, gzip.GzipFile(fileobj=source))
        shutil.copyfileobj(packed, target, _BLOCK)
    except broken as error:
        raise DeskError(f"{place} is damaged and cannot be unpacked ({error}): restore another backup.") from error


def _load_zstd() -> Any:
    """Return the module of zstd: Python's own from 3.14 on, else that of the extra."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise DeskError("Files ending in .zst need a library: install `deskterm[zstd]`, or use .gz.")
