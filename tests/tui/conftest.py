"""The desk that most tests of the console work on, and the comparison of its pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tui.four_tickets import create_desk_of_four_tickets

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from textual.app import App
    from textual.pilot import Pilot


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a desk with four tickets. Modules that need another desk define a fixture of this name."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_desk_of_four_tickets(place)
    return place


@pytest.fixture
def snap_compare(snapshot: SnapshotAssertion, request: pytest.FixtureRequest) -> Callable[..., bool]:
    """Compare the console with the picture of it that is kept; `--snapshot-update` keeps the new one."""
    from tui.picture_comparison import SvgExtension, compare_picture  # textual is slow to import

    pictures = snapshot.use_extension(SvgExtension)

    def compare(
        app: App[Any], *, terminal_size: tuple[int, int], run_before: Callable[[Pilot[Any]], Awaitable[None]]
    ) -> bool:
        return compare_picture(pictures, request.node.name, app, terminal_size, run_before)

    return compare
