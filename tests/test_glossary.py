"""The glossary: every term once, with a word that the code has."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = re.findall(
    r"^\| ([^|]+) \| `([^`]+)` \| ([^|]+) \|$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
)


def test_every_term_stands_once_in_one_sentence() -> None:
    terms = [term for term, _, _ in ROWS]
    assert len(terms) >= 60
    assert len(set(terms)) == len(terms)
    assert all(meaning and not meaning.endswith(".") for _, _, meaning in ROWS)


def test_the_code_has_the_word_of_every_term() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    stems = {path.stem for path in (ROOT / "src").rglob("*.py")}
    missing = [word for _, word, _ in ROWS if word not in stems and not re.search(rf"\b{re.escape(word)}\b", code)]
    assert missing == []
