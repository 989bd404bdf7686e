"""The console's own themes: dark and light."""

from __future__ import annotations

from textual.theme import Theme

# Variables beside Textual's. faint: secondary text, without the attribute "dim", which terminals render in their own
# ways; cursor: background of the row under the cursor; idle-border: borders of panes without the focus.

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
    variables={"faint": "#8793a1", "cursor": "#24425a", "idle-border": "#3a4452"},
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
    variables={"faint": "#6a7480", "cursor": "#cfe3f4", "idle-border": "#c3c8c4"},
)
