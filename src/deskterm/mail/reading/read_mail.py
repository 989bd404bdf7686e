"""A mail from its bytes: people, subject, text, files, and the marks of a mail that nobody wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from deskterm.mail.reading.addresses import Address, read_addresses
from deskterm.mail.reading.attached_files import AttachedFile, list_files
from deskterm.mail.reading.automatic import Automatic, find_marks
from deskterm.mail.reading.body_text import NO_TEXT, BodyText, read_body
from deskterm.mail.reading.contents import Seals, describe_contents, describe_losses, find_seals
from deskterm.mail.reading.header_block import Headers
from deskterm.mail.reading.html_text import html_to_text
from deskterm.mail.reading.parts import list_parts, parse
from deskterm.mail.reading.tnef import TnefMessage

_MBOX_LINE = re.compile(rb"\A>?From [^\r\n]*\r?\n")
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")

MOST_RECIPIENTS = 50
"""Addresses in To and Cc together that a desk keeps (M-11)."""


class Mail(NamedTuple):
    """A mail as it was read. sender: None where nobody can be answered; is_cut: there was more than is read; notes: in
    words, what was left out or is broken, and whether it is signed or encrypted."""

    headers: Headers
    sender: Address | None
    to: list[Address]
    cc: list[Address]
    reply_to: list[Address]
    subject: str
    message_id: str
    references: list[str]
    body: BodyText
    files: list[AttachedFile]
    marks: Automatic
    is_cut: bool
    notes: tuple[str, ...] = ()


def read_mail(data: bytes, rest: str = "") -> Mail:
    """Read a mail. What cannot be read is left out; nothing raises (M-14). rest: a sentence on what is not in these
    bytes, where they are only the beginning of a mail (M-11)."""
    entity = parse(_MBOX_LINE.sub(b"", data, count=1))
    headers = entity.headers
    parts, cut_by = list_parts(entity)
    if rest and parts:
        parts[-1] = parts[-1]._replace(is_broken=True)  # it goes on behind these bytes
    body = read_body(parts)
    files, inner = list_files(part for place, part in enumerate(parts) if place not in body.used)
    seals = find_seals(parts, body.text)
    people = [read_addresses([headers.raw(name)]) for name in ("from", "sender", "reply-to", "return-path")]
    to, cc = read_addresses(headers.all_raw("to")), read_addresses(headers.all_raw("cc"))
    left_out = max(0, len(to) + len(cc) - MOST_RECIPIENTS)
    losses = describe_losses(files, cut_by=cut_by, headers_cut=entity.is_cut, left_out=left_out)
    return Mail(
        headers,
        next((found[0] for found in people if found), None),
        to,
        cc,
        people[2],
        headers.text("subject"),
        _first_id(headers.raw("message-id")),
        [one for name in ("references", "in-reply-to") for one in _MESSAGE_ID.findall(headers.raw(name))],
        _complete(body, inner, files, seals),
        files,
        find_marks(headers),
        bool(cut_by or rest) or entity.is_cut,
        (*seals.notes, *((rest,) if rest else ()), *losses),
    )


def _complete(body: BodyText, inner: Sequence[TnefMessage], files: Sequence[AttachedFile], seals: Seals) -> BodyText:
    """Complete the text of a mail that has none: by the one that Outlook packed away, else by what the mail holds."""
    if body.text.strip():
        return body
    for message in inner:
        text = message.text if message.text.strip() else html_to_text(message.html)
        if text.strip():
            return body._replace(text=text, html=message.html)
    return body._replace(text="\n".join([NO_TEXT, *describe_contents(files, seals)]))


def _first_id(value: str) -> str:
    match = _MESSAGE_ID.search(value)
    return match[1] if match else value.strip().strip("<>")
