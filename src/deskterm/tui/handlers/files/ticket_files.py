"""The files of a ticket: listed, opened by the system's program, saved into a folder (C-22)."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import name_files
from deskterm.errors import DeskError
from deskterm.exchange.attaching.opening import open_content
from deskterm.exchange.attaching.saving import save_content
from deskterm.named_files import expand_home
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.present.ticket_files import describe_file, find_files, name_file
from deskterm.store.queries.ticket_detail import load_ticket_detail
from deskterm.store.queries.ticket_tabs.files import FileView, load_content
from deskterm.tui.control.path_help import PathHelp

if TYPE_CHECKING:
    from deskterm.tui.console import Console, Workspace
    from deskterm.tui.target import Target

_ALL = "all"


async def show(console: Workspace, target: Target, argument: str) -> None:
    """Show the tab of the ticket's files."""
    await console.read_ticket(target.number)
    console.choose_tab("files")
    console.show_pane("conversation")


async def open_file(console: Console, target: Target, argument: str) -> None:
    """Open a file of the ticket. argument: its name, or its number in the list."""
    files = await _load_files(console, target.number)
    file = await _choose_one(console, files, argument, f"Open a file of {target.name}")
    if file is None:
        return
    content = await _load_content(console, file)
    await asyncio.to_thread(open_content, _make_folder(), file.name, content)
    console.notify(f"Opening {name_file(file)}.")


async def save(console: Workspace, target: Target, argument: str) -> None:
    """Save a file of the ticket, or all of them, into a folder. argument: the file's name or number, or `all`; with
    `to FOLDER` behind it."""
    files = await _load_files(console, target.number)
    wanted, _, folder = argument.partition(" to ") if not argument.startswith("to ") else ("", "", argument[3:])
    title = f"Save files of {target.name}"
    if wanted.strip() == _ALL or (not wanted.strip() and len(files) == 1):
        chosen: Sequence[FileView] = find_files(files, ())
    else:
        chosen = await _choose_some(console, files, wanted.strip(), title)
    if not chosen:
        return
    if not folder.strip():
        begin = "~/Downloads/" if await asyncio.to_thread(expand_home("~/Downloads").is_dir) else "~/"
        folder = (
            await console.type_line(
                "line", f"Save {name_files([name_file(file) for file in chosen])} of {target.name} in: ", begin,
                line_help=PathHelp(only_folders=True),
            )
            or ""
        )  # fmt: skip
    if not folder.strip():
        return
    saved: list[Path] = []
    for file in chosen:
        content = await _load_content(console, file)
        saved.append(await asyncio.to_thread(save_content, folder.strip(), file.name, content))
    where = str(saved[0]) if len(saved) == 1 else f"{len(saved)} files in {saved[0].parent}"
    console.notify(sanitize(f"Saved {where}."))


async def _load_files(console: Console, number: int) -> Sequence[FileView]:
    """Load the files of a ticket. Raises DeskError where there are none."""

    def load(desk: DeskSession) -> Sequence[FileView]:
        with desk.open_reader() as reader:
            found = load_ticket_detail(reader, number)
            return [] if found is None else found.files

    files = await console.run(load)
    if not files:
        raise DeskError(f"No files went with {number}.")
    return files


async def _load_content(console: Console, file: FileView) -> bytes:
    def load(desk: DeskSession) -> bytes | None:
        with desk.open_reader() as reader:
            return load_content(reader, file)

    content = await console.run(load)
    if content is None:
        raise DeskError(f"The content of {name_file(file)} was erased: there is nothing to save or open.")
    return content


async def _choose_one(console: Console, files: Sequence[FileView], argument: str, title: str) -> FileView | None:
    if argument:
        (file,) = find_files(files, [argument])
        return file
    if len(files) == 1:
        return files[0]
    chosen = await console.choose(title, _list_choices(files))
    return files[int(chosen)] if chosen is not None else None


async def _choose_some(console: Console, files: Sequence[FileView], argument: str, title: str) -> Sequence[FileView]:
    if argument:
        return find_files(files, [argument])
    choices = [Choice(_ALL, sanitize(f"all {len(files)} files")), *_list_choices(files)]
    chosen = await console.choose(title, choices)
    if chosen is None:
        return ()
    return find_files(files, ()) if chosen == _ALL else [files[int(chosen)]]


def _list_choices(files: Sequence[FileView]) -> list[Choice]:
    return [
        Choice(str(place), describe_file(file), sanitize(f"{file.author or 'requester'}, {file.type}"))
        for place, file in enumerate(files)
    ]


@cache
def _make_folder() -> str:
    """Make the folder for opened files, which is removed when the console ends."""
    _OPENED.append(tempfile.TemporaryDirectory(prefix="deskterm-", ignore_cleanup_errors=True))
    return _OPENED[0].name


_OPENED: list[tempfile.TemporaryDirectory[str]] = []
"""Removed when the program ends."""
