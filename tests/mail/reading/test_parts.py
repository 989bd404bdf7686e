"""The parts of a mail: where they lie, whatever its boundaries look like."""

from __future__ import annotations

import pytest

from deskterm.mail.reading.parts import DEEPEST, MOST_PARTS, decode_transfer, list_parts, parse
from mail.support.small_letters import make_letter, make_multipart, make_part


def _list(data: bytes) -> list[tuple[str, bytes]]:
    return [(part.kind, part.data.strip()) for part in list_parts(parse(data)).leaves]


@pytest.mark.rule("M-15")
def test_parts_are_listed_with_their_bytes_and_not_what_stands_around_them() -> None:
    letter = make_letter(
        "before\n--b\n\none\n--b\nContent-Type: image/png\n\ntwo\n--b--\nafter", 'multipart/mixed; boundary="b"'
    )
    assert _list(letter) == [("text/plain", b"one"), ("image/png", b"two")]


@pytest.mark.rule("M-14")
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_will_do_and_the_one_before_a_boundary_is_the_boundarys(end: bytes) -> None:
    letter = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b  \n\ntwo\n--b--".replace(b"\n", end)
    assert [part.data for part in list_parts(parse(letter)).leaves] == [b"one", b"two"]


@pytest.mark.rule("M-14")
@pytest.mark.parametrize(
    ("declared", "line"),
    [
        ('"simple\n boundary"', "simple boundary"),
        ('"b  "', "b  "),
        ('"b  "', "b"),
        ('"another"', "b"),
        ("", "b"),
        ('"=?a?q?=41?="', "=?a?q?=41?="),
    ],
)
def test_boundaries_with_odd_spaces_and_wrong_ones_are_found(declared: str, line: str) -> None:
    body = f"--{line}\nContent-Type: text/html\n\none\n--{line}--\n"
    assert _list(make_letter(body, f"multipart/mixed; boundary={declared}")) == [("text/html", b"one")]


@pytest.mark.rule("M-15")
def test_a_line_that_only_begins_like_a_boundary_is_text() -> None:
    assert _list(make_multipart(make_part("one\n--b1x\ntwo")))[0][1] == b"one\r\n--b1x\r\ntwo"


@pytest.mark.rule("M-15")
def test_a_multipart_without_parts_is_the_text_that_it_looks_like() -> None:
    """Nothing of it is lost."""
    assert _list(make_letter("only words", "multipart/mixed; boundary=b")) == [("text/plain", b"only words")]


@pytest.mark.rule("M-17")
def test_a_message_in_a_mail_is_one_part_with_its_bytes_as_they_are() -> None:
    inner = "From: lee@a.example\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nhi\n--c--"
    assert _list(make_multipart(make_part(inner, "message/rfc822"))) == [
        ("message/rfc822", inner.replace("\n", "\r\n").encode())
    ]
    assert _list(make_multipart("\nFrom: lee@a.example", kind="multipart/digest"))[0][0] == "message/rfc822"


@pytest.mark.rule("M-11")
def test_what_is_beyond_the_limits_is_left_out_and_said() -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (at, at) for at in range(DEEPEST + 9))
    assert list_parts(parse(deep)).cut_by == "depth"
    many = list_parts(parse(make_multipart(*["\nx"] * (MOST_PARTS + 9))))
    assert many.cut_by == "parts"
    assert len(many.leaves) == MOST_PARTS


@pytest.mark.rule("M-17")
@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        (b"ZGF0YQ==", "BASE64", (b"data", False)),
        (b"ZGF0*YQ==", "base64", (b"data", True)),
        (b"a=3D\n", "quoted-printable", (b"a=\n", False)),
        (b"begin 644 a\n$9&%T80``\n`\nend\n", "x-uuencode", (b"data", False)),
        (b"as it is", "7bit", (b"as it is", False)),
        (b"as it is", "klingon", (b"as it is", False)),
    ],
)
def test_encodings_of_the_way_are_undone(data: bytes, encoding: str, expected: tuple[bytes, bool]) -> None:
    """Broken base64 as far as it goes, and said so."""
    assert decode_transfer(data, encoding) == expected
