"""Material to test against that does not belong to the project: it lies beside it, or where DESKTERM_TEST_DATA says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def real_data(name: str) -> Path:
    """A file or folder of the material. Skips where it is not there, except in CI, where it has to be."""
    named = os.environ.get("DESKTERM_TEST_DATA")
    path = (Path(named) if named else Path(__file__).parents[3] / "shared" / "data") / name
    if not path.exists():
        reason = f"there is no {path}: set DESKTERM_TEST_DATA to the folder of the test data"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
