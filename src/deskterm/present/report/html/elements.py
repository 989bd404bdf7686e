"""Elements of a page: whatever they hold passes through here, so that no text is left unsanitized (R-48).

The tree escapes texts and attributes when it is written.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from deskterm.present.sanitize import sanitize


def add(parent: Element, name: str, text: str = "", /, **attributes: str | float) -> Element:
    """Add an element with a text. attributes: `class_` is `class`, and an underscore within a name a dash."""
    element = SubElement(parent, name)
    for key, value in attributes.items():
        element.set(key.rstrip("_").replace("_", "-"), sanitize(_format(value)))
    if text:
        element.text = sanitize(text)
    return element


def _format(value: str | float) -> str:
    """Return an attribute's text: of a coordinate with one decimal at most, so that files stay small."""
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
