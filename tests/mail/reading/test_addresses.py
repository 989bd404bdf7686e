"""Addresses in headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.reading.addresses import Address, clean_address, read_addresses


@pytest.mark.rule("M-23", "M-28")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Kim Reed <Kim@A.example>", [Address("Kim Reed", "kim@a.example")]),
        ('"Reed, Kim" <kim@a.example>, lee@b.example', [("Reed, Kim", "kim@a.example"), ("", "lee@b.example")]),
        ("kim@a.example (Kim Reed)", [("Kim Reed", "kim@a.example")]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@a.example>", [("Jürgen", "j@a.example")]),
        ("Team: kim@a.example, lee@b.example;", [("", "kim@a.example"), ("", "lee@b.example")]),
        ("<'kim@a.example'>", [("", "kim@a.example")]),
        ("<mailto:kim@a.example>", [("", "kim@a.example")]),
        ('"kim@x.example"@a.example', [("", '"kim@x.example"@a.example')]),
        ('<"kim reed"@a.example>', [("", '"kim reed"@a.example')]),
        ("kim\x00reed@a.example., <@>, <kim@.>", [("kim", "reed@a.example")]),
        ("undisclosed-recipients:;", []),
        ("", []),
        ("nobody", []),
    ],
)
def test_addresses_are_read_with_their_names(value: str, expected: list[Address]) -> None:
    assert read_addresses([value]) == expected


@pytest.mark.rule("M-23")
def test_a_name_is_never_an_address() -> None:
    assert read_addresses(['"sam@desk.example" <mallory@evil.example>'])[0].address == "mallory@evil.example"
    assert read_addresses(["sam@desk.example <mallory@evil.example>"])[0].address == "mallory@evil.example"
    hidden = "=?utf-8?q?sam=40desk.example=3E=2C?= <mallory@evil.example>"
    assert [one.address for one in read_addresses([hidden])] == ["mallory@evil.example"]


def test_an_address_stands_in_a_list_once() -> None:
    assert len(read_addresses(["kim@a.example, Kim <KIM@a.example>", "kim@a.example."])) == 1


@pytest.mark.rule("M-14")
@given(st.text(alphabet=st.sampled_from('a@<>,;:"()\\ .=?\n\x00é'), max_size=80))
def test_nothing_raises_and_each_address_is_one(text: str) -> None:
    for one in read_addresses([text]):
        assert clean_address(one.address) == one.address
        assert '"' in one.address or not set(one.address) & set("<>,; \n\x00")
