"""Files of templates and macros, `[[templates]]` and `[[macros]]` in TOML: read and checked, each mistake by its line
(C-21)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from deskterm.desk.templates.checking import MOST_ENTRIES, find_problems_of
from deskterm.desk.templates.definitions import Entry, Library, Macro, ReplyTemplate
from deskterm.errors import DeskError
from deskterm.exchange.seeding.text_files import load_toml
from deskterm.procedure.checking.toml_positions import TomlPositions
from deskterm.procedure.schema import Procedure

_MOST_SHOWN = 50
"""Most mistakes that are listed: more of them are usually the same one, repeated."""


class _Found(NamedTuple):
    """An entry with its place: the file, the lines of the file's parts, and the entry's path in it."""

    entry: Entry
    file: Path
    lines: TomlPositions
    path: tuple[str | int, ...]

    def locate(self, path: Iterable[str | int] = ()) -> str:
        """Return the file and the line of a place in the entry."""
        return f"{self.file}:{self.lines.find_line((*self.path, *path))}"


def load_templates(
    paths: Sequence[Path], procedure: Procedure, *, logins: Iterable[str] | None, templates: Iterable[str] = ()
) -> list[Entry]:
    """Load the templates and macros of files, and of all `.toml` files in folders. logins: of agents who may get
    tickets, None where they are not known; templates: keys that the desk has already, which macros may name.

    Raises DeskError with file, line and the nearest known word for each mistake."""
    found = [entry for path in paths for file in _list_files(path) for entry in _read_file(file, procedure)]
    if len(found) > MOST_ENTRIES:
        raise DeskError(
            f"These files hold {len(found)} templates and macros, and a desk holds {MOST_ENTRIES}: take some out."
        )
    known = {*templates, *(one.entry.key for one in found if isinstance(one.entry, ReplyTemplate))}
    mistakes = [*_find_duplicates(found), *_find_mistakes(found, procedure, logins, known)]
    if len(mistakes) > _MOST_SHOWN:
        mistakes = [*mistakes[:_MOST_SHOWN], f"… and {len(mistakes) - _MOST_SHOWN} more"]
    if mistakes:
        raise DeskError("\n".join(mistakes))
    return [one.entry for one in found]


def _find_mistakes(
    found: Sequence[_Found], procedure: Procedure, logins: Iterable[str] | None, templates: Iterable[str]
) -> Iterator[str]:
    for one in found:
        for problem in find_problems_of(one.entry, procedure, logins, templates):
            yield f"{one.locate(problem.path)}: {problem.sentence}"


def _list_files(path: Path) -> list[Path]:
    """List the files of a path: itself, or what a folder has. Raises DeskError for a folder without any."""
    if not path.is_dir():
        if path.suffix.lower() != ".toml" and path.exists():
            raise DeskError(f"{path} is no .toml file: give a file of templates in this form, or a folder of them.")
        return [path]
    files = sorted(path.glob("*.toml"))
    if not files:
        raise DeskError(f"There is no .toml file in the folder {path}.")
    return files


def _read_file(file: Path, procedure: Procedure) -> Iterator[_Found]:
    library, lines = load_toml(file, Library)
    own = procedure.about.key
    if library.procedure not in ("", own):
        raise DeskError(
            f"{file}:{lines.find_line(('procedure',))}: it was written for {library.procedure}, and this procedure is"
            f" {own}: change the line if it fits."
        )
    if not library.templates and not library.macros:
        raise DeskError(f"{file} holds no templates and no macros: begin one with [[templates]] or [[macros]].")
    for name, entries in (("templates", library.templates), ("macros", library.macros)):
        for number, entry in enumerate(entries):
            yield _Found(entry, file, lines, (name, number))


def _find_duplicates(found: Sequence[_Found]) -> Iterator[str]:
    """Yield a sentence for every entry whose key and language another one before it has."""
    first: dict[tuple[bool, str, str], _Found] = {}
    for one in found:
        identity = isinstance(one.entry, Macro), one.entry.key, one.entry.language
        before = first.setdefault(identity, one)
        if before is not one:
            what = "macro" if isinstance(one.entry, Macro) else "template"
            yield (
                f'{one.locate(("key",))}: the {what} "{one.entry.key}" stands in {before.locate(("key",))} already:'
                " give it another key, or a language of its own."
            )
