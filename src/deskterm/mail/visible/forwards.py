"""Forwards: the note above, and the mail that was passed on, from its bytes or from the block in the text (M-31)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from deskterm.mail.reading.addresses import Address, read_addresses
from deskterm.mail.reading.body_text import NO_TEXT
from deskterm.mail.reading.read_mail import Mail, read_mail
from deskterm.mail.visible.attributions import find_attribution
from deskterm.mail.visible.header_groups import HeaderGroup, read_header_group
from deskterm.mail.visible.header_labels import HeaderKind, list_names
from deskterm.mail.visible.separators import is_rule, read_separator
from deskterm.mail.visible.signatures import has_words
from deskterm.mail.visible.subjects import read_subject

_MOST_LINES = 2_000
_MOST_CHARACTERS = 200_000
"""Of a text, in which the block is looked for."""

_MOST_ABOVE = 10
"""Lines of words above headers, from which on a mail without a prefix holds another one but passes none on."""

_MOST_SEPARATORS = 20
"""Lines that say that a forwarded mail follows, though none does."""

_LONGEST_LIST = 20_000
_SPACES = " \t\r\xa0\ufeff"
_QUOTE = re.compile(r">[ \t\xa0]?")
_INDENT = re.compile(r"(?: {4}|\t)")
_MAILTO = re.compile(r"\s?[\[<(]mailto:([^\s\[\]<>()]{1,200})[\]>)]")
_LINKED = re.compile(r"([^\s<>]{1,200}@[^\s<>]{1,200})<([^\s<>]{1,200}@[^\s<>]{1,200})>")
_SINGLE_QUOTED = re.compile(r"'([^'\"<>]{1,200})'(?=\s*<)")
_NAMES = list_names()
_KINDS = dict(_NAMES)
_IN_ONE_LINE = re.compile("(" + "|".join(re.escape(name) for name, _ in _NAMES) + r")\s?[:：]")


class Forward(NamedTuple):
    """A mail that was passed on. note: words of who passed it on; sender: None where the block names nobody, and
    without an address where only a name stands there; date, subject: as they stand there; source: where they were
    read, None for a forward that holds no mail."""

    note: str
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date: str
    body: str
    source: Literal["message", "block"] | None


def read_forward(
    text: str, subject: str | None = None, attached: bytes | None = None, *, is_answer: bool = False
) -> Forward | None:
    """Take a forward apart; None where a mail is none. It is one by the prefix of its subject or by a block in its
    text. subject: None where it is not known; attached: a message/rfc822 that came with it, which goes before the
    block; is_answer: the mail names one that it answers."""
    outer = read_subject(subject or "")
    prefix = "reply" if is_answer and outer.prefix is None else outer.prefix
    found = _find_block(text, prefix, most_above=None if subject is None or outer.is_forward else _MOST_ABOVE)
    if attached is not None and (outer.is_forward or not has_words(text) or text.strip() == NO_TEXT):
        return _read_attached(attached, found.note if found is not None else text)
    if found is not None:
        return found if found.subject or not outer.is_forward else found._replace(subject=outer.text)
    if not outer.is_forward:
        return None
    return Forward(text.strip(_SPACES + "\n"), None, (), (), outer.text, "", "", None)


def find_forward(mail: Mail) -> Forward | None:
    """Take a mail apart as a forward; None where it is none, and for what nobody wrote: a notice of failure holds the
    mail that failed."""
    if mail.marks.is_robot:
        return None
    attached = [part.data for part in mail.files if part.kind == "message/rfc822"]
    return read_forward(
        mail.body.text, mail.subject, attached[0] if len(attached) == 1 else None, is_answer=bool(mail.references)
    )


def _read_attached(data: bytes, note: str) -> Forward:
    mail = read_mail(data)
    sender = mail.sender
    return Forward(
        note.strip(_SPACES + "\n").removesuffix(NO_TEXT),
        sender,
        tuple(mail.to),
        tuple(mail.cc),
        mail.subject,
        mail.headers.raw("date"),
        mail.body.text,
        "message",
    )


def _find_block(text: str, prefix: Literal["reply", "forward"] | None, most_above: int | None) -> Forward | None:
    """Find the mail that a text passes on. A separator of forwards is enough; headers alone and `Original Message`
    stand above what is answered too, so they count unless the subject says that it is an answer; `On … wrote:` counts
    only where the subject says that something is passed on. most_above: lines of words that may stand above headers,
    None for any number."""
    lines = text[:_MOST_CHARACTERS].split("\n")[:_MOST_LINES]
    bare = [_unquote(line).strip(_SPACES) for line in lines]
    depths = [line.lstrip(_SPACES).startswith(">") for line in lines]
    is_open, above, separators = prefix != "reply", 0, 0
    for place, line in enumerate(bare):
        if not has_words(line):
            continue
        is_open = is_open and (most_above is None or above <= most_above)
        above += 1
        separator = read_separator(line) if separators < _MOST_SEPARATORS else None
        separators += separator is not None
        group = (
            read_header_group(bare, place, is_lenient=prefix == "forward" and above == 1) if separator is None else None
        )
        if separator is not None and (separator.kind == "forward" or is_open):
            found = _read_below(text, lines, bare, depths, place, separator.rest)
            if found is not None:
                return found
        elif group is not None and is_open:
            return _build(text, lines, bare, depths, place, group)
        elif separator is not None or group is not None:
            return None  # a mail that is answered begins here
        else:
            attribution = find_attribution(bare, place)
            if attribution is not None and prefix == "forward":
                first, who = attribution
                sender = Address(_clean_name(who.name, who.address), who.address) if who.address else None
                body = _read_body(text, lines, depths, place + 1)
                return Forward(_note(lines, first), sender, (), (), "", who.date, body, "block")
            if attribution is not None and attribution[1].is_certain:
                return None
    return None


def _read_below(
    text: str, lines: Sequence[str], bare: Sequence[str], depths: Sequence[bool], place: int, rest: str
) -> Forward | None:
    """Read the headers below a separator, or behind it in its line (Yahoo)."""
    if rest:
        values = _read_in_one_line(rest)
        if "from" in values:
            return _build(text, lines, bare, depths, place, HeaderGroup(place, place + 1, values))
    for below in range(place + 1, min(place + 6, len(bare))):
        if bare[below] and not is_rule(bare[below]):
            group = read_header_group(bare, below, is_lenient=True)
            return _build(text, lines, bare, depths, place, group) if group is not None else None
    return None


def _read_in_one_line(text: str) -> dict[HeaderKind, str]:
    """Read headers that stand in one line, each right behind the one before."""
    values: dict[HeaderKind, str] = {}
    matches = [match for match in _IN_ONE_LINE.finditer(text) if text[match.start() - 1 : match.start()] != "<"]
    if not matches or matches[0].start() > 0:
        return values
    kept = [
        match
        for place, match in enumerate(matches)
        if _KINDS[match[1]] not in {_KINDS[one[1]] for one in matches[:place]}
    ]
    for match, after in zip(kept, [*kept[1:], None], strict=True):
        values[_KINDS[match[1]]] = text[match.end() : after.start() if after is not None else len(text)].strip(_SPACES)
    return values


def _build(
    text: str, lines: Sequence[str], bare: Sequence[str], depths: Sequence[bool], first: int, group: HeaderGroup
) -> Forward:
    values = group.values
    senders = _read_people(values.get("from", ""))
    return Forward(
        _note(lines, first),
        senders[0] if senders else None,
        _read_people(values.get("to", "")),
        _read_people(values.get("cc", "")),
        values.get("subject", ""),
        values.get("date", ""),
        _read_body(text, lines, depths, group.end),
        "block",
    )


def _note(lines: Sequence[str], first: int) -> str:
    """Return the words above a block, without the rule between them."""
    above = list(lines[:first])
    while above and not has_words(_unquote(above[-1])):
        above.pop()
    return "\n".join(above).strip(_SPACES + "\n")


def _read_body(text: str, lines: Sequence[str], depths: Sequence[bool], first: int) -> str:
    """Return the words below the headers, one level of quotation or indentation less where all of them have it."""
    body = list(lines[first:])
    filled = [place for place in range(first, len(lines)) if lines[place].strip(_SPACES)]
    if filled and depths[filled[0]]:
        # What was written below the forwarded mail stays as it is
        body = [_unquote(line) for line in body]
    elif filled and all(_INDENT.match(lines[place]) for place in filled):
        body = [_INDENT.sub("", line, count=1) for line in body]
    rest = text[sum(len(line) for line in lines) + len(lines) - 1 :]
    return ("\n".join(body) + rest).strip(_SPACES + "\n")


def _unquote(line: str) -> str:
    return _QUOTE.sub("", line, count=1) if line.lstrip(_SPACES).startswith(">") else line


def _read_people(value: str) -> tuple[Address, ...]:
    """Read addresses as mail programs show them; one without an address is a name alone."""
    value = _LINKED.sub(r"<\2>", _MAILTO.sub(r" <\1>", value[:_LONGEST_LIST]))
    value = _SINGLE_QUOTED.sub(r'"\1"', value)
    found = [Address(_clean_name(one.name, one.address), one.address) for one in read_addresses([value])]
    if found or not has_words(value):
        return tuple(found)
    return tuple(Address(name.strip(" '\""), "") for name in re.split(r"[;\n]", value)[:50] if name.strip(" '\""))


def _clean_name(name: str, address: str) -> str:
    name = name.strip(" '\"")
    return "" if name.lower() == address else name
