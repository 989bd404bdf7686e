"""Reports of one's own, as TOML files: title, filter, parts, clocks (R-49). Those in the folder `reports` beside the
settings are called by their names, like those of the desk.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs

from deskterm.errors import DeskError, UsageError
from deskterm.named_files import read_text_file
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.measures.dimensions import DIMENSIONS
from deskterm.reports.pages.definitions import Definition, find_definition, list_definitions
from deskterm.reports.pages.parts import require_part

MEMBERS: Mapping[str, str] = {
    "title": "Its title. Needed.",
    "parts": "The keys of its parts, in order. Needed.",
    "sentence": "What it is about, in a sentence under the title.",
    "filter": "The tickets that it is about, in the filter language; all where it is left out.",
    "metrics": "The clocks that it is about; all where it is left out.",
    "by": "One dimension or two, by which its document has all figures too.",
    "period": "The period that it is of where none is given: `last-month` where it is left out.",
}
"""The members of a file, and what each is."""
_LISTS = frozenset({"parts", "metrics", "by"})
_MOST_BYTES = 1_000_000


class KnownReports(NamedTuple):
    """The reports that somebody may ask for, by name: those of the desk, then their own. problems: sentences about own
    files that are none."""

    definitions: Mapping[str, Definition]
    problems: Sequence[str] = ()


def find_own_folder() -> Path:
    """Return the folder of one's own reports, whether or not it is there."""
    return platformdirs.user_config_path("deskterm", appauthor=False) / "reports"


def list_known_reports(procedure: CompiledProcedure) -> KnownReports:
    """Return the reports of a desk, and one's own."""
    found, problems = list_definitions(procedure), []
    for path in sorted(find_own_folder().glob("*.toml")):
        if path.stem in found:
            problems.append(f"The desk has a report {path.stem}: give {path} another name.")
            continue
        try:
            found[path.stem] = read_definition_file(path, procedure)
        except DeskError as error:
            problems.append(str(error))
    return KnownReports(found, problems)


def find_known_report(procedure: CompiledProcedure, name: str) -> Definition:
    """Return a report by its name, one of the desk or one's own. Raises UsageError where there is none, and DeskError
    for a file that is none."""
    if name not in list_definitions(procedure):
        path = find_own_folder() / f"{name}.toml"
        if "/" not in name and path.is_file():
            return read_definition_file(path, procedure)
    return find_definition(procedure, name, list_known_reports(procedure).definitions)


def read_definition_file(path: Path, procedure: CompiledProcedure) -> Definition:
    """Read a report out of a file. Raises DeskError for one that cannot be read, UsageError for one that is none."""
    text = read_text_file(path, _MOST_BYTES, "is larger than 1 MB, and no report.")
    metrics = [metric.key for metric in procedure.terms.metrics if not metric.is_timer]
    return read_definition(path.stem, text, metrics)


def read_definition(name: str, text: str, metrics: Sequence[str]) -> Definition:
    """Read a report. name: of the file, without its end; metrics: the keys of the clocks that there are. Raises
    UsageError, a sentence that says what to do, for a file that is none."""
    try:
        members = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The report {name} is no TOML: {_to_words(str(error))}.") from error
    for key, value in members.items():
        _require_known(key, MEMBERS, f"The report {name} has no member of that name", "")
        _require_kind(key, value)
    for key in ("title", "parts"):
        if not members.get(key):
            example = '"Our week"' if key == "title" else '["tiles", "days"]'
            raise UsageError(f"The report {name} has no {key}: add `{key} = {example}`.")
    for part in members["parts"]:
        require_part(part)
    for metric in members.get("metrics", ()):
        _require_known(metric, metrics, "There is no clock", "clocks")
    for dimension in members.get("by", ()):
        _require_known(dimension, DIMENSIONS, "There is no dimension", "dimensions")
    lists = {key: tuple(dict.fromkeys(members[key])) for key in _LISTS if key in members}
    return Definition(name, **(members | lists), origin="own file")


def _require_known(key: str, known: Sequence[str] | Mapping[str, str], words: str, kind: str) -> None:
    if key not in known:
        near = get_close_matches(key, list(known), n=1)
        named = f"there are {', '.join(known)}." if known else f"this procedure has no {kind}."
        raise UsageError(f"{words}: {key!r}; {f'did you mean {near[0]}?' if near else named}")


def _require_kind(key: str, value: Any) -> None:
    if key in _LISTS:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise UsageError(f'{key} is a list of words: write it as `{key} = ["one", "another"]`.')
    elif not isinstance(value, str):
        raise UsageError(f'{key} is a text: write it as `{key} = "words"`.')


def _to_words(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")
