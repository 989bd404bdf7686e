"""Pictures of the console: every screen of the demo desk's morning, on terminals of three sizes and in four looks.

After an intended change, look at the pictures that `pytest tests/tui/test_snapshots.py --snapshot-update` makes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages
from typing import Any, get_args

import pytest
from textual.command import CommandPalette
from textual.screen import Screen

import deskterm.tui
import deskterm.tui.pages
from deskterm.present.models import TABS
from deskterm.tui.dialogs.compose import Kind
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.dialogs.prompt import PromptKind
from deskterm.tui.panes.pane_set import PANES
from small_desk import at
from tui.support.pictures.consoles import open_walk
from tui.support.pictures.gallery import Gallery
from tui.support.pictures.looks import EVERYTHING, LARGE, MEDIUM, SOME, Place
from tui.support.pictures.scenes import SCENES
from tui.support.pictures.text_picture import Shot
from tui.support.snapshot_desk import MOMENT, create_demo_desk, create_empty_desk, create_hostile_desk

pytestmark = [pytest.mark.law("C-13"), pytest.mark.law("C-23"), pytest.mark.law("C-41")]

HOSTILE = [
    "\x1b[31mred\x1b[0m and \x1b[2J\x1b[Hwiped",
    "\x1b]0;title\x07K\x1b]52;c;aGVsbG8=\x07im \x9b31mLee",
    "[red]vip[/red]",
    "Mallory [@click=app.quit]here[/]",
    "[urgent] [/] printer [not a tag [b]down",
    "safe\b\b\b\bevil\rover\x00\x07",
    "invoice\u202efdp.exe \u2067isolated\u2069",
    "Z\u0335\u0322\u0335\u0322\u0335\u0322a\u0335\u0322\u0335\u0322\u0335\u0322lgo",
    "東京の販売管理システムが起動しない 👨\u200d👩\u200d👧 👍🏽",
    "tab\tseparated\tfields and\x85other\u2028lines",
    "\x1b]8;;https://example.com\x07a link\x1b]8;;\x07, and no end: \x1b]0;title",
    "$primary {brace} %s \\[escaped] " + "x" * 200,
]


async def visit_scenes(
    folder: Path, places: Iterable[Place], environment: pytest.MonkeyPatch, only: Collection[str] = ()
) -> tuple[dict[str, dict[Place, Shot]], set[str]]:
    """Visit every scene in these sizes and looks, in a console for each; return the pictures, and what they show. only:
    names of scenes, empty for all."""
    scenes = {name: visit for name, visit in SCENES.items() if not only or name in only}
    pictures: dict[str, dict[Place, Shot]] = {name: {} for name in scenes}
    seen: set[str] = set()
    for place in places:
        # A desk for each: what was read once is not new any more, and previews record what is due by now
        url = create_demo_desk(folder / f"{place[0][0]}-{place[1]}")
        async with open_walk(url, "sam", MOMENT, place, environment) as walker:
            for name, visit in scenes.items():
                await walker.begin()
                await visit(walker)
                pictures[name][place] = await walker.shoot()
            seen |= walker.seen
    return pictures, seen


def list_what_there_is() -> set[str]:
    """List everything that a picture must show: the kinds of screens, panes, tabs, letters and lines that there are."""
    for module in walk_packages(deskterm.tui.__path__, "deskterm.tui."):
        import_module(module.name)
    found: list[type[Screen[Any]]] = []
    kinds: list[type[Screen[Any]]] = [Screen]
    while kinds:
        kinds = [kind for one in kinds for kind in one.__subclasses__()]
        found += [kind for kind in kinds if kind.__module__.startswith("deskterm.tui.")]
    screens = {kind.__name__ for kind in found if kind is not Dialog} | {CommandPalette.__name__}
    panes, tabs = {f"pane {pane}" for pane in PANES}, {f"tab {tab}" for tab in TABS}
    letters, lines = {f"composer {kind}" for kind in get_args(Kind)}, {f"line {kind}" for kind in get_args(PromptKind)}
    return screens | panes | tabs | letters | lines


def test_every_page_has_a_picture_of_its_name() -> None:
    modules = {module.name for module in iter_modules(deskterm.tui.pages.__path__)}
    pages = {name.removesuffix("_page") for name in modules if name.endswith("_page")}
    assert pages == {name.removeprefix("page-") for name in SCENES if name.startswith("page-")}


@pytest.mark.first
async def test_every_screen_looks_as_it_did(tmp_path: Path, gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    places = EVERYTHING if gallery.keep else SOME
    pictures, seen = await visit_scenes(tmp_path, places, monkeypatch, gallery.only)
    gallery.compare(pictures)
    assert gallery.only or list_what_there_is() - seen == set(), (
        "take a picture of it: a scene in support/pictures/scenes.py"
    )


@pytest.mark.long
async def test_every_screen_looks_as_it_did_in_every_size_and_look(
    tmp_path: Path, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, _ = await visit_scenes(tmp_path, EVERYTHING, monkeypatch)
    gallery.compare(pictures)


async def test_a_desk_without_tickets_and_one_whose_words_attack_the_terminal(
    tmp_path: Path, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures: dict[str, dict[Place, Shot]] = {}
    for name, url, moment, place in (
        ("empty", create_empty_desk(tmp_path), at(0), (MEDIUM, "dark")),
        ("hostile", create_hostile_desk(tmp_path, HOSTILE), at(30), (LARGE, "dark")),
    ):
        async with open_walk(url, "ann", moment, place, monkeypatch) as walker:
            pictures[name] = {place: await walker.shoot()}
    gallery.of("desks").compare(pictures)
