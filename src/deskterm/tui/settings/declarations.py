"""The settings: their names, values, defaults and meanings. Reading, checking and the documents follow from these."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from deskterm.procedure.ticket_fields import QUEUE_FIELDS

Theme = Literal["auto", "dark", "light", "high-contrast", "colour-blind", "ansi"]
AfterAction = Literal["next", "stay", "list"]
PaneLayout = Literal["auto", "single"]

THEME_NAMES: tuple[Theme, ...] = ("auto", "dark", "light", "high-contrast", "colour-blind", "ansi")


COLUMN_NAMES: tuple[str, ...] = (
    *("number", "severity", "status", "subject", "client", "requester", "assignee", "department", "type", "clock"),
    *("received", "updated", *(field.name for field in QUEUE_FIELDS)),
)
"""The columns after the time left, by the names that `deskterm ticket list --columns` uses too."""


class Settings(NamedTuple):
    """The values of all settings. The tables are read by `settings.file`; SETTINGS says what each means."""

    theme: Theme = "auto"
    layout: PaneLayout = "auto"
    columns: tuple[str, ...] = ()
    """The columns of views without a choice in the console; empty: those that suit the width."""
    after_action: AfterAction = "next"
    mouse: bool = True
    screen_reader: bool = False
    bell: bool = True
    wall_alerts: bool = True
    undo_send: int = 10
    """Seconds for which a letter waits before it leaves, so that it can be undone."""
    keymap: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Command → the keys that replace its own; empty: no key at all."""


class Setting(NamedTuple):
    """A setting. kind: of its value; choices: the values that it may have; help: its meaning; meanings: of each choice;
    example: lines of the file."""

    kind: Literal["word", "switch", "names", "keys", "seconds"]
    default: Any
    help: str
    meanings: Mapping[str, str] = MappingProxyType({})
    example: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it may have; empty for any."""
        return tuple(self.meanings)


_DEFAULTS = Settings()

SETTINGS: dict[str, Setting] = {
    "theme": Setting(
        "word",
        _DEFAULTS.theme,
        "The colours. `:theme` changes them in the console, which keeps that. The variable NO_COLOR comes before it.",
        {
            "auto": "light where the terminal says that its background is light (`COLORFGBG`), else dark",
            "dark": "light text on a dark background",
            "light": "dark text on a light background",
            "high-contrast": "white on black, for bad screens, bright rooms and weak eyes",
            "colour-blind": "blue and orange in the place of green and red",
            "ansi": "the terminal's own 16 colours",
        },
        'theme = "colour-blind"',
    ),
    "layout": Setting(
        "word",
        _DEFAULTS.layout,
        "The arrangement of the panes. `:layout` changes it in the console, which keeps that.",
        {
            "auto": "all panes side by side from 120 columns, else one at a time",
            "single": "one pane at a time, so that the queue has the whole width",
        },
        'layout = "single"',
    ),
    "columns": Setting(
        "names",
        _DEFAULTS.columns,
        "The columns of the queue behind the time left, in their order. `:columns` chooses them for one view in the "
        "console, which keeps that. Where there is no room the last ones are left out.",
        dict.fromkeys(COLUMN_NAMES, ""),
        'columns = ["number", "subject", "client", "assignee"]',
    ),
    "after_action": Setting(
        "word",
        _DEFAULTS.after_action,
        "The place of the cursor after an act that moves its ticket elsewhere, or out of the list.",
        {
            "next": "the row that was below it; a ticket that one has gone into stays open until it is left",
            "stay": "the same ticket, as long as the list has it",
            "list": "as `next`, and out of the ticket back to the list",
        },
        'after_action = "list"',
    ),
    "mouse": Setting(
        "switch",
        _DEFAULTS.mouse,
        "Whether the console takes clicks. Without them the terminal marks and copies text as it does elsewhere.",
        example="mouse = false",
    ),
    "screen_reader": Setting(
        "switch",
        _DEFAULTS.screen_reader,
        "Write lines for a screen reader in the place of panes: the row under the cursor, the ticket that is opened, "
        "dialogs and notices, each when it is new. All keys do what they do elsewhere. `deskterm --screen-reader` asks "
        "for it once.",
        example="screen_reader = true",
    ),
    "bell": Setting(
        "switch",
        _DEFAULTS.bell,
        "Ring the terminal's bell when a warning or a breach of one of your tickets comes up, once a minute at most.",
        example="bell = false",
    ),
    "wall_alerts": Setting(
        "switch",
        _DEFAULTS.wall_alerts,
        "On the wall, say in a line and with the bell when more is late, due or escalated, once a minute at most, and "
        "show how much that is in the terminal's title.",
        example="wall_alerts = false",
    ),
    "undo_send": Setting(
        "seconds",
        _DEFAULTS.undo_send,
        "Seconds for which what you send in the console, or with `deskterm ticket reply` at a terminal, waits in the "
        "outbox, 0 to 3600. Until then `u`, or `deskterm ticket undo`, takes it back: nobody has read it, it has "
        "answered nothing, and its words are a draft again.",
        example="undo_send = 30",
    ),
    "keymap": Setting(
        "keys",
        _DEFAULTS.keymap,
        "Other keys for commands, by the command's name as it stands behind `:` ([keys.md](keys.md)). The keys are in "
        "place of the command's own; an empty list leaves it without one. A key that belonged to another command is "
        "taken from that, which the console says.",
        example='[keymap]\nresolve = "R"\ntake = ["A", "f4"]\nquit = []',
    ),
}
