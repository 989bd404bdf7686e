"""Documents for contributors: every file and folder that they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/deskterm"
PLANNED = frozenset({"mail/"})
"""Rooms that the contracts foresee and that hold nothing so far."""


def _places(document: str) -> set[str]:
    """Paths in backticks: with a slash in them, made of names, and not options or addresses."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return {place for place in re.findall(r"`([\w./-]+/[\w.-]*)`", text) if not place.startswith(("-", "/"))}


def _exists(place: str) -> bool:
    return any(
        (base / place).exists() or (base / f"{place}.py").exists() or _attribute(base / place)
        for base in (ROOT, SOURCE, *(path for path in SOURCE.iterdir() if path.is_dir()))
    )


def _attribute(path: Path) -> bool:
    """Whether `folder/module.name` names a function or class of a module."""
    module, _, name = path.name.partition(".")
    file = path.parent / f"{module}.py"
    return (
        bool(name)
        and file.exists()
        and re.search(rf"\b(def|class) {name}\b", file.read_text(encoding="utf-8")) is not None
    )


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_place_that_a_document_names_is_there(document: str) -> None:
    places = _places(document)
    assert len(places) > 20
    assert sorted(place for place in places - PLANNED if not _exists(place)) == []
