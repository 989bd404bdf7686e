"""Small letters that tests write themselves."""

from __future__ import annotations

_HEAD = "From: Kim Reed <kim@customer.example>\nTo: support@desk.example\nSubject: Printer\nMIME-Version: 1.0\n"


def make_letter(body: str, kind: str = "text/plain; charset=utf-8", *, more: str = "", head: str = _HEAD) -> bytes:
    """Return a letter of one part. more: further headers, each with its line end."""
    return f"{head}{more}Content-Type: {kind}\n\n{body}".replace("\n", "\r\n").encode()


def make_multipart(*parts: str, kind: str = "multipart/mixed", more: str = "") -> bytes:
    """Return a letter of several parts, each with headers of its own."""
    body = "".join(f"--b1\n{part}\n" for part in parts) + "--b1--\n"
    return make_letter(body, f'{kind}; boundary="b1"', more=more)


def make_part(body: str, kind: str = "text/plain; charset=utf-8", more: str = "") -> str:
    """Return a part for `make_multipart`."""
    return f"Content-Type: {kind}\n{more}\n{body}"


def make_file(name: str, kind: str = "application/pdf", body: str = "ZGF0YQ==", encoding: str = "base64") -> str:
    """Return a part that is a file, with a name as it stands in the header, quoted or not."""
    disposition = f"attachment; filename={name}" if name else "attachment"
    more = f"Content-Disposition: {disposition}\nContent-Transfer-Encoding: {encoding}\n"
    return make_part(body, kind, more)
