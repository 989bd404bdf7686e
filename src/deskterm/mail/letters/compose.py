"""A letter as a mail: headers, text, simple HTML, and files (M-54 to M-57)."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import NamedTuple

from deskterm.desk.domain.files.names import make_file_name
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.mail.reading.header_values import clean

MARKER = "##- Please write your answer above this line -##"
"""The line above a quotation: an answer is what is above it (M-20)."""
_MOST_QUOTED = 60
"""Lines of the last message that a letter quotes."""
_MOST_REFERENCES = 20
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_STYLE = "font-family: sans-serif; font-size: 14px; line-height: 1.45"
_QUOTE_STYLE = "margin: 0 0 0 0.8em; padding-left: 0.8em; border-left: 2px solid #cccccc; color: #666666"


class Quotation(NamedTuple):
    """The message that a letter answers. heading: says who wrote it and when."""

    heading: str
    text: str


class Draft(NamedTuple):
    """Everything that a letter says. sender: name and address; to, cc: names and addresses; answered, references: ids
    of the mail that it answers and of those before it, without brackets; is_automatic: no person wrote it;
    answers_mail: it goes out because a mail came in."""

    sender: tuple[str, str]
    to: Sequence[tuple[str, str]]
    subject: str
    text: str
    message_id: str
    date: str
    is_automatic: bool
    cc: Sequence[tuple[str, str]] = ()
    reply_to: str = ""
    signature: str = ""
    quotation: Quotation | None = None
    files: Sequence[NewFile] = ()
    answered: str = ""
    references: Sequence[str] = ()
    answers_mail: bool = False
    scores: Sequence[tuple[int, str]] = ()
    """Scores of a survey, each with the address that a mail to gives it (M-66)."""


def compose(draft: Draft, *, utf8: bool = False) -> bytes:
    """Return a letter as bytes, with CRLF at the ends of its lines. utf8: the server takes addresses beyond ASCII.
    Nothing that somebody wrote can add a header: values are one line, and the policy refuses any other."""
    message = EmailMessage(SMTPUTF8 if utf8 else SMTP)
    message["From"] = _write_address(*draft.sender)
    message["To"] = [_write_address(*one) for one in draft.to]
    if draft.cc:
        message["Cc"] = [_write_address(*one) for one in draft.cc]
    if draft.reply_to:
        message["Reply-To"] = _write_address(draft.sender[0], draft.reply_to)
    message["Subject"] = clean(draft.subject)[:500]
    message["Date"] = draft.date
    message["Message-ID"] = f"<{draft.message_id}>"
    if draft.answered:
        message["In-Reply-To"] = f"<{_clean_id(draft.answered)}>"
    chain = [_clean_id(one) for one in dict.fromkeys([*draft.references, draft.answered]) if one]
    if chain:
        # The first one, which names the conversation, and the last ones
        kept = chain if len(chain) <= _MOST_REFERENCES + 1 else [chain[0], *chain[-_MOST_REFERENCES:]]
        message["References"] = " ".join(f"<{one}>" for one in kept)
    if draft.is_automatic:
        message["Auto-Submitted"] = "auto-replied" if draft.answers_mail else "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["Precedence"] = "auto_reply"
    text, page = write_text(draft), _write_page(draft)
    message.set_content(text, subtype="plain", charset="utf-8", cte="quoted-printable")
    message.add_alternative(page, subtype="html", charset="utf-8", cte="quoted-printable")
    for file in draft.files:
        main, _, sub = file.type.partition("/")
        message.add_attachment(
            file.content,
            maintype=main if sub and main not in ("multipart", "message") else "application",
            subtype=sub if sub and main not in ("multipart", "message") else "octet-stream",
            filename=make_file_name(file.name),
        )
    return message.as_bytes()


def _write_address(name: str, address: str) -> HeaderAddress:
    local, _, domain = clean(address).rpartition("@")
    return HeaderAddress(clean(name)[:200], local, domain)


def _clean_id(text: str) -> str:
    return re.sub(r"[^\x21-\x7e]|[<>]", "", text)[:500]


def write_text(draft: Draft) -> str:
    """Return the plain text of a letter, with its signature and quotation."""
    parts = [draft.text.rstrip()]
    if draft.signature.strip():
        parts += ["", "-- ", draft.signature.rstrip()]
    if draft.quotation is not None:
        quoted = [f"> {line}".rstrip() for line in _cut(draft.quotation.text)]
        parts += ["", MARKER, "", draft.quotation.heading, *quoted]
    return "\n".join(parts) + "\n"


def _write_page(draft: Draft) -> str:
    body = _write_paragraphs(draft.text)
    if draft.scores:
        # A scanner that opens links sends no mail, and so cannot vote
        links = " &nbsp; ".join(
            f'<a href="mailto:{html.escape(address)}?subject={score}&amp;body={score}">{score}</a>'
            for score, address in draft.scores
        )
        body += f"<p>{links}</p>\n"
    if draft.signature.strip():
        lines = "<br>\n".join(_write_line(line) for line in draft.signature.rstrip().splitlines())
        body += f'<p style="color: #666666">-- <br>\n{lines}</p>\n'
    if draft.quotation is not None:
        quoted = _write_paragraphs("\n".join(_cut(draft.quotation.text)))
        body += (
            f'<p style="color: #999999">{html.escape(MARKER)}</p>\n'
            f'<p style="color: #666666">{html.escape(draft.quotation.heading)}</p>\n'
            f'<blockquote type="cite" style="{_QUOTE_STYLE}">\n{quoted}</blockquote>\n'
        )
    return f'<!DOCTYPE html>\n<html><body style="{_STYLE}">\n{body}</body></html>\n'


def _write_paragraphs(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", text.strip("\n"))
    return "".join(
        "<p>{}</p>\n".format("<br>\n".join(_write_line(line) for line in paragraph.splitlines()))
        for paragraph in paragraphs
        if paragraph.strip()
    )


def _write_line(line: str) -> str:
    """Return a line as HTML: everything in it is text, and addresses of pages are links to themselves."""
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(line):
        address = html.escape(match[0])
        parts += [html.escape(line[end : match.start()]), f'<a href="{address}">{address}</a>']
        end = match.end()
    return "".join([*parts, html.escape(line[end:])])


def _cut(text: str) -> list[str]:
    lines = text.strip("\n").splitlines()
    return lines if len(lines) <= _MOST_QUOTED else [*lines[:_MOST_QUOTED], "[…]"]
