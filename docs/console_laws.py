"""Which test shows which rule of the console: docs/console.md, made from the markers of the tests."""

from __future__ import annotations

import tomllib
from pathlib import Path

from citations import cite_tests, find_citations

DOCS = Path(__file__).parent


def document() -> str:
    """Return the rules with their tests. ValueError, in one sentence, for a rule that is neither shown nor missing, or
    that is unknown."""
    rules = tomllib.loads((DOCS / "console_laws.toml").read_text(encoding="utf-8"))
    missing = rules.pop("missing", {})
    shown = find_citations("law")
    known = {number for part in rules.values() for number in part if number != "title"}
    if unknown := sorted(set(shown) - known):
        raise ValueError(f"tests cite {', '.join(unknown)}, which docs/console_laws.toml does not list")
    if unshown := sorted(known - set(shown) - set(missing)):
        raise ValueError(
            f"no test cites {', '.join(unshown)}: mark one, or say in docs/console_laws.toml what is missing"
        )
    lines = ["# The rules of the console", "", "What holds in the console, and the tests that show it. Keys: keys.md."]
    for part in rules.values():
        lines += ["", f"## {part['title']}", "", "| number | what holds | shown by |", "|---|---|---|"]
        for number, what in part.items():
            if number != "title":
                tests = cite_tests(shown.get(number, []))
                tests += [f"missing: {missing[number]}"] if number in missing else []
                lines.append(f"| {number} | {what} | {' · '.join(tests)} |")
    return "\n".join(lines) + "\n"
