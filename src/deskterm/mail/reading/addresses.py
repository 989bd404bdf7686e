"""Addresses in headers: names decoded after the list was taken apart, so that no name can be an address (M-23)."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import NamedTuple

from deskterm.mail.reading.header_values import clean, decode_header

_ADDRESS = re.compile(
    r"\"[^\"\s]{1,100}\"@[^\s<>,;:\"()\[\]]{1,320}|[^\s\x00-\x1f<>,;:\"()\[\]@]{1,320}@[^\s<>,;:\"()\[\]]{1,320}"
)


_NOT_IN_ADDRESSES = re.compile(r"[\s<>,;]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|\([^()]*\)?|<[^<>]*>?|[,;:]|[^",;:<(]+|.', re.DOTALL)


class Address(NamedTuple):
    """A person or place in a header. address: in lower case, as it is compared; name: empty where there is none."""

    name: str
    address: str


def read_addresses(values: list[str]) -> list[Address]:
    """Return the addresses of headers in their order, each once."""
    found: dict[str, Address] = {}
    for value in values:
        for name, address in _split(value):
            address = clean_address(address)
            if address and address not in found:
                name = _clean_name(name)
                found[address] = Address("" if name.lower() == address else name, address)
    return list(found.values())


def clean_address(text: str) -> str:
    """Return an address in lower case without what mail programs write around it; empty for none."""
    text = clean(decode_header(text)).strip("<> ,;").lower()
    if text.startswith(("'", '"')) and text[-1:] == text[:1]:
        text = text[1:-1]
    if text.startswith("mailto:"):
        text = text[len("mailto:") :]
    local, _, domain = text.rpartition("@")
    domain = domain.rstrip(".")
    is_quoted = len(local) > 2 and local.startswith('"') and local.endswith('"')
    if not local or not domain or _NOT_IN_ADDRESSES.search(domain if is_quoted else f"{local}{domain}"):
        return ""
    return f"{local}@{domain}"


def _split(value: str) -> list[tuple[str, str]]:
    """Take a list of addresses apart, each into a name and an address. Quoted names, comments and groups (RFC 5322) are
    known, and what is none of them is passed over. Our own, because the standard library's reader refuses in one
    version of Python what it reads in another."""
    found: list[tuple[str, str]] = []
    words: list[str] = []
    comments: list[str] = []
    angle: str | None = None

    def finish() -> None:
        nonlocal angle
        text = " ".join("".join(words).split())
        if angle is not None:
            found.append((text or " ".join(comments), angle))
        elif text:
            match = _ADDRESS.search(text)
            if match is not None:
                rest = f"{text[: match.start()]} {text[match.end() :]}".strip()
                found.append((rest or " ".join(comments), match[0]))
        words.clear()
        comments.clear()
        angle = None

    tokens = _TOKEN.findall(value)
    for token, after in zip_longest(tokens, tokens[1:], fillvalue=""):
        if token in (",", ";"):
            finish()
        elif token.startswith("("):
            comments.append(token[1:].removesuffix(")").strip())
        elif token.startswith('"') and after.startswith("@"):
            words.append(token)  # the quoted part of an address
        elif token.startswith('"'):
            words.append(re.sub(r"\\(.)", r"\1", token[1:].removesuffix('"')))
        elif token.startswith("<"):
            angle = token[1:].removesuffix(">") if angle is None else angle
        elif token == ":" and "@" not in "".join(words):
            words.clear()  # the name of a group
        else:
            words.append(token)
    finish()
    return found


def _clean_name(name: str) -> str:
    return decode_header(name).strip("'\" ")
