"""Addresses with other letters than those of ASCII (M-59): their domains go out as IDNA, which every server knows, and
their local parts only to a server that has SMTPUTF8."""

from __future__ import annotations

from collections.abc import Collection

import idna

from deskterm.mail.letters.compose import Draft

ASCII_ONLY = "The server takes no addresses with other letters than those of ASCII."


def encode_domain(address: str) -> str:
    """Return an address with its domain in the letters of ASCII; as it is where that is none that could exist."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        # By the rules of 2008: those of the standard library take `straße` for another's domain, `strasse`
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return address


def leave_out(draft: Draft, addresses: Collection[str]) -> Draft:
    """Return a letter without some addresses in its headers, in which a server without SMTPUTF8 takes them no more than
    in the envelope."""
    people = [one for one in (*draft.to, *draft.cc) if one[1].lower() not in addresses]
    return draft._replace(to=people[:1], cc=people[1:])
