"""Stylesheets that are parsed once a process: every console of a test would parse the same texts anew."""

from __future__ import annotations

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_PARSED: dict[tuple[Any, ...], list[RuleSet]] = {}


def share_parsed_styles() -> None:
    """Let all stylesheets use one cache of rules, by their text and the theme's variables."""
    parse = Stylesheet._parse_rules

    def parse_once(self: Stylesheet, css: str, read_from: Any, *rest: Any, **named: Any) -> list[RuleSet]:
        key = (css, read_from, rest, *named.items(), *self._variables.items())
        if key not in _PARSED:
            _PARSED[key] = parse(self, css, read_from, *rest, **named)
        return _PARSED[key]

    Stylesheet._parse_rules = parse_once  # type: ignore[method-assign]
