"""The console's own themes. Late tickets stand out most in each (C-41): only they have a filled background, light on
dark or dark on light. What is due soon is bold; everything else is neither.
"""

from __future__ import annotations

import os

from textual.theme import Theme

from deskterm.tui.settings.declarations import THEME_NAMES

# Variables beside Textual's. late, late-ground: text and background of late tickets; soon, fine: text of due times that
# are near or far; faint: secondary text, without the attribute "dim", which terminals render differently; cursor:
# background of the row under the cursor; idle-border: borders of panes without the focus.

DARK = Theme(
    name="deskterm-dark",
    primary="#6ea8d9",
    secondary="#8f9fb3",
    accent="#7cc4f0",
    warning="#e6b450",
    error="#f0716b",
    success="#86c28b",
    foreground="#d5dae1",
    background="#14181d",
    surface="#1a1f26",
    panel="#232a33",
    dark=True,
    variables={
        "late": "#ffffff",
        "late-ground": "#c8352d",
        "soon": "#f0c05a",
        "fine": "#86c28b",
        "faint": "#8793a1",
        "cursor": "#24425a",
        "idle-border": "#3a4452",
    },
)
LIGHT = Theme(
    name="deskterm-light",
    primary="#1f6aa5",
    secondary="#5b6b7d",
    accent="#1565a8",
    warning="#9a6700",
    error="#b42318",
    success="#2f7a3d",
    foreground="#1f2731",
    background="#fbfbf9",
    surface="#f3f4f2",
    panel="#e6e8e6",
    dark=False,
    variables={
        "late": "#ffffff",
        "late-ground": "#b42318",
        "soon": "#7d5200",
        "fine": "#2b7138",
        "faint": "#66707c",
        "cursor": "#cfe3f4",
        "idle-border": "#c3c8c4",
    },
)
HIGH_CONTRAST = Theme(
    name="deskterm-high-contrast",
    primary="#8fd0ff",
    secondary="#d8d8d8",
    accent="#8fd0ff",
    warning="#ffe600",
    error="#ff6b6b",
    success="#a6f0a6",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={
        "late": "#000000",
        "late-ground": "#ff6b6b",
        "soon": "#ffe600",
        "fine": "#a6f0a6",
        "faint": "#c4c4c4",
        "cursor": "#00437a",
        "idle-border": "#9a9a9a",
    },
)
# Colours that people with any of the usual kinds of colour blindness tell apart (Okabe and Ito, 2008): vermilion,
# yellow, sky blue; of different lightness too
COLOUR_BLIND = Theme(
    name="deskterm-colour-blind",
    primary="#56b4e9",
    secondary="#9aa4b0",
    accent="#d6a5c9",
    warning="#f0e442",
    error="#e6700d",
    success="#56b4e9",
    foreground="#dde1e6",
    background="#14181d",
    surface="#1a1f26",
    panel="#232a33",
    dark=True,
    variables={
        "late": "#000000",
        "late-ground": "#e6700d",
        "soon": "#f0e442",
        "fine": "#56b4e9",
        "faint": "#8d98a5",
        "cursor": "#30384a",
        "idle-border": "#3a4452",
    },
)
# The terminal's own colours, of which there are 16. Secondary text is as bright as the rest, because in some palettes
# the grey of these 16 is the background.
ANSI = Theme(
    name="deskterm-ansi",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_default",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        "late": "ansi_bright_white",
        "late-ground": "ansi_red",
        "soon": "ansi_yellow",
        "fine": "ansi_green",
        "faint": "ansi_default",
        "cursor": "ansi_default",
        "idle-border": "ansi_default",
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "border": "ansi_cyan",
        "border-blurred": "ansi_default",
    },
)
THEMES: dict[str, Theme] = dict(zip(THEME_NAMES[1:], (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND, ANSI), strict=True))
"""The themes, by their names in the settings."""


def find_theme(name: str, colours: str | None = "truecolor") -> Theme:
    """Return a theme by its name in the settings; for `auto`, one that suits the terminal. colours: the terminal's
    colour system, as named by rich: `standard` are 16 colours, to which others would be rounded so badly that red may
    become white."""
    if name in THEMES:
        return THEMES[name]
    if colours == "standard":
        return ANSI
    return LIGHT if _is_light_terminal() else DARK


def _is_light_terminal() -> bool:
    """Return whether the terminal says that its background is light (`COLORFGBG=0;15`)."""
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return background in ("7", "15")
