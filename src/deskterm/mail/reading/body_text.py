"""The text of a mail: what its writer sees as the words of it (M-15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deskterm.mail.reading.charsets import decode_body
from deskterm.mail.reading.html_text import MOST_TAGS, convert_html
from deskterm.mail.reading.parts import Part

NO_TEXT = "(no text)"

_MOST_GUESSES = 10
"""Parts of one mail whose charset a detector is asked for: it takes long."""


class BodyText(NamedTuple):
    """plain: the text/plain parts alone; text: what is shown; html: the HTML that it was made of, empty for none;
    guessed: charsets that were guessed; used: the parts that the text was taken from."""

    plain: str
    text: str
    html: str
    guessed: tuple[str, ...]
    used: frozenset[int]


def is_inline_text(part: Part) -> bool:
    """Return whether a part is one of the mail's own words, and not a file."""
    if part.disposition == "attachment" or part.kind not in ("text/plain", "text/html"):
        return False
    return not part.name


def read_body(parts: Sequence[Part]) -> BodyText:
    """Read the text of a mail. Of an alternative the plain text is taken unless it is blank."""
    guessed: list[str] = []
    plain: list[str] = []
    shown: list[str] = []
    source: list[str] = []
    texts: dict[int, str] = {}
    room = MOST_TAGS
    for place, part in enumerate(parts):
        if is_inline_text(part):
            decoded = decode_body(part.data, part.charset, may_detect=len(guessed) < _MOST_GUESSES)
            texts[place] = decoded.text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
            guessed += [decoded.guessed] if decoded.guessed else []
    for place, text in texts.items():
        part = parts[place]
        if part.kind == "text/plain":
            plain.append(text)
            shown.append(text)
        elif not _has_plain_sibling(place, parts, texts):
            source.append(text)
            converted = convert_html(text, room)
            shown.append(converted.text)
            room = max(0, room - converted.tags)
    body = "\n".join(text.strip("\n") for text in shown if text.strip())
    return BodyText("\n".join(plain), body, "\n".join(source), tuple(guessed), frozenset(texts))


def _has_plain_sibling(place: int, parts: Sequence[Part], texts: dict[int, str]) -> bool:
    """Return whether an HTML part says in another form what a plain one says: of an alternative, or of another place
    of the same mail where nothing but it has words."""
    ours = parts[place].path
    for depth, (kind, multipart, branch) in enumerate(ours):
        if kind != "multipart/alternative":
            continue
        for other, text in texts.items():
            path = parts[other].path
            if (
                parts[other].kind == "text/plain"
                and text.strip()
                and len(path) > depth
                and path[depth][:2] == (kind, multipart)
                and path[depth][2] != branch
            ):
                return True
    return False
