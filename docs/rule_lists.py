"""Lists of rules with the tests that show each, made from a file of the rules and the markers of the tests."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from citations import cite_tests, find_citations

DOCS = Path(__file__).parent


def build_list(file: str, marker: str, heading: Sequence[str]) -> str:
    """Return a document of the rules of a file, with the tests that cite them. heading: its first lines. ValueError, in
    one sentence, for a rule that is neither shown nor missing, or that is unknown."""
    rules = tomllib.loads((DOCS / file).read_text(encoding="utf-8"))
    missing = rules.pop("missing", {})
    shown = find_citations(marker)
    known = {number for part in rules.values() for number in part if number != "title"}
    if unknown := sorted(set(shown) - known):
        raise ValueError(f"tests cite {', '.join(unknown)}, which docs/{file} does not list")
    if unshown := sorted(known - set(shown) - set(missing)):
        raise ValueError(f"no test cites {', '.join(unshown)}: mark one, or say in docs/{file} what is missing")
    lines = list(heading)
    for part in rules.values():
        lines += ["", f"## {part['title']}", "", "| number | what holds | shown by |", "|---|---|---|"]
        for number, what in part.items():
            if number != "title":
                tests = cite_tests(shown.get(number, []))
                tests += [f"missing: {missing[number]}"] if number in missing else []
                lines.append(f"| {number} | {what} | {' · '.join(tests)} |")
    return "\n".join(lines) + "\n"
