"""Templates and macros as the text of a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from deskterm.desk.templates.definitions import Entry, Macro

_LONG = ("body", "reply", "note", "handover")
"""Keys whose texts are written as multi-line strings."""


def write_file_text(entries: Sequence[Entry]) -> str:
    """Return the text of a TOML file that holds these templates and macros."""
    return "\n".join(_write_entry(entry) for entry in entries)


def _write_entry(entry: Entry) -> str:
    table = "macros" if isinstance(entry, Macro) else "templates"
    lines = [f"[[{table}]]"]
    values: dict[str, Any] = entry.model_dump(mode="json", exclude_defaults=True)
    # A TOML table takes all keys after it, so it comes last
    fields = values.pop("fields", {})
    lines += [f"{name} = {_write_value(value, long=name in _LONG)}" for name, value in values.items()]
    if fields:
        lines += [f"[{table}.fields]", *(f"{_write_key(key)} = {_write_value(one)}" for key, one in fields.items())]
    return "\n".join((*lines, ""))


def _write_key(key: str) -> str:
    return key if key.isascii() and key.replace("-", "").replace("_", "").isalnum() else _write_value(key)


def _write_value(value: Any, *, long: bool = False) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_write_value(one) for one in value)}]"
    if not isinstance(value, str):
        return json.dumps(value)
    if long and "\n" in value:
        inner = "\n".join(_escape(line) for line in value.split("\n"))
        # A first line end in these quotation marks is not part of the text
        return f'"""\n{inner}"""'
    return f'"{_escape(value)}"'


def _escape(text: str) -> str:
    """Escape a text for TOML, which differs from JSON in one character."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")
