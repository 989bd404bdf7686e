"""Styles that are remembered are those that Textual would look up."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from deskterm.tui.stylesheet import RememberingStylesheet
from deskterm.tui.themes import THEMES
from tui.console_session import open_console

STEPS = ("j", "tab", "enter", "r", "x", "escape", "n", "escape", "7", "question_mark", "escape", "t", "W", "g")
"""Keys that move the focus, open and close dialogs and pages, and change classes."""


def read_styles(app: App[Any]) -> dict[DOMNode, list[dict[str, object]]]:
    """Return the styles of everything on the screens, and those of its components."""
    nodes = [app, *(node for screen in app.screen_stack for node in screen.walk_children(with_self=True))]
    return {
        node: [dict(node.styles.base._rules), *(dict(one.base._rules) for one in components(node))] for node in nodes
    }


def components(node: DOMNode) -> list[Any]:
    return [node._component_styles[name] for name in sorted(node._component_styles)]


def style_anew(app: App[Any]) -> None:
    """Look all rules up by Textual's own stylesheet."""
    plain = Stylesheet(variables=app.get_css_variables())
    plain._rules, plain._require_parse = app.stylesheet.rules, False
    for screen in app.screen_stack:
        plain.update(screen)
    plain.apply(app)


async def test_whatever_has_the_focus_styles_are_those_that_the_rules_say(url: str) -> None:
    async with open_console(url) as console:
        app = console.app
        assert isinstance(app.stylesheet, RememberingStylesheet)
        for place, step in enumerate((*STEPS, "another theme", "j", "tab", "enter")):
            if step == "another theme":
                app.theme = next(theme.name for theme in THEMES.values() if theme.name != app.theme)
            else:
                await console.pilot.press(step)
            found = read_styles(app)
            assert len(found) > 10
            style_anew(app)
            assert found == read_styles(app), f"after step {place}, {step}"
