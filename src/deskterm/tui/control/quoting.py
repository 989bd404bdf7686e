"""The conversation for whoever writes: a quotation in a reply, and all of it below a letter in an editor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from deskterm.present import formats
from deskterm.present.models import TimelineEntry
from deskterm.present.sanitize import Safe
from deskterm.tui.attached_files import HEADER_HINT

CUT_LINE = "------------------------ >8 ------------------------"
_EXPLANATION = "Everything below the line above is the conversation. It is not sent: write above it."
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
    """Return what stands above the cut line, or above the sentence below it where the line was taken away: nobody means
    to send a conversation back."""
    lines = edited.splitlines()
    end = next((place for place, line in enumerate(lines) if line.strip() in (CUT_LINE, _EXPLANATION)), len(lines))
    return Safe("\n".join(lines[:end]).rstrip())
