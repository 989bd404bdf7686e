"""The keys of every JSON document that a command prints, found by calling the commands on desks made for it (C-52)."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import json
import os
import shlex
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from command_stories import STORIES, write_files

BEGIN, END = "<!-- documents: begin -->", "<!-- documents: end -->"
NAMED_ELSEWHERE = frozenset(
    {
        "data",
        "values",
        "fields",
        "changes",
        "texts",
        "policies",
        "messages",
        "records",
        "events",
        "figures",
        "lists",
        "by_status",
        "verdicts",
    }
    | {"by_priority"}
)
"""Keys whose members are named by the procedure, by the kind of an event or record, or in the document's text."""
CONTENTS = frozenset({"procedure show"})
"""Commands whose document is a file of its own: the procedure, as docs/procedures.md has it."""
OF_THEIR_OWN = (
    *("mail fetch --dry-run", "export desk", "report figures --list", "report month --output"),
    "report tickets --output",
)
"""Options with which a command prints another document."""

_WITHOUT_TIME = frozenset(
    {"procedure check", "procedure diff", "procedure list", "restore", "import desk"}
    | {f"config {verb}" for verb in ("path", "show", "check", "edit")}
)
"""Commands that are about no time of the desk."""
_VARIABLES = {
    "DESKTERM_DATABASE": "{folder}/desk.sqlite3",
    "XDG_CONFIG_HOME": "{folder}",
    "XDG_STATE_HOME": "{folder}",
    "VISUAL": "true",
}
"""Where a story's desk and settings are, and an editor that leaves what it is given."""


class Story:
    """Calls on one desk. found: the documents that each command printed, by its words."""

    def __init__(self, folder: Path, found: dict[str, list[Any]]) -> None:
        self._folder, self._found = folder, found
        self._minute = 0

    def call(self, line: str) -> None:
        """Call a command with `--json`, some minutes after the one before it."""
        from deskterm.cli.main import run

        words = [word.replace("{folder}", str(self._folder)).replace("{line}", "\n") for word in shlex.split(line)]
        if words[0] == "save-draft":
            _save_draft(int(words[1]), words[2])
            return
        if words[0] == "save-report":
            report = self._found["report figures"][-1]
            (self._folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
            return
        path = next(path for path in list_commands() if words[: len(path.split())] == path.split())
        self._minute += 100 if path == "run" else 1
        time: tuple[str, ...] = ("--now", f"2026-11-23T{9 + self._minute // 60:02}:{self._minute % 60:02}")
        if "--now" in words or path in _WITHOUT_TIME:
            time = ()
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run([*words, "--json", *time], login="ann")
        try:
            name = next((own for own in OF_THEIR_OWN if line.startswith(own)), path)
            self._found.setdefault(name, []).append(json.loads(out.getvalue()))
        except json.JSONDecodeError as error:
            raise ValueError(f"`{line}` prints no document: {out.getvalue()}{err.getvalue()}") from error


def _save_draft(number: int, text: str) -> None:
    """Save a draft, as the console of ann does."""
    from deskterm.store.db.location import resolve_database_url
    from deskterm.store.personal.drafts import DraftWriter, StoredDraft

    writer = DraftWriter(resolve_database_url(None), "ann")
    draft = StoredDraft("reply", number, text, data={"version": 1, "channel": "email"})
    writer.save(draft, datetime(2026, 11, 23, 9, tzinfo=UTC))
    writer.close()


@cache
def list_commands() -> Mapping[str, Any]:
    """Return the function of every command with `--json`, by its words."""
    from deskterm.cli.main import build_program

    def below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
        if (inner := getattr(command, "commands", None)) is not None:
            for name, member in inner.items():
                yield from below(member, f"{path} {name}".strip())
        elif "--json" in {name for parameter in command.loaded.params for name in parameter.opts}:
            yield path, inspect.unwrap(command.loaded.callback)

    return dict(below(build_program(), ""))


def collect() -> dict[str, list[Any]]:
    """Tell the stories, and return the documents of the commands in them."""
    from deskterm.procedure.shipped import find_procedure

    found: dict[str, list[Any]] = {}
    before = {name: os.environ.get(name) for name in _VARIABLES}
    try:
        for procedure, lines in STORIES.items():
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                os.environ.update({name: value.replace("{folder}", place) for name, value in _VARIABLES.items()})
                write_files(folder, procedure, Path(find_procedure(procedure)).read_text(encoding="utf-8"))
                story = Story(folder, found)
                for line in (
                    f"init --procedure {procedure} --simulated",
                    "seed agents {folder}/people.csv",
                    *filter(None, textwrap.dedent(lines).splitlines()),
                ):
                    story.call(line)
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
    return found


def describe(documents: list[Any]) -> str:
    """Return the keys of documents in words: `a list: ` before those of a list's rows, members of a key behind it."""
    if not documents:
        return ""
    rows = [row for document in documents for row in (document if isinstance(document, list) else [document])]
    prefix = "a list: " if isinstance(documents[0], list) else ""
    return prefix + ", ".join(_describe_keys(rows, deep=True))


def _describe_keys(rows: list[Any], *, deep: bool) -> Iterator[str]:
    for key in dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row):
        values = [row[key] for row in rows if key in row]
        inner = [one for value in values for one in (value if isinstance(value, list) else [value])]
        members = [*_describe_keys(inner, deep=False)] if deep and key not in NAMED_ELSEWHERE else []
        yield f"`{key}`" + (f" ({', '.join(members)})" if members else "")


def build_table(found: Mapping[str, list[Any]]) -> str:
    """Return the table of all documents: a row for each set of keys, with the commands that print it. Raises ValueError
    for a command with `--json` of which no document is known."""
    act = describe(found["ticket assign"])
    commands: dict[str, list[str]] = {}
    for path, function in list_commands().items():
        if path in CONTENTS:
            keys = "the procedure, as its file has it ([procedures.md](procedures.md))"
        elif path in found:
            keys = describe(found[path])
            if keys == "a list: ":
                keys = _read_keys(function, act, found)
            if not keys:
                raise ValueError(f"`deskterm {path}` printed an empty list: let its story have a row for it.")
        else:
            keys = _read_keys(function, act, found)
        commands.setdefault(keys, []).append(path)
        for own in OF_THEIR_OWN:
            if own.startswith(f"{path} "):
                commands.setdefault(describe(found[own]), []).append(own)
    missing = commands.pop("", [])
    if missing:
        raise ValueError(f"nothing says which keys these print: {', '.join(missing)}: call them in a story.")
    rows = (f"| {', '.join(f'`{path}`' for path in paths)} | {keys} |" for keys, paths in commands.items())
    return "\n".join(("| command | document |", "|---|---|", *rows)) + "\n"


def _read_keys(function: Any, act: str, found: Mapping[str, list[Any]]) -> str:
    """Return the keys of a command that is in no story, by the one call with which it prints; empty where none is
    known."""
    module = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for call in calls:
        match call.func.id:  # type: ignore[attr-defined]
            case "print_result":
                return act
            case "print_due_changes":
                return describe(found["ticket set"])
            case "print_changes":
                return describe(found["seed agents"])
            case "print_queue_rows":
                return describe(found["people overseen"])
            case "print_summary":
                return ", ".join(f"`{key}`" for key in ("summary", *(one.arg for one in call.keywords)))
            case name if name.startswith("_"):  # a function that several commands share
                if keys := _read_keys(function.__globals__[name], act, found):
                    return keys
    return ""


def renew(text: str) -> str:
    """Return docs/json.md with its table anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{build_table(collect())}\n{END}{after}"
