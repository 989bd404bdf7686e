"""Attach files to a letter or note that is being written, and detach them (C-22)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import NewFile, name_files
from deskterm.errors import DeskError
from deskterm.exchange.attaching.reading import check_path, read_file, read_files
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.store.queries.ticket_tabs.files import load_public_file
from deskterm.tui.attached_files import AttachedFile, list_attached, read_dropped, set_attached
from deskterm.tui.control.path_help import PathHelp

if TYPE_CHECKING:
    from deskterm.tui.console import Console, Workspace
    from deskterm.tui.control.composing import ComposerController
    from deskterm.tui.dialogs.compose import Composer

_ANOTHER = "another"


async def attach(console: Workspace, controller: ComposerController, composer: Composer) -> None:
    """Ask for the path of a file and attach it; when there are files already, offer to detach them, too."""
    attached = list_attached(composer)
    if attached:
        choices = [
            Choice(_ANOTHER, sanitize("attach another file")),
            *(
                Choice(str(place), sanitize(f"take off {file.shown_name}"), file.words)
                for place, file in enumerate(attached)
            ),
        ]
        chosen = await console.choose(f"Files with what you write on {composer.number}", choices)
        if chosen is None:
            return
        if chosen != _ANOTHER:
            set_attached(composer, [file for place, file in enumerate(attached) if str(place) != chosen])
            return
    path = await console.type_line("line", f"Attach to {composer.number}: ", line_help=PathHelp())
    if path and path.strip():
        await attach_paths(console, composer, read_dropped(path) or [path.strip()])


async def take_dropped(console: Workspace, controller: ComposerController, composer: Composer) -> None:
    """Attach the files whose paths were pasted, or insert the paths as text: the agent may mean either, and is asked. A
    text that is no path of a file is inserted."""
    text, composer.dropped = composer.dropped, ""
    paths = read_dropped(text)
    try:
        files = await _check_paths(console, paths)
    except DeskError:
        composer.insert(text)
        return
    question = f"Attach {name_files([file.words for file in files])} to what you write on {composer.number}?"
    if await console.confirm(question, "attach it" if len(files) == 1 else "attach them", "keep the path as words"):
        _add(composer, files)
    else:
        composer.insert(text)


async def attach_paths(console: Console, composer: Composer, paths: Sequence[str]) -> None:
    """Attach the files at some paths. Raises DeskError, and attaches none, when one cannot be."""
    if paths:
        _add(composer, await _check_paths(console, paths))


async def read_attached(console: Console, composer: Composer) -> list[NewFile]:
    """Read the attached files for sending. Raises DeskError when one is gone or can no longer be read."""
    attached = list_attached(composer)
    if not attached:
        return []
    largest = await _find_largest(console)
    files: list[NewFile] = []
    for file in attached:
        if file.kept is not None:
            files.append(await console.run(_loading(file)))
            continue
        try:
            files.append(await asyncio.to_thread(read_file, file.path, largest))
        except DeskError as error:
            raise DeskError(f"{str(error).rstrip('.')}, or take it off with ctrl+f.") from error
    return files


async def read_paths(console: Console, paths: Sequence[str]) -> list[NewFile]:
    """Read the files at some paths. Raises DeskError when one of them cannot be attached."""
    return await asyncio.to_thread(read_files, paths, await _find_largest(console)) if paths else []


def _loading(file: AttachedFile) -> Callable[[DeskSession], NewFile]:
    """Return the call that loads an attached file from the store, such as one of a reply that was taken back. Files of
    notes are never sent (M-57)."""

    def load(desk: DeskSession) -> NewFile:
        with desk.open_reader() as reader:
            found = load_public_file(reader, *(file.kept or (0, 0, 0)))
        if found is not None:
            return NewFile(*found)
        raise DeskError(f"{file.shown_name} is not kept any more: take it off with ctrl+f.")

    return load


async def _check_paths(console: Console, paths: Sequence[str]) -> list[AttachedFile]:
    largest = await _find_largest(console)

    def check() -> list[AttachedFile]:
        return [AttachedFile(name, size, path) for path in paths for name, size, _ in (check_path(path, largest),)]

    return await asyncio.to_thread(check)


async def _find_largest(console: Console) -> int:
    """Return the size limit of a file on this desk, in megabytes."""
    return await console.run(lambda desk: desk.procedure.definition.files.largest_mb)


def _add(composer: Composer, files: Sequence[AttachedFile]) -> None:
    present = list_attached(composer)
    known = {file.path for file in present}
    set_attached(composer, [*present, *(file for file in files if file.path not in known)])
