"""Texts made to be slow: no function takes a second (M-21)."""

from __future__ import annotations

import time

import pytest

from deskterm.mail.visible.forwards import read_forward
from deskterm.mail.visible.subjects import read_subject
from deskterm.mail.visible.visible_part import find_visible

_SIZE = 2_000_000
"""Characters, as M-21 names them; beyond the bounds of the code they cost little."""

HOSTILE = {
    "On": "On " * 20_000,
    "levels": "\n".join(">" * 400 + " x" for _ in range(5_000)),
    "empty lines": "\n" * _SIZE,
    "attributions": "On 3 May 2021 10:30 we wrote\n" * (_SIZE // 29),
    "headers": "From: a\nTo: b\nImportance: c\n" * (_SIZE // 28),
    "dashes": ("-" * 300 + "\n") * (_SIZE // 301),
    "signatures": "x\n--\n" * (_SIZE // 5),
    "signs": ("a@" * 190 + " 2021 10:30:\n") * (_SIZE // 393),
    "one line": "a--- On " * (_SIZE // 8),
    "in a line": ("a--- On " * 40 + "wrote:\n") * (_SIZE // 327),
    "Yahoo": ("----- Forwarded Message ----- " + "To: b " * 150 + "\n") * (_SIZE // 931),
    "people": "From: a@b.c\nDate: 3 May 2021\nTo: " + ('"a" <a@b.c>, ' * 75 + "\n") * 35 + "Subject: x\n",
}


@pytest.mark.rule("M-21")
@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_a_second(name: str) -> None:
    text = HOSTILE[name]
    start = time.process_time()
    assert find_visible(text, html=f"<div class=gmail_quote>{text[:490_000]}", letters=[text]).whole == text
    middle = time.process_time()
    read_forward(text, "Fwd: x")
    read_subject(text)
    assert middle - start < 1
    assert time.process_time() - middle < 1


@pytest.mark.rule("M-21")
@pytest.mark.parametrize(
    "source", ["<blockquote type=cite>", "<blockquote type=cite>x</blockquote>", "<!-- x -->y", "<", "<table><tr><td>x"]
)
def test_no_html_takes_a_second(source: str) -> None:
    start = time.process_time()
    find_visible("x\n" * 1_000, html=source * (490_000 // len(source)))
    assert time.process_time() - start < 1
