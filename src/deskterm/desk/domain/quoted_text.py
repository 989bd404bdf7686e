"""Quoted text: the lines of earlier messages that a mail program puts below or between somebody's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

_WROTE = re.compile(
    r"\b(wrote|schrieb|a écrit|escribió|ha scritto|schreef|pisze|napisał(\(a\)|a)?|escreveu|skrev|napsal(\(a\)|a)?)\b"
    r"[^:]{0,80}:$",
    re.IGNORECASE,
)
# "My colleague wrote:" above a quotation is the writer's own: attributions of mail programs have a date or address
_DATED = re.compile(r"\d{4}|\d{1,2}[:.h]\d\d|@")
_OPENS = re.compile(r"^(on|am|le|el|il|op|w dniu|em|den|dne)\b.*\d", re.IGNORECASE)
"""The first of two lines that a long attribution (`On … Kim wrote:`) is broken into."""
_HEADER = re.compile(
    r"^\*?(from|sent|to|cc|date|subject|von|gesendet|an|datum|betreff|de|envoyé|à|date|objet|enviado|para|fecha|asunto|"
    r"da|inviato|a|data|oggetto|van|verzonden|aan|onderwerp|assunto|od|wysłano|do|temat)\*?\s?:",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^\s*-{2,}\s*(original|forwarded|begin forwarded) message"
    r"|^\s*-{2,}\s*(ursprüngliche|original-?|weitergeleitete) ?nachricht"
    r"|^\s*-{2,}\s*message (d.origine|original|transféré)|^\s*-{2,}\s*mensaje (original|reenviado)"
    r"|^\s*-{2,}\s*messaggio (originale|inoltrato)|^\s*-{2,}\s*(oorspronkelijk|doorgestuurd) bericht"
    r"|^\s*-{2,}\s*mensagem (original|encaminhada)|^\s*-{2,}\s*(wiadomość oryginalna|ursprungligt meddelande)",
    re.IGNORECASE,
)
"""A line below which a mail program puts the whole earlier message."""
_SENDER = re.compile(r"^\*?(from|von|de|da|van|od|från|fra)\*?\s?:", re.IGNORECASE)
_HEADER_LINES = 4
"""Lines below the sender among which two more headers make it the head of an earlier message."""
_ATTRIBUTES = re.compile(r"^\s*(on|am|le|el|il|op)\b.{0,200}:$", re.IGNORECASE)
_SHORTEST_RULE = 5
_LONGEST_ATTRIBUTION = 250
"""Characters of a line from which on it is a paragraph, and no attribution."""


def is_quoted(line: str) -> bool:
    """Return whether a line is marked as a quotation, with `>`."""
    return line.lstrip().startswith(">")


def remove_quoted_lines(body: str) -> str:
    """Return a message without the lines that are marked with `>`."""
    return "\n".join(line for line in body.splitlines() if not is_quoted(line))


def remove_history(body: str) -> str:
    """Return a message without lines marked with `>` and without all that follows the head of an earlier message."""

    lines = body.splitlines()

    def own_lines() -> Iterator[str]:
        for number, line in enumerate(lines):
            if _begins_history(lines, number):
                return
            if not is_quoted(line):
                yield line

    return "\n".join(own_lines())


def _begins_history(lines: Sequence[str], number: int) -> bool:
    """Return whether a line is the head of an earlier message. A line such as "Am Montag:" is not: it needs a date, or
    the word that somebody wrote."""
    line = lines[number].strip()
    if _FORWARDED.match(line):
        return True
    if _SENDER.match(line):
        below = [lines[other].strip() for other in range(number + 1, min(number + 1 + _HEADER_LINES, len(lines)))]
        return sum(_HEADER.match(other) is not None for other in below) > 1
    if len(line) >= _LONGEST_ATTRIBUTION or not _ATTRIBUTES.match(line):
        return False
    return _WROTE.search(line) is not None or _DATED.search(line) is not None


def split_quotations(body: str) -> list[tuple[bool, str]]:
    """Split a message into what was written and what was quoted, as pairs in order: whether it is quoted, and its
    lines. Joined by line breaks they are the message again.

    Quoted are lines marked with `>`, with the attribution above them, and all that follows `----- Original Message
    -----` or the headers of an earlier message. A single marked line counts as written, because its answer mostly
    follows directly.
    """
    lines = body.split("\n")
    quoted = [is_quoted(line) or _is_attribution(lines, number) for number, line in enumerate(lines)]
    for number in range(len(lines)):
        # An attribution without marked lines below may be followed by the author's own words, which must not count as
        # quoted
        if _begins_history(lines, number) and not _ATTRIBUTES.match(lines[number].strip()):
            quoted[number:] = [True] * (len(lines) - number)
            break
    blocks = [
        (is_quote, [line for _, line in block])
        for is_quote, block in groupby(zip(quoted, lines, strict=True), itemgetter(0))
    ]
    parts: list[tuple[bool, list[str]]] = []
    for is_quote, block in blocks:
        is_part = is_quote and len(block) > 1
        if parts and parts[-1][0] == is_part:
            parts[-1][1].extend(block)
        else:
            parts.append((is_part, block))
    return [(is_part, "\n".join(block)) for is_part, block in parts]


def extract_own_text(body: str, sent_texts: Iterable[str] = ()) -> str:
    """Return the lines that somebody wrote themselves, without empty ones.

    Leaves out lines marked with `>`, the attributions above them, and what stands below a separator if all of it is in
    the texts that were sent to the person: what is not may be their own, and must not get lost. Stricter than
    `remove_history` for that reason.
    """
    lines = [line.strip() for line in body.splitlines()]
    lines = _above_sent_text([line for line in lines if line], " ".join(_normalise(text) for text in sent_texts))
    own: list[str] = []
    for number, line in enumerate(lines):
        if is_quoted(line):
            continue
        if _is_attribution(lines, number) or (_OPENS.match(line) and _is_attribution(lines, number + 1)):
            continue
        own.append(line)
    return "\n".join(own)


def redact_quotes(body: str, texts: Iterable[str], replacement: str) -> str:
    """Put a replacement in the place of marked lines that quote any of the texts; other quotations stay."""
    if ">" not in body:
        return body
    quoted = {_strip_marks(line) for text in texts for line in text.splitlines()} - {""}
    return "\n".join(
        f"> {replacement}" if is_quoted(line) and _strip_marks(line) in quoted else line for line in body.split("\n")
    )


def _strip_marks(line: str) -> str:
    return line.strip("> \t")


def _is_separator(line: str) -> bool:
    """Return whether a line is `----- Original Message -----` or a rule. Compared by its ends: a pattern with three
    open-ended parts takes hours on a long row of dashes."""
    between_dashes = line.startswith("--") and line.endswith("--") and len(line.strip("-").strip()) > 1
    return between_dashes or (len(line) >= _SHORTEST_RULE and not line.strip("_"))


def _is_attribution(lines: Sequence[str], number: int) -> bool:
    """Return whether a line names the author of the quotation below it."""
    if number + 1 >= len(lines) or not is_quoted(lines[number + 1]):
        return False
    line = lines[number]
    return len(line) < _LONGEST_ATTRIBUTION and _WROTE.search(line) is not None and _DATED.search(line) is not None


def _above_sent_text(lines: list[str], sent: str) -> list[str]:
    """Return the lines above the first separator, if all lines below it are in the text that was sent."""
    for number, line in enumerate(lines):
        if not (_is_separator(line) or _HEADER.match(line)):
            continue
        # A separator stands above the earlier message; a header line is already part of it
        below = lines[number + 1 :] if _is_separator(line) else lines[number:]
        while below and _HEADER.match(below[0]):
            below = below[1:]
        if below and all(_normalise(one) in sent for one in below):
            return lines[:number]
        # Not all of it was sent by the desk, so none of it is dropped
        return lines
    return lines


def _normalise(text: str) -> str:
    """Return the words alone: mail programs break lines and change punctuation in what they quote."""
    return " ".join(re.findall(r"\w+", text.casefold()))
