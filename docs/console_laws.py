"""Which test shows which rule of the console: docs/console.md, made from the markers of the tests."""

from __future__ import annotations

from rule_lists import build_list


def document() -> str:
    """Return the rules with their tests. Raises ValueError as `build_list` does."""
    heading = (
        "# The rules of the console",
        "",
        "What holds in the console, and the tests that show it. Keys: keys.md.",
    )
    return build_list("console_laws.toml", "law", heading)
