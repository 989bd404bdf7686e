"""The part of a mail that is new, and the parts that fold away: quotations, earlier mails, signatures (M-20, M-21)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, StrEnum
from typing import NamedTuple

from deskterm.mail.visible.attributions import find_attribution
from deskterm.mail.visible.header_groups import read_header_group
from deskterm.mail.visible.html_quotations import Mark, mark_lines
from deskterm.mail.visible.known_texts import find_known_lines, remove_links
from deskterm.mail.visible.separators import read_separator
from deskterm.mail.visible.signatures import find_signature, has_words

MOST_LINES = 2_000
MOST_CHARACTERS = 200_000
"""Of a text, that are looked at one by one. What follows counts as quoted only where every line is marked as that."""

_LONGEST_LINE = 1000
_SPACES = " \t\r\n\xa0\ufeff"
_UNMARKED = re.compile(r"^(?![ \t\r]*(?:>|$))", re.MULTILINE)
"""The beginning of a line that is neither empty nor marked as quoted."""

_MARKER = re.compile(r"##-\s?\S[^#]{0,200}\S\s?-##")
_MARKER_LINES = 4
_BROKEN = re.compile(r">\s?(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev)\s?:\Z", re.IGNORECASE)
"""The end of an attribution that was broken before the bracket of its address."""

_INLINE = re.compile(r"(?<=[^\s\-])(?=-{3,}\s{0,3}On\s[^\n]{1,300}wrote:\s*\Z)")


class Fold(StrEnum):
    """The reason why a part of a mail is folded away."""

    MARKER = "below the marker line"
    LETTER = "our letter"
    QUOTATION = "quotation"
    HISTORY = "earlier mail"
    SIGNATURE = "signature"


class Part(NamedTuple):
    """Lines of a mail. fold: None where they show."""

    text: str
    fold: Fold | None


class Visible(NamedTuple):
    """The text of a mail in its order; its parts put together are the text again."""

    parts: tuple[Part, ...]

    @property
    def new_text(self) -> str:
        """The words that are new."""
        return "".join(part.text for part in self.parts if part.fold is None).strip()

    @property
    def whole(self) -> str:
        """The text as it came."""
        return "".join(part.text for part in self.parts)


class _Kind(Enum):
    BLANK = 0
    WORDS = 1
    QUOTED = 2
    BELOW = 3
    """Below the head of an earlier mail, without a mark of its own."""
    SIGNATURE = 4


def find_visible(text: str, *, html: str = "", letters: Sequence[str] = (), is_reply: bool = True) -> Visible:
    """Find what is new in a text. html: a form of the same text in HTML, of which the quotations count; letters: texts
    of ours that the mail answers; is_reply: False for the first mail of a ticket, of which signatures alone fold."""
    pieces, tail = _split(text)
    layout = _Layout([piece.strip(_SPACES) for piece in pieces])
    if is_reply:
        layout.note_structure(html, letters)
        layout.find_quotations()
    layout.find_signatures(html if is_reply else "", has_tail=bool(tail))
    return Visible(layout.fold(pieces, tail))


def _split(text: str) -> tuple[list[str], str]:
    """Split a text into lines with their ends, and what is not looked at line by line. A quotation that begins in the
    line of somebody's words is a line of its own."""
    pieces: list[str] = []
    here, end = 0, min(len(text), MOST_CHARACTERS)
    while here < end and len(pieces) < MOST_LINES:
        after = text.find("\n", here) + 1 or len(text)
        if after > end:
            break
        line = text[here:after]
        match = _INLINE.search(line) if "---" in line and len(line) <= _LONGEST_LINE else None
        pieces += [line] if match is None else [line[: match.start()], line[match.start() :]]
        here = after
    return pieces, text[here:]


