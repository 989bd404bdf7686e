"""The text of a letter, which notices when files are dragged into the terminal (C-22)."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from deskterm.tui.attached_files import read_dropped
from deskterm.tui.dialogs.removable import Removable


class LetterArea(Removable, TextArea):
    """The editor of the composer."""

    class Dropped(Message):
        """Posted for a pasted text that may be paths of files: terminals paste those that are dragged into them."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def on_paste(self, event: events.Paste) -> None:
        if read_dropped(event.text):
            # Prevent the text area's own handler, which would insert the text
            event.prevent_default()
            event.stop()
            self.post_message(self.Dropped(event.text))
