"""Loading of procedure files, with all of their checks.

Everything that is wrong with a file is found in one go. Each problem is a line of the error, with the file, the line in
it, and what is expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from deskterm.named_files import read_text_file
from deskterm.procedure.calendar_feeds import resolve_feeds
from deskterm.procedure.checking.consistency import find_inconsistencies, find_own_inconsistencies
from deskterm.procedure.checking.problems import Problem, problems_from_validation
from deskterm.procedure.checking.pruning import PrunedData
from deskterm.procedure.checking.references import find_broken_references
from deskterm.procedure.checking.toml_positions import Path
from deskterm.procedure.checking.toml_text import make_refusal, parse_toml
from deskterm.procedure.schema import Procedure

_MOST_ROUNDS = 8
"""Times that entries are taken out of a file that is wrong, before the rest of it is left unchecked."""

_LARGEST = 4_000_000
"""Most bytes of a procedure file."""


@dataclass(frozen=True, slots=True)
class LoadedProcedure:
    """A procedure with the text that it was written in. path: its file, or the name of the text."""

    procedure: Procedure
    source: str
    path: FilePath


def load(path: FilePath) -> LoadedProcedure:
    """Load the procedure in a file. Raises DeskError when the file cannot be read, or with all of its problems, one a
    line."""
    text = read_text_file(path, _LARGEST, "is too large to be a procedure file.")
    return loads(text, str(path))


def loads(text: str, name: str) -> LoadedProcedure:
    """Load the procedure in a text. name: the name of the text in errors."""
    data = parse_toml(text, name, "a procedure file")
    try:
        procedure = Procedure.model_validate(data)
    except ValidationError as error:
        problems = list(problems_from_validation(error, data, Procedure))
        raise make_refusal([*problems, *_find_further_problems(data, problems)], text, name) from error
    # Before the checks: whether a calendar ever opens depends on its closed dates
    if any(part.ics for part in procedure.calendars.values()):
        procedure, feeds = resolve_feeds(procedure, FilePath(name).parent)
        if feeds:
            raise make_refusal(feeds, text, name)
    # The second check looks keys up, so it is made only when every key is known
    if found := list(find_broken_references(procedure)):
        raise make_refusal([*found, *_find_further_problems(data, found)], text, name)
    if found := list(find_inconsistencies(procedure)):
        raise make_refusal(found, text, name)
    return LoadedProcedure(procedure, text, FilePath(name))


def _find_further_problems(data: Mapping[str, Any], known: Sequence[Problem]) -> list[Problem]:
    """Find problems of the later checks in a file that failed an earlier one, so that a run names all that is wrong
    (D-30): in what is left of the file without the entries at fault. known: the problems that were found."""
    pruned = PrunedData(data)
    for problem in known:
        pruned.remove(problem.path)
    procedure = _validate_rest(pruned)
    if procedure is None:
        return []
    references = [_move(problem, pruned) for problem in find_broken_references(procedure)]
    found = [problem for problem in references if not pruned.is_touched(*problem)]
    for problem in references:
        pruned.remove(problem.path)
    procedure = _validate_rest(pruned)
    # Calendar files are not read for a file that is refused, and without their dates its calendars cannot be judged
    if procedure is None or any(part.ics for part in procedure.calendars.values()):
        return found
    # Checks across tables would miss what was taken out, so each table is only checked by itself.
    own = [_move(problem, pruned) for problem in find_own_inconsistencies(procedure)]
    found += [problem for problem in own if not pruned.is_touched(*problem)]
    places = {problem.path for problem in known}
    return [problem for problem in dict.fromkeys(found) if problem.path not in places]


def _validate_rest(pruned: PrunedData) -> Procedure | None:
    """Return the procedure that is left, taking out more where a table lacks what was; None where too little is."""
    for _ in range(_MOST_ROUNDS):
        try:
            return Procedure.model_validate(pruned.data)
        except ValidationError as error:
            paths = [pruned.to_file_path(detail["loc"]) for detail in error.errors()]
        removals = [_remove_nearest(pruned, path) for path in paths]
        if not any(removals):
            return None
    return None


def _remove_nearest(pruned: PrunedData, path: Path) -> bool:
    """Remove what is at a path, or else the nearest table around it. pydantic ends a path with names of its own where a
    value may be of several types."""
    return any(pruned.remove(path[:length]) for length in range(len(path), 0, -1))


def _move(problem: Problem, pruned: PrunedData) -> Problem:
    return problem._replace(path=pruned.to_file_path(problem.path))
