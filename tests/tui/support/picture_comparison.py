"""Pictures of the console against those that were looked at before: one SVG file each, by syrupy."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual._doc import take_svg_screenshot
from textual.app import App
from textual.pilot import Pilot

REPORT = Path("snapshot_report.html")
"""The file with the pictures that differ, before and after, of the last run."""


class SvgExtension(SingleFileSnapshotExtension):
    """A picture a file, without the number that rich gives to each."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT

    def serialize(self, data: Any, **options: Any) -> Any:
        return _without_number(str(super().serialize(data, **options)))


def compare_picture(
    snapshot: SnapshotAssertion,
    name: str,
    app: App[Any],
    terminal_size: tuple[int, int],
    run_before: Callable[[Pilot[Any]], Awaitable[None]],
) -> bool:
    """Return whether the console looks as it did. One that does not is added to the report. name: of the test."""
    picture = take_svg_screenshot(app=app, terminal_size=terminal_size, run_before=run_before)
    is_same = bool(snapshot == picture)
    if not is_same:
        with REPORT.open("a", encoding="utf-8") as report:
            before, after = (_renumber(svg, number) for number, svg in enumerate((str(snapshot), picture), 1))
            report.write(f"<h2>{html.escape(name)}</h2><h3>before</h3>{before}<h3>now</h3>{after}\n")
    return is_same


def _without_number(svg: str) -> str:
    return re.sub(r"\bterminal-\d+-([\w-]+)", r"terminal-\1", svg)


def _renumber(svg: str, number: int) -> str:
    """Give the styles of a picture names of their own: a page has several."""
    return re.sub(r"\bterminal-(?:\d+-)?([\w-]+)", rf"terminal-{abs(hash(svg))}{number}-\1", svg)
