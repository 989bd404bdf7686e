"""Pictures of the console against those that were looked at before."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tui.support.pictures.text_picture import Shot, Shots, Size, read_picture, to_rich, write_picture

REPORT = Path("snapshot_report.html")
"""The file with the pictures that differ, before and after, of the last run."""

_MOST_ROWS = 6
"""Rows of a picture that the message of a failed test shows."""


class Gallery:
    """A folder of pictures, one file a screen. keep: pictures are not compared but kept; only: the names of those,
    empty for all."""

    def __init__(self, folder: Path, *, keep: bool, only: Collection[str] = ()) -> None:
        self._folder, self.keep, self.only = folder, keep, only

    def of(self, name: str) -> Gallery:
        """Return the gallery of a part."""
        return Gallery(self._folder / name, keep=self.keep, only=self.only)

    def compare(self, pictures: Mapping[str, Shots]) -> None:
        """Fail where pictures are not as they were, by their names; or keep them. They may lack sizes and looks of
        those that are kept, unless they are to be kept themselves."""
        kept = {path.stem: path for path in sorted(self._folder.glob("*.txt"))}
        if self.keep:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name in () if self.only else kept.keys() - pictures.keys():
                kept[name].unlink()
            for name, shots in pictures.items():
                if not self.only or name in self.only:
                    (self._folder / f"{name}.txt").write_text(write_picture(shots), encoding="utf-8")
            return
        differences = [f"{name} is no picture any more: --snapshot-update" for name in kept.keys() - pictures.keys()]
        for name, shots in pictures.items():
            if name not in kept:
                differences.append(f"{name} has no picture: --snapshot-update, and look at it")
                continue
            before = read_picture(kept[name].read_text(encoding="utf-8"))
            for place, shot in shots.items():
                if place not in before or before[place] != shot:
                    differences.append(_describe(f"{name} {_name(*place)}", before.get(place, []), shot))
        if differences:
            pytest.fail("\n\n".join(differences), pytrace=False)


def _name(size: Size, look: str) -> str:
    return f"{size[0]}x{size[1]} {look}"


def _describe(name: str, before: Shot, after: Shot) -> str:
    """Return the first rows that differ, and add both pictures to the report."""
    with REPORT.open("a", encoding="utf-8") as report:
        report.write(f"<h2>{html.escape(name)}</h2><h3>before</h3>{_to_html(before)}<h3>now</h3>{_to_html(after)}\n")
    rows = [place for place, (old, new) in enumerate(zip(before, after, strict=False)) if old != new]
    lines = [f"{name}: {len(rows)} rows differ" if len(before) == len(after) else f"{name}: of another size"]
    for place in rows[:_MOST_ROWS]:
        old, new = before[place], after[place]
        lines += (
            [f"  {place} - {old.text}", f"  {place} + {new.text}"]
            if old.text != new.text
            else [
                f"  {place} = {old.text}",
                f"  {place} - {_name_runs(old.runs)}",
                f"  {place} + {_name_runs(new.runs)}",
            ]
        )
    return "\n".join(lines)


def _name_runs(runs: Collection[tuple[int, str]]) -> str:
    return ", ".join(f"{cells} {style}" for cells, style in runs)


def _to_html(shot: Shot) -> str:
    console = Console(record=True, file=StringIO(), width=400, color_system="truecolor", force_terminal=True)
    console.print(to_rich(shot), soft_wrap=True)
    code = console.export_html(inline_styles=True, code_format="{code}")
    return f'<pre style="background:#14181d;color:#d5dae1;line-height:1.2">{code}</pre>'
