"""E-mail addresses alone and beside a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.domain.email_address import (
    ADDRESS_PATTERN,
    is_email_address,
    list_spellings,
    normalise_address,
    parse_mailbox,
)

ADDRESSES = st.from_regex(ADDRESS_PATTERN, fullmatch=True)
NAMES = st.text(alphabet=st.characters(exclude_characters="<>", categories=("L", "Zs", "Po")), max_size=20)


@given(NAMES, ADDRESSES)
def test_a_mailbox_is_read_as_it_is_written(name: str, address: str) -> None:
    assert parse_mailbox(f"{name}<{address}>") == (name.lstrip(), address)
    assert parse_mailbox(f" {address} ") == (None, address)
    assert is_email_address(address)


@pytest.mark.parametrize("text", ["", "tor", "tor@", "@larch.example", "a@b@c", "tor @larch.example", "<tor@larch>"])
def test_other_texts_are_no_addresses(text: str) -> None:
    assert not is_email_address(text)


@pytest.mark.parametrize("text", ["", "Tor", "Tor <tor>", "tor@larch.example, kim@larch.example", "Tor <a@b> <c@d>"])
def test_other_texts_are_no_mailboxes(text: str) -> None:
    assert parse_mailbox(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Tor@Larch.Example ", "tor@larch.example"),
        ("tor@XN--lrche-gra.example", "tor@lärche.example"),
        ("tor@STRAßE.example", "tor@straße.example"),  # another one than strasse.example
        ("tor@xn--a.example", "tor@xn--a.example"),
    ],
)
def test_an_address_is_kept_in_one_way(text: str, expected: str) -> None:
    assert normalise_address(text) == expected
    assert list_spellings(text)[0] == expected
    assert all(normalise_address(one) == expected for one in list_spellings(text))
