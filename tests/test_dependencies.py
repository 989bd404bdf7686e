"""`docs/dependencies.md` names what pyproject.toml does, and nothing more (D-32)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MANUAL = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")


def list_requirements(*entries: str) -> dict[str, Requirement]:
    return {(found := Requirement(entry)).name.lower(): found for entry in entries}


def test_every_package_has_its_line_with_a_version_that_the_project_allows() -> None:
    extras = [entry for part in PROJECT["project"]["optional-dependencies"].values() for entry in part]
    wanted = list_requirements(*PROJECT["project"]["dependencies"], *extras)
    del wanted["tzdata"]  # data, for systems without a database of zones
    lines = re.findall(r"^\| \[([\w.-]+)\]\([^)]*\)[^|]*\| ([\d.]+) \|", MANUAL, re.MULTILINE)
    versions = {name.lower(): version for name, version in lines}
    assert set(versions) == set(wanted)
    for name, version in versions.items():
        assert wanted[name].specifier.contains(version), name


def test_every_package_for_development_is_named() -> None:
    for group in PROJECT["dependency-groups"].values():
        for name in list_requirements(*group):
            assert re.search(rf"\b{re.escape(name.removeprefix('types-'))}\b", MANUAL), name


def test_the_one_that_another_package_holds_back_is_allowed_in_both_versions() -> None:
    """holidays decides which one is installed: nothing here has to change when it allows the newer one."""
    asked = list_requirements(*PROJECT["project"]["dependencies"])["python-dateutil"]
    assert all(asked.specifier.contains(version) for version in ("2.9.0.post0", "4.0.0"))