class _Layout:
    """Lines of a text, and what each of them is."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._kinds = [_Kind.WORDS if has_words(line) else _Kind.BLANK for line in lines]
        self._reasons = [Fold.QUOTATION] * len(lines)
        self._marks: list[Mark] = [Mark.NONE] * len(lines)

    def note_structure(self, html: str, letters: Sequence[str]) -> None:
        """Note the lines that are marked as quoted, by `>` or in HTML, and those that are words of our letters."""
        self._marks = mark_lines(self._lines, html)
        known = find_known_lines(self._lines, letters)
        reason = Fold.QUOTATION
        for place, mark in enumerate(self._marks):
            line = self._lines[place]
            is_marked = line.startswith(">") and not _BROKEN.match(line)
            if is_marked and "##-" in line and self._is_marker(place):
                reason = Fold.MARKER
            if is_marked or (self._kinds[place] is _Kind.WORDS and (mark is Mark.QUOTED or known[place])):
                self._kinds[place] = _Kind.QUOTED
                self._reasons[place] = Fold.LETTER if known[place] else reason
        for place, line in enumerate(self._lines):
            # The link of a quoted line that was broken before it
            if (
                self._kinds[place] is _Kind.WORDS
                and "://" in line
                and not has_words(remove_links(line).strip("()<> "))
                and self._next(place - 1, -1) is _Kind.QUOTED
                and self._next(place + 1) is _Kind.QUOTED
            ):
                self._kinds[place] = _Kind.BLANK

    def find_quotations(self) -> None:
        """Find attributions, headers and separators, and what they stand above."""
        for place in range(len(self._lines)):
            if self._kinds[place] is not _Kind.WORDS or self._marks[place] is Mark.FORWARDED:
                continue
            head = self._read_head(place)
            if head is None:
                continue
            if head.is_forward:
                return
            if self._next(head.end) is _Kind.QUOTED and self._marked(head.end):
                self._set(head.first, head.end, _Kind.QUOTED, head.reason)
            elif head.is_certain:
                self._fold_below(head)
                return

    def _read_head(self, place: int) -> _Head | None:
        line = self._lines[place]
        if len(line) > _LONGEST_LINE:
            return None
        if "##-" in line and self._is_marker(place):
            return _Head(place, place + 1, Fold.MARKER)
        separator = read_separator(line)
        if separator is not None:
            return _Head(place, place + 1, Fold.HISTORY, is_forward=separator.kind == "forward")
        group = read_header_group(self._lines, place)
        if group is not None:
            return _Head(group.first, group.end, Fold.HISTORY)
        found = find_attribution(self._lines, place)
        if found is None or any(self._kinds[one] is _Kind.QUOTED for one in range(found[0], place)):
            return None
        return _Head(found[0], place + 1, Fold.QUOTATION, is_certain=found[1].is_certain)

    def _is_marker(self, place: int) -> bool:
        """Return whether our marker line begins here; a mail program may have broken it."""
        lines = self._lines[place : place + _MARKER_LINES]
        return _MARKER.search(" ".join(line[:_LONGEST_LINE].lstrip("> ") for line in lines)) is not None

    def _fold_below(self, head: _Head) -> None:
        """Fold a head and all below. Where a letter of ours follows, other words below it are the writer's own, to the
        head of the next mail."""
        known = [place for place in range(head.end, len(self._lines)) if self._reasons[place] is Fold.LETTER]
        if known:
            for place in range(head.end, len(self._lines)):
                if self._kinds[place] is _Kind.WORDS and not has_words(remove_links(self._lines[place])):
                    self._kinds[place] = _Kind.BLANK
                if self._kinds[place] is _Kind.WORDS and self._is_next_head(place):
                    self._set(place, len(self._lines), _Kind.BELOW, Fold.HISTORY)
                    break
            self._set(head.first, head.end, _Kind.BELOW, head.reason)
        else:
            self._set(head.first, len(self._lines), _Kind.BELOW, head.reason)

    def _is_next_head(self, place: int) -> bool:
        head = self._read_head(place)
        return head is not None and head.is_certain

    def find_signatures(self, html: str, *, has_tail: bool) -> None:
        """Find signatures at the end of what somebody wrote, and below a quotation."""
        quoted = [place for place, kind in enumerate(self._kinds) if kind in (_Kind.QUOTED, _Kind.BELOW)]
        first, last = (quoted[0], quoted[-1] + 1) if quoted else (len(self._lines), len(self._lines))
        if first < len(self._lines) or not has_tail:
            self._find_signature(0, first, has_words_above=False)
        if quoted and not has_tail:
            self._find_signature(last, len(self._lines), has_words_above=True)

    def _find_signature(self, first: int, end: int, *, has_words_above: bool) -> None:
        start = find_signature(self._lines[first:end], has_words_above=has_words_above)
        if start is not None:
            self._set(first + start, end, _Kind.SIGNATURE, Fold.SIGNATURE)
        for place in range(first, end):
            if self._marks[place] is Mark.SIGNATURE and (has_words_above or self._has_words(first, place)):
                self._set(place, place + 1, _Kind.SIGNATURE, Fold.SIGNATURE)

    def fold(self, pieces: Sequence[str], tail: str) -> tuple[Part, ...]:
        """Put the parts together. Words between quoted lines or below them are answers: then all but signatures show,
        and so it does where nothing else has words."""
        kinds = self._kinds
        first = next((place for place, kind in enumerate(kinds) if kind in (_Kind.QUOTED, _Kind.BELOW)), len(kinds))
        is_below = _Kind.BELOW in kinds
        is_tail_shown = bool(tail) and not is_below and (first == len(kinds) or _UNMARKED.search(tail) is not None)
        folds = (
            first < len(kinds)
            and self._has_words(0, first)
            and not self._has_words(first, len(kinds))
            and not is_tail_shown
            and not self._is_single(first)
        )
        by_line: list[Fold | None] = []
        for place, kind in enumerate(kinds):
            if kind is _Kind.SIGNATURE:
                by_line.append(Fold.SIGNATURE)
            elif folds and place >= first:
                by_line.append(self._reasons[place] if kind is not _Kind.BLANK else by_line[-1])
            else:
                by_line.append(None)
        self._join_rules(by_line)
        return _put_together(pieces, by_line, tail, None if not folds else by_line[-1])

    def _is_single(self, first: int) -> bool:
        """Return whether one line with a `>` is all that is quoted: a prompt, or a sign of the writer's own."""
        quoted = [place for place, kind in enumerate(self._kinds) if kind in (_Kind.QUOTED, _Kind.BELOW)]
        return (
            quoted == [first]
            and self._lines[first].startswith(">")
            and self._marks[first] is not Mark.QUOTED
            and self._reasons[first] is Fold.QUOTATION
        )

    def _join_rules(self, by_line: list[Fold | None]) -> None:
        """Fold rules and empty lines with what folds below them."""
        for place in range(len(by_line) - 2, -1, -1):
            if by_line[place] is None and by_line[place + 1] is not None and self._kinds[place] is _Kind.BLANK:
                by_line[place] = by_line[place + 1]

    def _set(self, first: int, end: int, kind: _Kind, reason: Fold) -> None:
        for place in range(first, end):
            if kind is _Kind.SIGNATURE or self._reasons[place] is not Fold.LETTER:
                self._reasons[place] = reason
            if self._kinds[place] is not _Kind.BLANK or self._lines[place]:
                self._kinds[place] = kind

    def _next(self, place: int, step: int = 1) -> _Kind | None:
        """Return the kind of the next line that is not empty."""
        while 0 <= place < len(self._kinds):
            if self._kinds[place] is not _Kind.BLANK:
                return self._kinds[place]
            place += step
        return None

    def _marked(self, place: int) -> bool:
        """Return whether the next line that is not empty is marked as quoted, so that others below it are not."""
        while place < len(self._kinds) and self._kinds[place] is _Kind.BLANK:
            place += 1
        return place < len(self._kinds) and (self._lines[place].startswith(">") or self._marks[place] is Mark.QUOTED)

    def _has_words(self, first: int, end: int) -> bool:
        return any(kind is _Kind.WORDS for kind in self._kinds[first:end])


class _Head(NamedTuple):
    """Lines that say that a quotation or an earlier mail follows."""

    first: int
    end: int
    reason: Fold
    is_certain: bool = True
    is_forward: bool = False


def _put_together(
    pieces: Sequence[str], folds: Sequence[Fold | None], tail: str, tail_fold: Fold | None
) -> tuple[Part, ...]:
    parts: list[tuple[Fold | None, list[str]]] = []
    for fold, piece in [*zip(folds, pieces, strict=True), *([(tail_fold, tail)] if tail else [])]:
        if not parts or parts[-1][0] is not fold:
            parts.append((fold, []))
        parts[-1][1].append(piece)
    return tuple(Part("".join(lines), fold) for fold, lines in parts)
