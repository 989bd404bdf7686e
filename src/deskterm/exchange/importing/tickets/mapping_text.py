"""The text of a mapping file, as `import sniff` prints it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from deskterm.exchange.importing.tickets.mapping import TicketMapping

UNSURE = "  # ?"
_HEAD = ("source", "name", "description", "details", "other_priorities", "tags_by_blanks")
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def format_mapping(
    mapping: TicketMapping,
    *,
    head: Sequence[str],
    zone: str | None,
    needs_zone: bool,
    order: str,
    unsure: frozenset[str],
    untranslated: Mapping[str, Sequence[str]],
) -> str:
    """Return a mapping as TOML. head: lines of comment above it. zone: the one that was given; needs_zone: one has to
    be said. order: of day and month, '' where the file does not need it, `?` where it does not show it. unsure: fields
    of columns, and `status WORD`, that are marked with `# ?`. untranslated: `status`, `type` and `channel` → words that
    have no meaning yet: they stand in comments, because only the procedure has the keys."""
    lines = [f"# {_escape(line)}".rstrip() for line in head]
    lines += [
        "",
        *_format_values(mapping, ("source", "name", "description", "details", "other_priorities", "tags_by_blanks")),
    ]
    lines += ["", "[file]"]
    if zone is not None:
        lines.append(f"zone = {_quote(zone)}")
    elif needs_zone:
        lines.append(f'# zone = "Europe/London"{UNSURE} or --zone: the file does not say it')
    if order == "?":
        lines.append(f'# order = "dmy"{UNSURE} or --day-first: the file does not show it')
    elif order:
        lines.append(f"order = {_quote(order)}")
    names = ("delimiter", "encoding", "empty", "nobody", "zones", "dates", "skip", "known")
    lines += _format_values(mapping.file, names if zone is None else tuple(name for name in names if name != "zones"))
    lines += ["", "[columns]"]
    for line in _format_values(mapping.columns, tuple(type(mapping.columns).model_fields)):
        lines.append(line + (UNSURE if line.split(" = ")[0] in unsure else ""))
    if mapping.first_response_after is not None:
        lines += ["", "[first_response_after]", *_format_values(mapping.first_response_after, ("columns", "unit"))]
    for name in ("status", "priority", "type", "channel"):
        words, others = getattr(mapping.words, name), untranslated.get(name, ())
        if words or others:
            lines += ["", f"[words.{name}]"]
            lines += [
                f"{_key(word)} = {_value(target)}{UNSURE if f'{name} {word}' in unsure else ''}"
                for word, target in words.items()
            ]
            lines += [f'# {_key(word)} = "KEY"{UNSURE} unless the procedure has it by this name' for word in others]
    for part in mapping.messages:
        lines += ["", "[[messages]]", *_format_values(part, tuple(type(part).model_fields))]
    if mapping.history is not None:
        lines += ["", "[history]", *_format_values(mapping.history, tuple(type(mapping.history).model_fields))]
    return "\n".join(lines) + "\n"


def _format_values(part: BaseModel, names: Sequence[str]) -> list[str]:
    """Return a line for each value that is not the default."""
    lines = []
    for name in names:
        value = getattr(part, name)
        if value != type(part).model_fields[name].default and value is not None:
            lines.append(f"{_key(name)} = {_value(value)}")
    return lines


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return _quote(str(value))


def _key(word: str) -> str:
    return word if word and _BARE.issuperset(word) else _quote(word)


def _quote(text: str) -> str:
    """Return a basic string of TOML. What a terminal acts on or nobody sees is written out."""
    return _escape(json.dumps(text, ensure_ascii=False))


def _escape(text: str) -> str:
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in text)
