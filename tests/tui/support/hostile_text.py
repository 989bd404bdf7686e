"""Texts that attack a terminal or a markup parser: our own, and a collection of others where it is installed."""

import json
import os
import unicodedata
from pathlib import Path

OWN = [
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x9d0;title\x9c",
    "\x1b[2J\x1b[H\x1bc",
    "\x1bPq#0;2;0;0;0#0~~@@\x1b\\",
    "[urgent] printer down",
    "re: [/b] hello [red] [link=file:///etc/passwd]y[/link] [@click=app.quit]z[/]",
    "[/] [not a tag [red",
    "$primary {brace} %s \\[escaped\\]",
    "a\x00b\x07\x08\x7f",
    "line one\rline two\x85three\u2028four",
    "invoice\u202efdp.exe \u2067abc\u2069",
    "lone \ud83d surrogate",
    "👨\u200d👩\u200d👧 🇬🇧 👍🏽 ☁\ufe0f",
    "東京の販売管理システムが起動しない",
    "Z" + "\u0335\u0322" * 60,
    "tab\tseparated\tfields",
    "",
    "x" * 5000,
]

_FOLDER = os.environ.get("DESKTERM_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data"
_COLLECTION = Path(_FOLDER) / "escape_payloads.json"

HOSTILE: list[str] = OWN + (
    [entry["text"] for entry in json.loads(_COLLECTION.read_text("utf-8"))] if _COLLECTION.exists() else []
)


_BIDI_CONTROLS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def find_control_characters(text: str) -> list[str]:
    """Return the characters of a text that a terminal would interpret."""
    return [
        character
        for character in text
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in _BIDI_CONTROLS
    ]
