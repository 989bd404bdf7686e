"""The generated parts of the manual of procedure files: the forms of targets and the reference of every table.

They are written from the code, so that the manual cannot drift. `python -m deskterm.procedure.manual` prints the
reference; with the path of a manual, it renews the parts between the marks.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from deskterm.procedure.checking.references import ENTRY_NAMES
from deskterm.procedure.schema import Choice, Part, Procedure
from deskterm.procedure.schema.text_types import Reference, ValueName
from deskterm.sla.targets import KINDS

BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"
"""Marks of the generated reference."""
TARGETS_BEGIN, TARGETS_END = "<!-- targets: begin -->", "<!-- targets: end -->"
"""Marks of the generated table of targets."""

_TYPE_NAMES: Mapping[Any, str] = {
    str: "text", bool: "true or false", int: "whole number", Decimal: "number", date: "date", object: "anything",
}  # fmt: skip
"""Type → its name in the reference."""
_COMMON_MEANINGS = {
    "key": "Its name in other tables and in commands.",
    "label": "Its name for people.",
    "definition": "Its meaning, in a sentence.",
    "when": "[Facts](#facts) and the values that they must have.",
}
"""Meanings of fields that many tables have, where a table does not give its own."""
_KEY = "^[a-z0-9][a-z0-9-]*$"
_PATTERNS = {_KEY: "key", "^[A-Z]{2}$": "country code", "^[A-Z]{3}$": "currency code"}


def render_reference() -> str:
    """Return the reference of every table in Markdown, a section a table, in the order of the schema."""
    top = [name for name, field in Procedure.model_fields.items() if _find_part(field.annotation) is None]
    lines = ["### Before the first table", "", *_render_fields(Procedure, top)]
    for name, field in Procedure.model_fields.items():
        if (part := _find_part(field.annotation)) is not None:
            lines += _render_section(name, field.annotation, part)
    return "\n".join([*lines, *_render_choices()]) + "\n"


def render_targets() -> str:
    """Return the table of the ways to write a target, in Markdown: those of every kind of target, in order."""
    rows = [f"| {form.written} | {form.meaning} |" for kind in KINDS for form in kind.forms]
    return "\n".join(["| written | is |", "|---|---|", *rows]) + "\n"


def renew(manual: str) -> str:
    """Return a manual with the text between its marks as the code has it now."""
    manual = _replace(manual, TARGETS_BEGIN, TARGETS_END, render_targets())
    return _replace(manual, BEGIN, END, render_reference())


def _replace(manual: str, begin: str, end: str, text: str) -> str:
    """Return a manual with a text between two marks; unchanged if it has none of them."""
    before, mark, rest = manual.partition(begin)
    if not mark:
        return manual
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{text}\n{end}{after}"


def _render_section(path: str, kind: Any, part: type[Part]) -> Iterator[str]:
    """Yield the lines of a table, and of the tables inside it. kind: the annotation of the field that holds it."""
    heading = {tuple: f"[[{path}]]", dict: f"[{path}.KEY]"}.get(_find_container(kind), f"[{path}]")
    yield from ("", f"### `{heading}`", "")
    if part is Choice:
        yield "A list of [choices](#choices)."
        return
    yield from (_render_description(part), "", *_render_fields(part, list(part.model_fields)))
    for name, field in part.model_fields.items():
        inner = _find_part(field.annotation)
        if inner is not None and inner is not Choice and inner is not part:
            within = f"{path}.KEY" if _find_container(kind) is dict else path
            yield from _render_section(f"{within}.{name}", field.annotation, inner)


def _render_choices() -> Iterator[str]:
    yield from ("", "### Choices", "", "Wherever a table holds choices, each is:", "")
    yield from _render_fields(Choice, list(Choice.model_fields))


def _render_fields(part: type[Part], names: list[str]) -> Iterator[str]:
    """Yield the lines of the table of fields."""
    yield from ("| key | value | left out | meaning |", "|---|---|---|---|")
    meanings = _collect_meanings(part)
    for name in names:
        field = part.model_fields[name]
        value = _render_type(field.annotation, tuple(field.metadata))
        meaning = meanings.get(name) or _COMMON_MEANINGS.get(name, "")
        yield f"| `{name}` | {value} | {_render_default(field)} | {meaning} |"


def _render_default(field: FieldInfo) -> str:
    """Return the value of a field that is left out, in Markdown."""
    if field.is_required():
        return "**needed**"
    default = field.get_default(call_default_factory=True)
    match default:
        case None | "" | () | {} | Part():
            return "–"
        case bool():
            return f"`{str(default).lower()}`"
        case tuple():
            return "`[" + ", ".join(f'"{item}"' for item in default) + "]`"
        case str():
            return f'`"{default}"`'
    return f"`{default}`"


def _render_type(kind: Any, notes: tuple[Any, ...] = ()) -> str:
    """Return the values that a type allows, in words. notes: its metadata."""
    for note in notes:
        if isinstance(note, Reference):
            return ENTRY_NAMES[note.table]
        if isinstance(note, ValueName):
            return note.words
    pattern = next((note.pattern for note in notes if getattr(note, "pattern", None)), None)
    if pattern is not None:
        return _PATTERNS[pattern]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _render_type(arguments[0], arguments[1:])
    if origin is Literal:
        return " · ".join(f"`{choice}`" if choice else "empty" for choice in arguments)
    if origin is tuple:
        return f"list: {_render_type(arguments[0])}"
    if origin is dict:
        return f"{_render_type(arguments[0])} → {_render_type(arguments[1])}"
    if origin in (Union, UnionType):
        return " or ".join(_render_type(option) for option in arguments if option is not NoneType)
    if isinstance(kind, type) and issubclass(kind, Choice) and kind is Choice:
        return "[choices](#choices)"
    return "table" if isinstance(kind, type) and issubclass(kind, Part) else _TYPE_NAMES[kind]


def _find_part(kind: Any) -> type[Part] | None:
    """Return the table that a field holds, one or many of them."""
    if isinstance(kind, type) and issubclass(kind, Part):
        return kind
    return next((part for inner in get_args(kind) if (part := _find_part(inner)) is not None), None)


def _find_container(kind: Any) -> Any:
    """Return `tuple` or `dict` for a field that holds many tables, None for one that holds one."""
    return next((get_origin(option) for option in (kind, *get_args(kind)) if get_origin(option) in (tuple, dict)), None)


def _render_description(part: type[Part]) -> str:
    """Return the description of a table."""
    return _strip_rule_numbers(part.__doc__ or "")


def _collect_meanings(part: type[Part]) -> dict[str, str]:
    """Return the docstrings of the fields of a table, and of those it inherits."""
    found: dict[str, str] = {}
    for owner in reversed(part.__mro__):
        if owner is not Part and isinstance(owner, type) and issubclass(owner, Part):
            found |= _read_docstrings(owner.__module__).get(owner.__name__, {})
    return found


@cache
def _read_docstrings(module: str) -> dict[str, dict[str, str]]:
    """Return the string under each field in the source of a module: class → field → string."""
    found: dict[str, dict[str, str]] = {}
    # Python drops strings under attributes, so they are read from the source
    for node in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(node, ast.ClassDef):
            fields = found.setdefault(node.name, {})
            for field, below in zip(node.body, node.body[1:], strict=False):
                match field, below:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                        fields[name] = _strip_rule_numbers(words)
    return found


def _strip_rule_numbers(words: str) -> str:
    """Return a docstring on one line, without the numbers of the rules that it comes from."""
    return re.sub(r" \(S\d[^)]*\)", "", " ".join(inspect.cleandoc(words).split()))


def main(arguments: list[str]) -> None:
    """Print the reference, or renew the generated parts of the manual whose path is given."""
    if not arguments:
        print(render_reference(), end="")
        return
    manual = Path(arguments[0])
    manual.write_text(renew(manual.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
