"""Paths that are pasted, and lines above a letter that name files (C-22)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.tui.attached_files import (
    AttachedFile,
    add_headers,
    keep_named,
    list_attached,
    read_dropped,
    split_headers,
    split_paths,
)

pytestmark = pytest.mark.law("C-22")

PLAN = AttachedFile("plan.pdf", 12, "/home/sam/plan.pdf")
KEPT = AttachedFile("log.txt", 3, kept=(1001, 2, 1))


@pytest.mark.parametrize(
    ("pasted", "paths"),
    [
        ("/home/sam/plan.pdf", ["/home/sam/plan.pdf"]),
        ("/home/sam/my plan.pdf", ["/home/sam/my plan.pdf"]),
        ("/home/sam/my\\ plan.pdf ", ["/home/sam/my plan.pdf"]),
        ("'/home/sam/my plan.pdf' '/tmp/b.txt' ", ["/home/sam/my plan.pdf", "/tmp/b.txt"]),
        ("/a/b.txt /c/d.txt", ["/a/b.txt", "/c/d.txt"]),
        ("/a/b.txt\n/c/d.txt\n", ["/a/b.txt", "/c/d.txt"]),
        ("file:///home/sam/my%20plan.pdf\n", ["/home/sam/my plan.pdf"]),
        ("~/plan.pdf", ["~/plan.pdf"]),
        ("Dear Kim", []),
        ("/etc/hosts is the file", ["/etc/hosts is the file"]),
        ("/etc/hosts\nis the file", []),
        ("follow the plan", []),
        ("'unclosed", []),
        ("/", []),
        ("/x" * 9000, []),
    ],
)
def test_paths_are_known_as_terminals_paste_them(pasted: str, paths: list[str]) -> None:
    assert read_dropped(pasted) == paths


def test_a_line_names_one_file_or_several() -> None:
    assert split_paths(" my plan.pdf ") == ["my plan.pdf"]
    assert split_paths("/a/b.txt /c/d\\ e.txt") == ["/a/b.txt", "/c/d e.txt"]
    assert split_paths("'my plan.pdf' \"other.txt\"") == ["my plan.pdf", "other.txt"]
    assert split_paths("'unclosed plan.pdf") == ["'unclosed plan.pdf"]
    assert split_paths("  ") == []


def test_lines_above_a_letter_name_its_files() -> None:
    text = add_headers("Dear Kim,\n\nAttach: is a word.", [PLAN, KEPT])
    assert text.startswith("Attach: /home/sam/plan.pdf\nAttach: log.txt\n\nDear Kim")
    assert split_headers(text) == (["/home/sam/plan.pdf", "log.txt"], "Dear Kim,\n\nAttach: is a word.")
    assert split_headers("attach:  ~/a b.txt \nAttach:\n\nHello") == (["~/a b.txt"], "Hello")
    assert split_headers("Hello\nAttach: x") == ([], "Hello\nAttach: x")
    assert keep_named([PLAN, KEPT], ["log.txt", "/new.txt", "/new.txt"]) == ([KEPT], ["/new.txt"])
    assert keep_named([PLAN, KEPT], ["/home/sam/plan.pdf"]) == ([PLAN], [])


def test_a_draft_shows_a_file_by_the_name_that_it_goes_out_by() -> None:
    draft = SimpleNamespace(extra={"files": [{"name": "plan.pdf", "size": 12, "path": "/home/sam/.ssh/id_rsa"}]})
    assert list_attached(draft) == [AttachedFile("id_rsa", 12, "/home/sam/.ssh/id_rsa")]


@settings(max_examples=25)
@given(st.text(alphabet="Aatch: \n/x", max_size=40))
def test_no_word_of_a_letter_is_lost_to_its_files(text: str) -> None:
    paths, rest = split_headers(add_headers(text, [PLAN]))
    assert paths[0] == PLAN.path
    named = [line for line in text.split("\n") if line.strip().lower().startswith("attach:")]
    assert rest == text or len(paths) > 1 or named or rest == text.lstrip("\n")
