"""Layout of a ticket's thread: entries wrapped to a width, and folded where nobody needs to read them (C-13)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import tzinfo
from typing import NamedTuple

from textual.content import Content

from deskterm.present import formats
from deskterm.present.models import TabLine, TimelineEntry

LONGEST = 100_000
"""Most characters of one message that are shown."""

FIRST_NEW = "first new"
"""The mark on the first entry that the agent has not read."""

# each voice has a sign, a bar and a word too, so that colour is not the only difference
_SIGNS = {"requester": "▶", "agent": "◀", "internal": "◆", "system": "⚙", "history": "·"}
_BARS = {"requester": "┃ ", "agent": "│ ", "internal": "┊ ", "system": "  ", "history": "  "}
_WORDS = {"requester": "requester", "agent": "agent", "internal": "internal note", "system": "system", "history": ""}


class FileSpot(NamedTuple):
    """A file of the ticket. place: its number in the list."""

    place: int


class Line(NamedTuple):
    """A line of the pane: a sign or bar in the voice's colour, and its text. head: it names the author; spot: opened by
    enter, the key of a fold, the number of a ticket, or a file; mark: a word at its right end."""

    sign: str
    text: str
    voice: str
    head: bool
    spot: str | int | FileSpot | None = None
    mark: str = ""


def lay_out_thread(
    timeline: Sequence[TimelineEntry],
    width: int,
    now: int,
    zone: tzinfo,
    unfolded: Collection[str] = (),
    first_new: int | None = None,
) -> list[Line]:
    """Return the lines of a thread, each so many cells wide at most. unfolded: keys of open folds; first_new: index of
    the first entry that the agent has not read."""
    lines: list[Line] = []
    previous = ""
    for index, entry in enumerate(timeline):
        # Successive changes have no blank lines between them, to leave room for messages
        if lines and not (entry.voice == previous == "history"):
            lines.append(Line("  ", "", "history", False))
        lines += _lay_out_entry(entry, width - 2, now, zone, unfolded, FIRST_NEW if index == first_new else "")
        previous = entry.voice
    return lines


def lay_out_tab(page: Sequence[TabLine], width: int) -> list[Line]:
    """Return the lines of a tab beside the thread."""
    lines: list[Line] = []
    for tab_line in page:
        voice = "agent" if tab_line.style == "head" else "history" if tab_line.style == "faint" else ""
        spot = tab_line.number if tab_line.file is None else FileSpot(tab_line.file)
        sign = "› " if spot is not None else "  "
        indent = len(tab_line.text) - len(tab_line.text.lstrip())
        for n, text in enumerate(_wrap(tab_line.text, width - 2)):
            more = " " * min(indent, width // 4) if n else ""
            lines.append(Line("  " if n else sign, more + text, voice, tab_line.style == "head", None if n else spot))
    return lines


def find_first_new(timeline: Sequence[TimelineEntry], reader: str, seen: tuple[int, int] | None = None) -> int | None:
    """Return the index of the first message that an agent has not read: one by somebody else after the agent's own last
    message, and after their last look. Automatic letters and changes do not count. reader: the agent's name; seen:
    instant and number of the last entry at that look."""
    first: int | None = None
    for index, entry in enumerate(timeline):
        if entry.voice == "history" or entry.folding:
            continue
        if entry.voice in ("agent", "internal") and entry.author == reader:
            first = None
        elif first is None and (seen is None or (entry.at, entry.seq) > seen):
            first = index
    return first


def _wrap(text: str, width: int) -> list[str]:
    return [line.plain for line in Content(text).wrap(max(width, 2))]


def _lay_out_entry(
    entry: TimelineEntry, width: int, now: int, zone: tzinfo, unfolded: Collection[str], mark: str
) -> list[Line]:
    stamp = formats.format_message_time(entry.at, now, zone)
    if entry.voice == "history":
        wrapped = _wrap(f"{stamp}  {entry.author}: {entry.text}", width)
        return [Line("  " if n else "· ", text, entry.voice, False) for n, text in enumerate(wrapped)]
    sign, bar = _SIGNS[entry.voice] + " ", _BARS[entry.voice]
    key = f"{entry.at}/{entry.seq}/{entry.author}"
    body = _get_body(entry)
    is_fold = bool(entry.folding)
    delivery = formats.format_delivery(entry.delivery, now, zone)
    if is_fold and key not in unfolded:
        count = body.count("\n") + 1
        folded = ", ".join(part for part in (entry.folding, formats.format_count(count, "line"), delivery) if part)
        head = f"▸ {stamp}  {entry.author}: {folded}"
    else:
        facts = ", ".join(part for part in (entry.detail, delivery) if part)
        detail = f" · {facts}" if facts else ""
        head = f"{'▾ ' if is_fold else ''}{stamp}  {entry.author} ({_WORDS[entry.voice]}){detail}"
    # Leave room for the mark at the right end of the first line
    heads = _wrap(head, width - len(mark) - 1 if mark else width)
    lines = [
        Line(bar if n else sign, text, entry.voice, True, key if is_fold and not n else None, "" if n else mark)
        for n, text in enumerate(heads)
    ]
    if not is_fold or key in unfolded:
        parts = entry.parts if entry.parts and body == entry.text else ((False, body),)
        lines += _lay_out_body(parts, bar, entry.voice, width, key, unfolded)
        lines += (Line(bar, text, "history", False) for file in entry.files for text in _wrap(f"+ {file}", width))
    return lines


def _get_body(entry: TimelineEntry) -> str:
    if len(entry.text) <= LONGEST:
        return entry.text
    rest = len(entry.text) - LONGEST
    return f"{entry.text[:LONGEST]}\n… {rest:,} more characters: `deskterm ticket show` prints them all."


def _lay_out_body(
    parts: Sequence[tuple[bool, str]], bar: str, voice: str, width: int, key: str, unfolded: Collection[str]
) -> Iterator[Line]:
    for place, (is_quoted, part) in enumerate(parts):
        fold = f"{key}/{place}"
        if is_quoted:
            is_open = fold in unfolded
            count = formats.format_count(part.count("\n") + 1, "quoted line")
            yield Line(bar, f"{'▾' if is_open else '▸'} {count}", voice, False, fold)
            if not is_open:
                continue
        for text in _wrap(part, width):
            yield Line(bar, text, voice, False)
