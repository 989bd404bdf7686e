"""HTML of mails as text: never rendered, nothing fetched (M-16)."""

from __future__ import annotations

import html
import re
from itertools import islice
from typing import NamedTuple

_TAG = re.compile(r"<[^<>]*>")
_UNSEEN = re.compile(r"<(script|style|head|title|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|hr)\b[^>]*>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\xa0]+")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all", re.IGNORECASE
)
_HOST = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?=[/:?#]|\Z|\s)", re.IGNORECASE)

_DATA = re.compile(r"data:[^\"'\s<>]{200,}", re.IGNORECASE)
"""Pictures that stand in the source itself."""

MOST_TAGS = 40_000
"""Tags of HTML that are read of one mail: more takes longer than a mail may (M-21)."""
_LONGEST = 10_000_000
"""Characters of HTML that are looked at, those of pictures too."""
_LIKE_A_TAG = 50
"""Characters of text that take as long as a tag."""
CUT = "[the rest is in the mail itself]"


class HtmlText(NamedTuple):
    """The words of HTML in lines, and how many tags it took."""

    text: str
    tags: int


def html_to_text(source: str) -> str:
    """Return the words of HTML in lines. Where a link's words name another host than its target both are shown."""
    return convert_html(source, MOST_TAGS).text


def convert_html(source: str, most_tags: int) -> HtmlText:
    """Convert HTML as `html_to_text` does, up to a number of tags. That there was more is said in a line."""
    whole = _DATA.sub("data:", source[:_LONGEST]).replace("\x00", "")
    source = _shorten(whole, most_tags)
    is_cut = len(source) < len(whole)
    text = _convert(source)
    if not text.strip():  # libxml2 drops what is nested too deep
        text = strip_tags(source)
    return HtmlText(f"{text}\n{CUT}" if is_cut else text, source.count("<") + len(source) // _LIKE_A_TAG)


def _shorten(source: str, most_tags: int) -> str:
    source = source[: most_tags * _LIKE_A_TAG]
    if source.count("<") <= most_tags:
        return source
    return source[: next(islice(re.finditer("<", source), most_tags, None)).start()]


def strip_tags(source: str) -> str:
    """Return the words of HTML without a parser, for what a parser drops."""
    text = _COMMENT.sub(" ", _UNSEEN.sub(" ", source))
    text = _TAG.sub(" ", _BREAK.sub("\n", text))
    lines = (_SPACES.sub(" ", line).strip() for line in html.unescape(text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _convert(source: str) -> str:
    # lxml takes 40 ms to load, and many mails are plain
    from inscriptis.css_profiles import CSS_PROFILES  # noqa: PLC0415
    from inscriptis.html_engine import Inscriptis  # noqa: PLC0415
    from inscriptis.model.config import ParserConfig  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415
    from lxml.html import HTMLParser, document_fromstring  # noqa: PLC0415

    try:
        tree = document_fromstring(
            source.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        )
        _drop_unseen(tree)
        text = Inscriptis(tree, ParserConfig(css=CSS_PROFILES["relaxed"])).get_text()
    except (
        etree.LxmlError,
        ValueError,
        RecursionError,
        AttributeError,
        KeyError,
        IndexError,
        TypeError,
        AssertionError,
    ):
        return ""
    lines = [line.rstrip().replace("\xa0", " ") for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _drop_unseen(tree: object) -> None:
    """Take out of a document what a reader would not see, and show where links lead that say something else."""
    for element in list(tree.iter()):  # type: ignore[attr-defined]
        if (
            not isinstance(element.tag, str)
            or element.tag in ("script", "style", "head", "title", "noscript", "template")
            or _HIDDEN.search(element.get("style", ""))
            or element.get("hidden") is not None
        ):
            _drop(element)
        elif element.tag == "a":
            _show_target(element)


def _drop(element: object) -> None:
    """Take an element out, and keep the text behind it."""
    parent = element.getparent()  # type: ignore[attr-defined]
    if parent is None:
        return
    tail = element.tail or ""  # type: ignore[attr-defined]
    before = element.getprevious()  # type: ignore[attr-defined]
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _show_target(link: object) -> None:
    target = str(link.get("href", "")).strip()  # type: ignore[attr-defined]
    words = "".join(link.itertext())  # type: ignore[attr-defined]
    named, meant = _HOST.search(words.strip()), _HOST.match(re.sub(r"^\w+://(?:[^/@]*@)?", "", target))
    if named is None or meant is None or target.lower().startswith("mailto:"):
        return
    if named[1].lower().removeprefix("www.") != meant[1].lower().removeprefix("www."):
        last = link[-1] if len(link) else None  # type: ignore[index,arg-type]
        if last is not None:
            last.tail = f"{last.tail or ''} [{target}]"
        else:
            link.text = f"{link.text or ''} [{target}]"  # type: ignore[attr-defined]
