"""Late is the loudest thing on the screen in every theme, and what is written can be read (C-41)."""

from __future__ import annotations

import re

import pytest
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from deskterm.tui.panes.colours import urgency_style
from deskterm.tui.themes import ANSI, COLOUR_BLIND, DARK, HIGH_CONTRAST, LIGHT, THEMES, find_theme
from tui.console_session import open_console
from tui.real_terminal import Start

pytestmark = pytest.mark.law("C-41")

WITH_COLOURS_OF_THEIR_OWN = [DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND]

ENOUGH, MUCH = 4.5, 7.0
"""Contrasts that WCAG 2 asks for text, at the levels AA and AAA."""
SEEN = 3.0
"""The contrast that it asks for what is no text."""


def luminance(colour: Color) -> float:
    """Return the relative luminance of WCAG 2."""
    parts = [value / 255 for value in colour.rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted(luminance(Color.parse(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def by_name(theme: Theme) -> str:
    return theme.name


@pytest.mark.parametrize("theme", WITH_COLOURS_OF_THEIR_OWN, ids=by_name)
def test_only_what_is_late_is_filled_and_the_rest_is_the_quieter_the_less_it_presses(theme: Theme) -> None:
    colours, ground = theme.variables, str(theme.background)
    assert contrast(colours["late-ground"], ground) >= SEEN
    assert contrast(colours["late"], colours["late-ground"]) >= ENOUGH
    assert "on $late-ground" in urgency_style("breached")
    assert all(" on " not in urgency_style(other) for other in ("soon", "fine", "paused", "none", "done"))
    assert "bold" in urgency_style("soon")
    assert "bold" not in urgency_style("fine")
    loudness = [contrast(colours[name], ground) for name in ("soon", "fine", "faint")]
    assert loudness == sorted(loudness, reverse=True)


@pytest.mark.parametrize("theme", WITH_COLOURS_OF_THEIR_OWN, ids=by_name)
def test_what_is_written_can_be_read_on_every_ground(theme: Theme) -> None:
    colours = theme.variables
    asked = MUCH if theme is HIGH_CONTRAST else ENOUGH
    for name in ("soon", "fine", "faint"):
        assert contrast(colours[name], str(theme.background)) >= asked
    for ground in (theme.background, theme.surface, theme.panel, colours["cursor"]):
        assert contrast(str(theme.foreground), str(ground)) >= asked
    assert contrast(colours["late"], colours["late-ground"]) >= asked


def seen_without_red_or_green(colour: str) -> tuple[float, float]:
    """Return what is left of a colour for people who do not tell red from green: lightness, and blue against yellow."""
    red, green, blue = (value / 255 for value in Color.parse(colour).rgb)
    return luminance(Color.parse(colour)) ** 0.5, blue - (red + green) / 2


def test_the_colour_blind_safe_colours_differ_in_more_than_red_and_green() -> None:
    colours = COLOUR_BLIND.variables
    shades = [seen_without_red_or_green(colours[name]) for name in ("late-ground", "soon", "fine")]
    for place, one in enumerate(shades):
        for other in shades[place + 1 :]:
            assert max(abs(a - b) for a, b in zip(one, other, strict=True)) >= 0.25


def test_the_theme_of_16_colours_has_no_other_and_none_that_a_palette_may_hide() -> None:
    for colour in (*ANSI.variables.values(), ANSI.primary, ANSI.foreground, ANSI.background):
        assert str(colour).startswith("ansi_")
    assert ANSI.variables["late-ground"] == "ansi_red"
    # Bright black is the background in some palettes, and white in others
    assert {"ansi_bright_black", "ansi_white"}.isdisjoint(ANSI.variables[name] for name in ("soon", "fine", "faint"))


@pytest.mark.parametrize("theme", THEMES.values(), ids=by_name)
def test_every_theme_has_every_colour_that_the_console_asks_for(theme: Theme) -> None:
    assert theme.variables.keys() >= DARK.variables.keys()
    app = App[None]()
    app.register_theme(theme)
    app.theme = theme.name
    assert app.get_css_variables().keys() >= {"ansi-background", "late", "late-ground", "text-error", "panel"}


def test_a_terminal_of_16_colours_gets_them_unless_the_settings_name_a_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLORFGBG", raising=False)
    assert find_theme("auto", "standard") is ANSI
    assert find_theme("auto", "truecolor") is DARK
    assert find_theme("auto", "256") is DARK
    assert find_theme("dark", "standard") is DARK
    monkeypatch.setenv("COLORFGBG", "0;15")
    assert find_theme("auto", "truecolor") is LIGHT


async def test_late_rows_are_filled_and_the_words_are_the_same_in_every_theme_and_size(url: str) -> None:
    async with open_console(url, minutes=600) as console:
        for size in ((80, 24), (120, 40), (180, 50)):
            await console.pilot.resize_terminal(*size)
            await console.wait_for_text("Matter 3")
            await console.pilot.pause()
            words = console.screen_text()
            assert "1001" in words
            for name, theme in THEMES.items():
                console.app.theme = theme.name
                await console.pilot.pause()
                assert console.screen_text() == words, f"{name} at {size}"
                strip = console.panes.queue.render_line(1)
                filled = [one.text for one in strip if one.style and one.style.bold and "✖" in one.text]
                assert filled
                ground = Color.parse(console.app.get_css_variables()["late-ground"]).rich_color
                chips = [one for one in strip if one.style and one.style.bgcolor == ground]
                assert [one.text for one in chips] == filled
                assert not any(one.style.reverse for one in chips if one.style)


async def test_without_colours_late_is_reversed_and_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_console(url, minutes=600, size=(180, 50)) as console:
        await console.pilot.press("down")
        queue = console.panes.queue
        first, second = (next(s for s in queue.render_line(row) if "late" in s.text) for row in (1, 2))
        # On the row under the cursor, which is reversed, it is the other way round
        assert first.style is not None
        assert second.style is not None
        assert (first.style.reverse, second.style.reverse) == (True, False)
        assert first.style.bold
        assert second.style.bold
        assert re.search(r"late +−", first.text)
        assert "late" in console.screen_text().partition("Next to breach")[2]


def test_in_16_colours_late_is_white_on_red_and_soon_is_yellow(simulated_url: str, start: Start) -> None:
    terminal = start(simulated_url, TERM="xterm", COLORTERM="")
    terminal.wait_for("Matter 0")
    assert b"38;2;" not in terminal.output
    assert b"48;2;" not in terminal.output
    assert re.search(rb"\x1b\[[0-9;]*\b33(?:;\d+)*m[^\x1b]*\xe2\x96\xb2", terminal.output)  # due soon: yellow
    terminal.type("q")
    assert terminal.wait_for_exit() == 0
