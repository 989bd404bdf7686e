"""The whole small procedure of the manual, for tests that change a word of it."""

from __future__ import annotations

from pathlib import Path

from deskterm.procedure.load import loads
from deskterm.procedure.schema import Procedure

MANUAL = Path(__file__).parents[2] / "docs/procedures.md"
SHOP = MANUAL.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]


def shop(*changes: tuple[str, str]) -> Procedure:
    """The procedure with some of its words replaced."""
    text = SHOP
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return loads(text, "shop.toml").procedure


def line_of(text: str, words: str) -> int:
    """The line, from 1, on which words first stand."""
    return text[: text.index(words)].count("\n") + 1
