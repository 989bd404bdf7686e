"""Which test shows which requirement: docs/requirements.md, made from the markers of the tests.

A test says `@pytest.mark.requirement("S1-33", …)`, a whole file `pytestmark = pytest.mark.requirement(…)`. What
`requirements.toml` lists and no test shows must stand under its `[missing]`, with what brings it. A test that looks
only at a procedure file or at the arithmetic of times shows no behaviour, so it does not do alone.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from citations import cite_tests, find_citations

DOCS = Path(__file__).parent
NO_BEHAVIOUR = ("procedure/", "sla/")
"""Folders of tests that nobody at a desk could repeat."""


def listed() -> dict[str, str]:
    """Number → what is asked for."""
    asked = tomllib.loads((DOCS / "requirements.toml").read_text(encoding="utf-8"))
    return {
        f"{source}-{int(number):02}": what
        for source, part in asked.items()
        if source != "missing"
        for number, what in part.items()
        if number != "title"
    }


def document() -> str:
    """The table. ValueError, in one sentence, for a number that is neither shown nor missing, or that is unknown."""
    asked = tomllib.loads((DOCS / "requirements.toml").read_text(encoding="utf-8"))
    wanted, shown = listed(), find_citations("requirement")
    missing = {
        f"{source}-{int(number):02}": why
        for source, number, why in ((*key.split("-"), why) for key, why in asked["missing"].items())
    }
    if unknown := sorted(set(shown) - set(wanted)):
        raise ValueError(f"tests cite {', '.join(unknown)}, which docs/requirements.toml does not list")
    if unshown := [number for number in wanted if number not in shown and number not in missing]:
        raise ValueError(
            f"no test cites {', '.join(unshown)}: mark one, or say in docs/requirements.toml what is missing"
        )
    if nominal := [
        number for number, tests in shown.items() if all(where.startswith(NO_BEHAVIOUR) for where, _ in tests)
    ]:
        raise ValueError(f"only tests of files cite {', '.join(nominal)}: mark one that does what a person can do")
    lines = [
        "# Requirements",
        "",
        "What the five source procedures ask for, and the tests that show it. Code and tests cite these numbers.",
    ]
    for source, part in asked.items():
        if source == "missing":
            continue
        lines += ["", f"## {source} · {part['title']}", "", "| number | asked for | shown by |", "|---|---|---|"]
        for number, what in wanted.items():
            if number.startswith(f"{source}-"):
                cited = shown.get(number, [])
                tests = cite_tests(cited)
                if number in missing:
                    tests.append(f"missing: {missing[number]}")
                lines.append(f"| {number} | {what} | {' · '.join(tests)} |")
    return "\n".join(lines) + "\n"
