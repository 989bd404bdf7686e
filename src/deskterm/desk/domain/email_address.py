"""E-mail addresses: which texts are one, and how mail programs write them together with a name."""

from __future__ import annotations

import re
from contextlib import suppress

ADDRESS_PATTERN = r"[^@\s<>]+@[^@\s<>]+"
"""Regular expression of an address. Wider than RFC 5322: an address that a mail server takes must not be refused here,
and whether it exists only sending a message tells."""

_ADDRESS = re.compile(ADDRESS_PATTERN)
_MAILBOX = re.compile(rf"\s*(?:(?P<name>[^<>]*)<(?P<address>{ADDRESS_PATTERN})>|(?P<bare>{ADDRESS_PATTERN}))\s*")


def is_email_address(text: str) -> bool:
    """Return whether a text is an address, and nothing besides."""
    return _ADDRESS.fullmatch(text) is not None


def parse_mailbox(text: str) -> tuple[str | None, str] | None:
    """Return name and address of a text such as `Tor <tor@larch.example>` or `tor@larch.example`, which has no name;
    None for any other text."""
    match = _MAILBOX.fullmatch(text)
    return None if match is None else (match["name"], match["address"] or match["bare"])


def normalise_address(address: str) -> str:
    """Return an address as it is kept and compared: in small letters, and its domain in the letters in which people
    write it, also where a mail has it as IDNA."""
    local, at, domain = address.strip().rpartition("@")
    # `casefold` would make `straße` another's domain, `strasse`
    domain = domain.lower()
    if "xn--" in domain:
        import idna  # noqa: PLC0415 - as below

        with suppress(idna.IDNAError):  # none that could exist
            domain = idna.decode(domain)
    return f"{local.casefold()}{at}{domain}"


def list_spellings(address: str) -> list[str]:
    """Return the ways in which an address may have been kept: normalised, and with its domain as IDNA."""
    address = normalise_address(address)
    return list(dict.fromkeys((address, encode_domain(address))))


def encode_domain(address: str) -> str:
    """Return an address as letters go to it: its domain in the letters of ASCII, as IDNA, which every server knows
    (M-59); as it is where the domain is none that could exist."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    import idna  # noqa: PLC0415 - its tables take a while to load, and few addresses need them

    try:
        # By the rules of 2008: those of the standard library take `straße` for another's domain, `strasse`
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return address
