"""Letters from templates: placeholders are filled in, and sentences that would say nothing are left out.

A template is made of sentences and lines of values. A sentence with an unknown placeholder is left out, and so is a
line whose placeholders are all unknown, and what leads up to either with a colon; a greeting stays, without the name.
Only the template is parsed: values are put in as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*(?::[a-z0-9][a-z0-9-]*)?)\}")
PLACEHOLDERS = (
    *("number", "subject", "requester", "agent", "status", "priority", "severity", "due", "resolution", "release"),
    *("amount", "organisation", "client", "department", "team", "tier", "level", "note", "other", "question"),
    "scale",
)
ALWAYS = frozenset({"number", "agent", "organisation", "status", "question", "scale"})
"""Placeholders that always have a value."""

LINK = "link:"
"""Begins the placeholder of an address of the procedure's `links`: `{link:status-page}`."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_ROW = re.compile(r"\s*[-*•]?\s*(?:[^.:!?{}]{1,60}:\s+)?(?:\{[a-z][a-z_]*(?::[a-z0-9-]+)?\}[\s,;·–-]*)+[.]?\s*")
"""A line that holds nothing but values, with a word for them in front."""
_WRAPPED = (("(", ")"), ('"', '"'), ("“", "”"), ("„", "“"), ("'", "'"), ("‘", "’"), ("«", "»"), ("[", "]"))
"""Brackets and quotation marks that go with an unknown placeholder between them."""
_HOLE = "\x00"
"""Stands where an unknown placeholder was, until the gap is closed."""


@dataclass(slots=True)
class _Unit:
    """A sentence, or a line of values. paragraph: its number; gap: the space between it and the unit before it in the
    paragraph."""

    paragraph: int
    text: str
    gap: str

    @property
    def placeholders(self) -> list[str]:
        return PLACEHOLDER.findall(self.text)

    @property
    def is_sentence(self) -> bool:
        """True for prose that ends a sentence, False for a line of values."""
        return self.text.rstrip().endswith((".", "!", "?")) and not _ROW.fullmatch(self.text)

    @property
    def ends_in_colon(self) -> bool:
        return self.text.rstrip().endswith(":")


def render_body(text: str, values: Mapping[str, str]) -> str:
    """Return the body of a letter. values: placeholder → text; one that is missing or empty is unknown."""
    kept: dict[int, str] = {}
    for unit, content in _select_units(text, _find_known(values)):
        filled = _fill_in(content, values)
        before = kept.get(unit.paragraph)
        kept[unit.paragraph] = filled if before is None else f"{before}{unit.gap}{filled}"
    return "\n\n".join(kept.values()).strip()


def render_subject(text: str, values: Mapping[str, str]) -> str:
    """Return the subject of a letter, on one line. Of parts with a colon between them, those without a known
    placeholder are left out."""
    known = _find_known(values)
    parts = [part for part in text.split(": ") if not (names := set(PLACEHOLDER.findall(part))) or names & known]
    return " ".join(_fill_in(": ".join(_close_gaps(part, known) for part in parts), values).split())


def find_template_problems(text: str) -> Iterator[str]:
    """Yield the parts of a body that will not read well in some letter, described in words."""
    units = list(_split_units(text))
    for place, unit in enumerate(units):
        after = units[place + 1] if place + 1 < len(units) else None
        if unit.ends_in_colon and not (after is not None and _can_follow_colon(after)):
            beginning = " ".join(unit.text.split())[-60:]
            yield f'nothing comes after "{beginning}": put a placeholder there, or a line that begins with -'
    missing = sorted({name for unit in units for name in unit.placeholders} & set(PLACEHOLDERS) - ALWAYS)
    if missing and not any(unit.is_sentence or unit.ends_in_colon for unit, _ in _select_units(text, ALWAYS)):
        listed = ", ".join(f"{{{name}}}" for name in missing)
        yield f"where there is no {listed}, it says nothing: give it a sentence without a placeholder"


def _can_follow_colon(unit: _Unit) -> bool:
    """Return True when a piece can follow a colon: a line to be filled in, or a value other than the signature."""
    if unit.text.lstrip().startswith(("-", "*", "•")):
        return True
    return bool(_ROW.fullmatch(unit.text)) and not set(unit.placeholders) <= {"agent", "organisation"}


def _find_known(values: Mapping[str, str]) -> frozenset[str]:
    """Return the placeholders that have a value."""
    return frozenset(name for name, value in values.items() if value.strip())


def _split_units(text: str) -> Iterator[_Unit]:
    """Yield the units of a template, in order."""
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text.strip("\n"))):
        prose: list[str] = []
        gap = ""
        for line in paragraph.split("\n"):
            if _ROW.fullmatch(line):
                yield from _split_sentences(number, prose, gap)
                gap = "\n" if prose else gap
                yield _Unit(number, line, gap)
                prose, gap = [], "\n"
            else:
                prose.append(line)
        yield from _split_sentences(number, prose, gap)


def _split_sentences(number: int, lines: list[str], gap: str) -> Iterator[_Unit]:
    """Yield the sentences of some lines of prose. gap: the space before the first of them."""
    text, start = "\n".join(lines), 0
    if not lines:
        return
    for found in _SENTENCE.finditer(text):
        yield _Unit(number, text[start : found.start()], gap)
        start, gap = found.end(), found.group()
    if text[start:].strip() or start == 0:
        yield _Unit(number, text[start:], gap)


def _select_units(text: str, known: frozenset[str]) -> Iterator[tuple[_Unit, str]]:
    """Return the units that are kept and their texts, in which only known placeholders are left."""
    units = list(_split_units(text))
    left_out = False
    chosen: list[tuple[_Unit, str]] = []
    # From the end: whether a unit with a colon stays depends on the one after it
    for place in range(len(units) - 1, -1, -1):
        unit = units[place]
        greets = place == 0 and unit.text.rstrip().endswith(",")
        names = set(unit.placeholders)
        missing = names - known
        silent = bool(missing) and not greets and (unit.is_sentence or missing == names)
        left_out = silent or (left_out and unit.ends_in_colon)
        if not left_out:
            chosen.append((unit, _close_gaps(unit.text, known)))
    return reversed(chosen)


def _close_gaps(text: str, known: frozenset[str]) -> str:
    """Return a text without its unknown placeholders, and without the gaps that they leave."""
    if set(PLACEHOLDER.findall(text)) <= known:
        return text
    text = PLACEHOLDER.sub(lambda found: found[0] if found[1] in known else _HOLE, text)
    for opening, right in _WRAPPED:
        text = text.replace(f"{opening}{_HOLE}{right}", _HOLE)
    # At the beginning of a line, what follows a hole goes with it; elsewhere, what stands before it
    text = re.sub(rf"(?m)^((?:{_HOLE}[\s,;:·–-]*)+)", "", text)
    text = re.sub(rf"(?:[,;·–-]?[ \t]*{_HOLE})+(?=[ \t]*[,;.!?:)\]\s]|$)", "", text)
    text = text.replace(_HOLE, "")
    # Whatever the colon announced is gone
    return re.sub(r"[ \t]*:[ \t]*\Z", ".", text)


def _fill_in(text: str, values: Mapping[str, str]) -> str:
    """Replace placeholders by their values."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text)
