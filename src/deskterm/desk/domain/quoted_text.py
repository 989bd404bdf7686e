"""What a message quotes: the lines of others that a mail program puts below or between somebody's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_WROTE = re.compile(
    r"\b(wrote|schrieb|a écrit|escribió|ha scritto|schreef|pisze|napisał(\(a\)|a)?|escreveu|skrev|napsal(\(a\)|a)?)\b"
    r"[^:]{0,80}:$",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{4}|\d{1,2}[:.h]\d\d|@")
_OPENS = re.compile(r"^(on|am|le|el|il|op|w dniu|em|den|dne)\b.*\d", re.IGNORECASE)
"""The first of two lines that a long one is broken into."""
_SEPARATOR = re.compile(r"^(-{2,}\s*\S.*\S\s*-{2,}|_{5,})$")
_HEADER = re.compile(
    r"^\*?(from|sent|to|cc|date|subject|von|gesendet|an|datum|betreff|de|envoyé|à|date|objet|enviado|para|fecha|asunto|"
    r"da|inviato|a|data|oggetto|van|verzonden|aan|onderwerp|assunto|od|wysłano|do|temat)\*?\s?:",
    re.IGNORECASE,
)


def unquoted(body: str, quoted: Iterable[str] = ()) -> str:
    """Somebody's own lines: without those marked with `>`, the lines above them that say who wrote when, and what comes
    below a separator, if all of it is what was said to them. quoted: what was."""
    lines = [line.strip() for line in body.splitlines()]
    lines = _above_separator([line for line in lines if line], " ".join(_words(text) for text in quoted))
    own: list[str] = []
    for number, line in enumerate(lines):
        if line.startswith(">"):
            continue
        if _introduces(lines, number) or (_OPENS.match(line) and _introduces(lines, number + 1)):
            continue
        own.append(line)
    return "\n".join(own)


def _introduces(lines: Sequence[str], number: int) -> bool:
    """Whether a line says who wrote what is quoted below it."""
    if number + 1 >= len(lines) or not lines[number + 1].startswith(">"):
        return False
    line = lines[number]
    return len(line) < 250 and _WROTE.search(line) is not None and _DATED.search(line) is not None


def _above_separator(lines: list[str], said: str) -> list[str]:
    for number, line in enumerate(lines):
        if not (_SEPARATOR.match(line) or _HEADER.match(line)):
            continue
        below = lines[number + 1 :] if _SEPARATOR.match(line) else lines[number:]
        while below and _HEADER.match(below[0]):
            below = below[1:]
        if below and all(_words(one) in said for one in below):
            return lines[:number]
        return lines
    return lines


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
