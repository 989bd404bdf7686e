"""Quoting: the last message in a reply, and the conversation below a letter in an editor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo

from deskterm.present import formats
from deskterm.present.models import TimelineEntry
from deskterm.present.sanitize import Safe
from deskterm.tui.attached_files import HEADER_HINT

CUT_LINE = "------------------------ >8 ------------------------"
_EXPLANATION = "Everything below the line above is the conversation. It is not sent: write above it."
_LEAST_PART = 30
"""Fewest characters of a line that, when it occurs in the conversation, counts as part of that."""
_WORDS = ("requester", "agent", "internal")


def quote_last(timeline: Sequence[TimelineEntry], now: int, zone: tzinfo) -> str:
    """Return the requester's last message as a quotation with its author and time; empty where there is none."""
    entry = next((entry for entry in reversed(timeline) if entry.voice == "requester" and entry.text.strip()), None)
    if entry is None:
        return ""
    lines = entry.text.strip().splitlines()
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"{entry.author}, {formats.format_message_time(entry.at, now, zone)}:\n{quoted}\n"


def add_conversation(text: str, timeline: Sequence[TimelineEntry], now: int, zone: tzinfo) -> str:
    """Return a letter with the conversation below a cut line, the newest message first."""
    messages = [
        f"{'[internal] ' if entry.voice == 'internal' else ''}{entry.author},"
        f" {formats.format_message_time(entry.at, now, zone)}:\n\n{entry.text.strip()}\n"
        for entry in reversed(timeline)
        if entry.voice in _WORDS
    ]
    if not messages:
        return text
    return "\n".join([f"{text.rstrip()}\n\n", CUT_LINE, _EXPLANATION, HEADER_HINT, "", *messages])


def cut_conversation(edited: Safe) -> Safe:
    """Return the text above the cut line, or, if that was deleted, above the sentence below it: nobody means to send
    the conversation back."""
    lines = edited.splitlines()
    return Safe("\n".join(lines[: _find_cut(lines)]).rstrip())


def find_words_below(shown: str, edited: Safe) -> Sequence[Safe]:
    """Return the lines that were written below the cut line, as many people answer mail, without those of the
    conversation. shown: the text that the editor was given."""
    known = [_normalise(line) for line in shown.splitlines()[_find_cut(shown.splitlines()) :]]
    lines = edited.splitlines()
    below = [Safe(line) for line in lines[_find_cut(lines) :]]
    left = Counter(known)
    others: list[Safe] = []
    for line in below:
        words = _normalise(line)
        if left[words]:
            left[words] -= 1
        elif words not in ("", CUT_LINE, _EXPLANATION):
            others.append(line)
    # An editor may have rewrapped the conversation; its lines must not be sent, because some of them may be internal
    conversation = " ".join(word for line in known for word in line.split())
    if any(len(line) >= _LEAST_PART and _normalise(line) in conversation for line in others):
        return [line for line in others if _normalise(line) not in conversation]
    return others


def _find_cut(lines: Sequence[str]) -> int:
    return next((place for place, line in enumerate(lines) if line.strip() in (CUT_LINE, _EXPLANATION)), len(lines))


def _normalise(line: str) -> str:
    return " ".join(line.split())
