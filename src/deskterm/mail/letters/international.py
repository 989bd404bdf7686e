"""Addresses with other letters than those of ASCII before the `@`: they go to a server that has SMTPUTF8 only
(M-59)."""

from __future__ import annotations

from collections.abc import Collection

from deskterm.mail.letters.compose import Draft

ASCII_ONLY = "The server takes no addresses with other letters than those of ASCII."


def leave_out(draft: Draft, addresses: Collection[str]) -> Draft:
    """Return a letter without some addresses in its headers, in which a server without SMTPUTF8 takes them no more than
    in the envelope, and which do not say that they have it."""
    people = [one for one in (*draft.to, *draft.cc) if one[1].lower() not in addresses]
    return draft._replace(to=people[:1], cc=people[1:])
