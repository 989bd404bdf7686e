"""Subjects without what mail programs, lists and we ourselves put before and behind them (M-33)."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

LONGEST = 1_000
"""Characters of a subject that are read."""

_REPLIES = (
    r"re|aw|antw|antwort|sv|svar|ynt|yanıt|odp|odpowiedź|odpověď|odpoveď|rif|(?-i:R)|res|resp|rép|bls|balas|atb|ats|"
    r"vá|απ|απαντ|σχετ|отв|ответ|відп|отг|回复|回覆|答复|答覆|回信|返信|답장|회신|השב|תגובה|رد|trả lời"
)
# VS is passed on in Danish and answered in Finnish; M-31 counts it among forwards
_FORWARDS = (
    r"fwd|fw|wg|wtr|weitergeleitet|tr|rv|(?-i:I)|enc|doorst|vs|vb|vl|videresend|pd|ilt|İLT|yönlendirme|"
    r"továbbítás|redir|"
    r"trs|προώθ|πρθ|пересл|转发|轉寄|轉發|转寄|転送|전달|הועבר|إعادة توجيه|chuyển tiếp"
)
_PREFIX = re.compile(
    rf"\s*(?:(?P<reply>{_REPLIES})|(?P<forward>{_FORWARDS}))\.?\s?"
    r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3}|\d{1,2})?\s?[:：]",
    re.IGNORECASE,
)
_FORWARDED_BEHIND = re.compile(r"\s*\((?:fwd|forwarded|weitergeleitet)\)\Z", re.IGNORECASE)
_OWN_TAG = re.compile(r"\s?\[#(\d{1,12})\]\s?")
_LIST_TAG = re.compile(r"\s*\[[^\[\]\s#][^\[\]#]{0,38}\]\s*")
_MOST = 50
"""Prefixes and tags that are taken off."""


class Subject(NamedTuple):
    """A subject taken apart. text: without prefixes, our own tag, and tags of lists; prefix: what the outermost one
    says, or `(fwd)` behind the words; None where there is none; number: of our tag, None where there is none."""

    text: str
    prefix: Literal["reply", "forward"] | None
    number: int | None

    @property
    def is_forward(self) -> bool:
        """True where the subject says that a mail was passed on (M-31)."""
        return self.prefix == "forward"


def read_subject(subject: str, *, is_from_list: bool = False) -> Subject:
    """Take a subject apart. is_from_list: the mail came over a list, so that a name in brackets is the list's; a
    person's `[urgent]` stays."""
    text = " ".join(subject[:LONGEST].split())
    own = _OWN_TAG.search(text)
    text = _OWN_TAG.sub(" ", text).strip()
    prefix: Literal["reply", "forward"] | None = None
    tags: list[str] = []
    for _ in range(_MOST):
        match = _PREFIX.match(text)
        if match is not None:
            prefix = prefix or ("reply" if match["reply"] is not None else "forward")
            text = text[match.end() :].lstrip()
            continue
        tag = _LIST_TAG.match(text)
        if tag is None or not text[tag.end() :].strip():
            break
        tags.append(tag[0].strip())
        text = text[tag.end() :]
    behind = _FORWARDED_BEHIND.search(text[-20:])
    if behind is not None and text[: len(text) - len(behind[0])].strip():
        text = text[: len(text) - len(behind[0])]
        prefix = prefix or "forward"
    if not is_from_list:
        text = " ".join([*dict.fromkeys(tags), text])
    return Subject(text.strip(), prefix, int(own[1]) if own else None)


def normalise_subject(subject: str, *, is_from_list: bool = False) -> str:
    """Return a subject without prefixes, our own tag and tags of lists; as it came where nothing would be left."""
    return read_subject(subject, is_from_list=is_from_list).text or " ".join(subject[:LONGEST].split())
