"""The words that the HTML of a mail marks as quoted, as a signature, or as the mail below the writer's own (M-20)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from deskterm.mail.visible.attributions import read_attribution
from deskterm.mail.visible.known_texts import split_words
from deskterm.mail.visible.separators import read_separator

LONGEST = 500_000
"""Characters of HTML of which the structure is read."""

_MOST_WORDS = 40_000


class Mark(IntEnum):
    """The HTML's word for a line of the text."""

    NONE = 0
    OWN = 1
    QUOTED = 2
    SIGNATURE = 3
    FORWARDED = 4


_QUOTES = re.compile(
    r"(?:^|\s)(?:\w{1,4}_|ecx)?(?:gmail_quote|gmail_quote_container|yahoo_quoted|moz-cite-prefix|protonmail_quote|"
    r"tutanota_quote|zmail_extra|freshdesk_quote|front-blockquote|missive_quote|spark_quote|sh-quoted-content|"
    r"mailru-blockquote|bloop_original_html|wmquote|iwcquote|cite|mcntquote|reply-quote|quoted-text|"
    r"ms-outlook-mobile-reference-message|gmail_attr|js-readmsg-msg)(?:\s|$)",
    re.IGNORECASE,
)
_FORWARDS = re.compile(r"(?:^|\s)(?:\w{1,4}_)?moz-forward-container(?:\s|$)", re.IGNORECASE)
_SIGNATURES = re.compile(
    r"(?:^|\s)(?:\w{1,4}_)?(?:gmail_signature|gmail_signature_prefix|moz-signature|protonmail_signature_block|"
    r"ms-outlook-mobile-signature|spark_signature|bloop_sign|tutanota_signature)(?:\s|$)",
    re.IGNORECASE,
)
_SIGNATURE_IDS = frozenset({"signature", "applemailsignature", "ms-outlook-mobile-signature"})
_BOUNDARY_IDS = frozenset(
    {
        "appendonsend",
        "divrplyfwdmsg",
        "stopspelling",
        "olk_src_body_section",
        "mail-editor-reference-message-container",
        "reply-intro",
        "isforwardcontent",
    }
)
"""Below an element of such an id everything is an earlier mail (Outlook on the web, on phones, on a Mac; Hotmail)."""

_HEADER_STYLE = re.compile(
    r"border-top:solid#(?:e1e1e1|b5c4df)1\.0pt|border-top:1(?:\.0)?p[tx]solid(?:#e1e1e1|#b5c4df|"
    r"rgb\(225,225,225\)|rgb\(181,196,223\))"
    r"|border-top-color:rgb\(229,229,229\);border-top-width:1px;border-top-style:solid"
)
"""The line above the headers of the mail that is answered, as Outlook draws it."""

_UNSEEN_TAGS = frozenset({"script", "style", "head", "title", "noscript", "template"})
_UNSEEN_STYLE = re.compile(r"display:none|visibility:hidden|font-size:0(?![.\d]*[1-9])|mso-hide:all")
_BLOCKS = re.compile(r"p|div|br|tr|li|hr|table|blockquote|body|ul|ol|h[1-6]|pre")


def mark_lines(lines: Sequence[str], source: str) -> list[Mark]:
    """Return the mark of each line of a text, by the HTML that says the same. Lines of which the HTML says nothing, or
    of which it says several things, have none."""
    if not source or len(source) > LONGEST:
        return [Mark.NONE] * len(lines)
    words, marks = _read_words(source)
    if not any(mark in (Mark.QUOTED, Mark.SIGNATURE, Mark.FORWARDED) for mark in marks):
        return [Mark.NONE] * len(lines)
    return _align(lines, words, marks)


def _read_words(source: str) -> tuple[list[str], list[Mark]]:
    """Read the words of HTML in their order, each with its mark."""
    # lxml takes 40 ms to load, and many mails are plain
    from lxml import etree  # noqa: PLC0415
    from lxml.html import HTMLParser, document_fromstring  # noqa: PLC0415

    words: list[str] = []
    marks: list[Mark] = []
    try:
        tree = document_fromstring(
            source.replace("\x00", "").encode("utf-8", "replace"),
            parser=HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True),
        )
    except (etree.LxmlError, ValueError, AssertionError):
        return words, marks
    reader = _Reader(words, marks)
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        reader.read(event, element)
        if len(words) > _MOST_WORDS:
            break
    return words, marks


