"""Mails of other projects with what each must become. They belong to nobody here: they lie beside the project."""

from __future__ import annotations

import json
import lzma
import os
import re
import tarfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest


def read_cases(name: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield what is expected of each mail of a set, and its bytes. Skips where the set is not there, except in CI."""
    folder = _find_folder(name)
    mails = _unpack(folder / f"{name}.tar.xz")
    packed = folder / f"{name}.jsonl.xz"
    plain = lzma.decompress(packed.read_bytes()) if packed.exists() else (folder / f"{name}.jsonl").read_bytes()
    for line in plain.splitlines():
        case = json.loads(line)
        yield case, mails[case["id"]]


def _find_folder(name: str) -> Path:
    named = os.environ.get("DESKTERM_TEST_DATA")
    roots = [Path(named), Path(named).parent] if named else [Path(__file__).parents[4] / "shared"]
    for root in roots:
        for folder in (root / "cases" / "mail", root / "mail"):
            if (folder / f"{name}.tar.xz").is_file():
                return folder
    reason = f"there is no {name}.tar.xz in {roots[0] / 'cases' / 'mail'}: DESKTERM_TEST_DATA names the test data"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def _unpack(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        members = [member for member in archive if member.isfile()]
        files = {member.name: archive.extractfile(member) for member in members}
        return {name.removeprefix("./"): file.read() for name, file in files.items() if file is not None}


def normalise(text: str) -> str:
    """Return a text as expectations have it: white space as one space, composed."""
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", text)).strip()


class Score:
    """How many expectations were met, by what they are about, and which were not."""

    def __init__(self) -> None:
        self._met: dict[str, int] = defaultdict(int)
        self._all: dict[str, int] = defaultdict(int)
        self._misses: list[str] = []

    def compare(self, about: str, case: str, found: object, expected: object) -> None:
        """Count one expectation."""
        self._all[about] += 1
        self._met[about] += found == expected
        if found != expected:
            self._misses.append(f"{about}: {case}: {str(found)[:120]!r}, expected {str(expected)[:120]!r}")

    def require(self, **aims: float) -> None:
        """Assert the shares that are aimed at, and print those expectations that were not met."""
        print(*self._misses, sep="\n")
        shares = {about: self._met[about] / max(1, self._all[about]) for about in aims}
        assert all(self._all[about] for about in aims), "an expectation that nothing has"
        assert {about: share for about, share in shares.items() if share < aims[about]} == {}
