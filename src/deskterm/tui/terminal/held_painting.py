"""Painting that waits with the frame that it is for.

While a frame is held back (`frames`), the compositor would paint everything that changes sixty times a second, and only
the last of it is written: half of what a console does while somebody types ahead.
"""

from __future__ import annotations

from typing import Any


class HeldPainting:
    """A mixin before a screen, which is painted when its frame is written. It is laid out at once, because the next
    key may need to know where things are."""

    app: Any
    _compositor: Any
    _dirty_widgets: set[Any]
    _layout_required: bool
    _scroll_required: bool

    def paint_held(self) -> None:
        """Paint what was held back."""
        unseen = set(self._dirty_widgets)
        if not (self._layout_required or self._scroll_required):
            self._compositor.update_widgets(unseen)
            unseen.clear()
        self._compositor_refresh()
        # Textual takes all for painted. Those that changed since are the next update's, behind the layout
        self._dirty_widgets |= unseen

    def _compositor_refresh(self) -> None:
        # Tests and tools may show a screen in an application of their own
        hold_painting = getattr(self.app, "hold_painting", None)
        if hold_painting is not None and hold_painting(self):
            # The compositor keeps their regions
            self._dirty_widgets.clear()
        else:
            super()._compositor_refresh()  # type: ignore[misc]  # of the screen