class _Reader:
    """Walks through HTML, and notes words with the mark that holds where they stand."""

    def __init__(self, words: list[str], marks: list[Mark]) -> None:
        self._words = words
        self._marks = marks
        self._stack: list[tuple[Any, Mark]] = []
        self._is_below = False
        self._unseen = 0
        self._line = ""
        """The line of words before the place that is read, to know an attribution above a quotation."""
        self._line_before = ""

    def read(self, event: str, element: Any) -> None:
        """Read the start or the end of an element."""
        if event == "start":
            self._start(element)
        else:
            self._end(element)

    def _start(self, element: Any) -> None:
        if self._unseen or element.tag in _UNSEEN_TAGS or _is_hidden(element):
            self._unseen += 1
            return
        if _BLOCKS.fullmatch(element.tag):
            self._break()
        if _is_boundary(element):
            self._is_below = True
        mark = self._mark(element)
        if mark is not Mark.OWN:
            self._stack.append((element, mark))
        self._add(element.text)

    def _end(self, element: Any) -> None:
        if self._unseen:
            self._unseen -= 1
        else:
            if self._stack and self._stack[-1][0] is element:
                self._stack.pop()
            if _BLOCKS.fullmatch(element.tag):
                self._break()
        if not self._unseen:
            self._add(element.tail)

    def _break(self) -> None:
        if self._line.strip():
            self._line_before = self._line
        self._line = ""

    def _add(self, text: str | None) -> None:
        if not text or self._unseen:
            return
        self._line = (self._line + text)[-500:]
        mark = self._stack[-1][1] if self._stack else Mark.OWN
        if self._is_below and mark is Mark.OWN:
            mark = Mark.QUOTED
        for word in split_words(text, _MOST_WORDS):
            self._words.append(word)
            self._marks.append(mark)

    def _mark(self, element: Any) -> Mark:
        """Return the mark that an element gives to what stands in it; OWN where it gives none."""
        outer = self._stack[-1][1] if self._stack else Mark.OWN
        if outer is Mark.FORWARDED:
            return Mark.OWN
        names, name = element.get("class") or "", (element.get("id") or "").removeprefix("x_").lower()
        if _FORWARDS.search(names):
            return Mark.FORWARDED
        is_quote = (
            _QUOTES.search(names) is not None
            or (element.tag == "blockquote" and (element.get("type") or "").lower() == "cite")
            or (element.tag == "blockquote" and self._follows_attribution())
        )
        if is_quote:
            return Mark.FORWARDED if _begins_with_forward(element) else Mark.QUOTED
        if outer is Mark.OWN and (
            _SIGNATURES.search(names) or name in _SIGNATURE_IDS or element.get("data-signatureblock") == "true"
        ):
            return Mark.SIGNATURE
        return Mark.OWN

    def _follows_attribution(self) -> bool:
        return read_attribution((self._line.strip() or self._line_before.strip())[-400:]) is not None


def _style(element: Any) -> str:
    return re.sub(r"\s+", "", (element.get("style") or "")[:2000]).lower()


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or (
        "style" in element.attrib and _UNSEEN_STYLE.search(_style(element)) is not None
    )


def _is_boundary(element: Any) -> bool:
    name = (element.get("id") or "").removeprefix("x_").lower()
    if name in _BOUNDARY_IDS or (element.tag == "hr" and element.get("data-marker") == "__DIVIDER__"):
        return True
    return element.tag == "div" and "style" in element.attrib and _HEADER_STYLE.search(_style(element)) is not None


def _begins_with_forward(element: Any) -> bool:
    """Return whether the first words in an element say that it is a forwarded mail, which its writer wants read."""
    text = ""
    for piece in element.itertext():
        text += piece
        if len(text.strip()) >= 60:
            break
    first = text.strip().splitlines()[:1]
    separator = read_separator(first[0][:200]) if first else None
    return separator is not None and separator.kind == "forward"


def _align(lines: Sequence[str], words: list[str], marks: list[Mark]) -> list[Mark]:
    """Find the words of lines among those of the HTML, in order. A text has more words than its HTML where links and
    lists are written out, and fewer where something is hidden; three words in a row find the way back."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place, run in enumerate(zip(words, words[1:], words[2:], strict=False)):
        places.setdefault(run, []).append(place)
    split = [split_words(line, _MOST_WORDS) for line in lines]
    flat = [(word, number) for number, line in enumerate(split) for word in line]
    seen: list[set[Mark]] = [set() for _ in lines]
    here = 0
    for place, (word, number) in enumerate(flat):
        if here >= len(words):
            break
        if words[here] != word:
            found = places.get(tuple(one for one, _ in flat[place : place + 3]), [])
            next_ = bisect_left(found, here)
            if next_ >= len(found):
                continue
            here = found[next_]
        seen[number].add(marks[here])
        here += 1
    return [next(iter(one)) if len(one) == 1 else Mark.NONE for one in seen]
