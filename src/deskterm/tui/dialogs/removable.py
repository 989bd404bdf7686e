"""Widgets that come and go on a screen that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget as _Base
else:
    # Textual takes the styles and keys of a widget from the first of its bases that is a widget
    _Base = object


class Removable(_Base):
    """A widget that is blank from its removal until the screen is arranged without it.

    Textual takes a removed widget's styles away at once, but paints it until then where a dialog opens or closes over
    it, and its inputs and text areas raise KeyError without styles (Textualize/textual#6528)."""

    def render_lines(self, crop: Region) -> list[Strip]:
        if not self.is_attached:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)
