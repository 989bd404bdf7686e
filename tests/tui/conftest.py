"""The desk that most tests of the console work on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.four_tickets import create_desk_of_four_tickets


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a desk with four tickets. Modules that need another desk define a fixture of this name."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_desk_of_four_tickets(place)
    return place
