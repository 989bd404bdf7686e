"""Positions in TOML: the line that a key stands on, however it is written."""

from __future__ import annotations

import tomllib
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.procedure.checking.toml_positions import TomlPositions

TEXT = """\
# a comment with [a.table] and key = "value"
top = 1
"quoted key" = "with # no comment and ] and }"

[about] # and a comment
name = '''
[not.a.table]
key = "not a key"
'''
after = 2

[calendars."office hours"]
week.mon = [
    "08:00-16:00",  # ] "
    "17:00-18:00",
]
week.tue = []
region = { country = "GB", subdivision = "ENG" }

[[statuses]]
key = "first"
to = ["a", "b"]

[[statuses]]
key = "second"
text = \"\"\"one \\\"\"\" two\"\"\"
pauses = [
    "response", "review",
    { inline = 1, more = [1,
      2] },
]

[[statuses.items]]
text = "nested"

[[statuses.items]]
text = "nested again"

[statuses.after]
span = "7c"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("about",), 5),
        (("about", "name"), 6),
        (("about", "after"), 10),
        (("calendars", "office hours"), 12),
        (("calendars", "office hours", "week"), 13),
        (("calendars", "office hours", "week", "mon"), 13),
        (("calendars", "office hours", "week", "mon", 1), 15),
        (("calendars", "office hours", "week", "tue"), 17),
        (("calendars", "office hours", "region", "subdivision"), 18),
        (("statuses",), 20),
        (("statuses", 0, "to", 1), 22),
        (("statuses", 1), 24),
        (("statuses", 1, "text"), 26),
        (("statuses", 1, "pauses", 1), 28),
        (("statuses", 1, "pauses", 2, "more", 1), 30),
        (("statuses", 1, "items", 0, "text"), 34),
        (("statuses", 1, "items", 1), 36),
        (("statuses", 1, "after", "span"), 40),
    ],
)
def test_a_key_has_the_line_it_is_written_on(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(TEXT)
    assert TomlPositions(TEXT).find_line(path) == line


def test_what_is_not_there_has_the_line_of_its_nearest_parent() -> None:
    lines = TomlPositions(TEXT)
    assert lines.find_line(("statuses", 1, "on_reply")) == 24
    assert lines.find_line(("calendars", "office hours", "week", "wed", 4)) == 13
    assert lines.find_line(("nothing", "at", "all")) == 1


def test_windows_line_ends_count_as_one() -> None:
    assert TomlPositions(TEXT.replace("\n", "\r\n")).find_line(("statuses", 1, "after", "span")) == 40


def test_a_file_may_end_anywhere() -> None:
    for text in ("", "# only a comment", "a = 1", "a = 1 # comment", "[a]", "[[a]]"):
        assert TomlPositions(text).find_line(("a",)) == 1


_KEYS = st.sampled_from(["key", "a-b", "k_1", "two words", "dot.ted", "ha#sh", "brack]et", "eq=ual", "quo'te", "ünder"])
_DECOYS = ["plain", "a # b", "[x]", "{ y = 1 }", "it's", "a, b", "= =", "", "\\ back", "tab\t"]
_COMMENTS = st.sampled_from(["", "  # note", ' # [t] k = \'v\' """', "\n", "\n# [[x]]\n"])


T = TypeVar("T")


class _Writer:
    """Writes a document in a style of its own; every number in it is another one."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.next = 100_000

    def draw(self, strategy: st.SearchStrategy[T]) -> T:
        return self.data.draw(strategy)

    def document(self) -> str:
        text = "".join(self.pair(key, 2) for key in self.keys(3))
        for number, key in enumerate(self.keys(3)):
            text += self.table(f"t{number}.{self.key(key)}" if self.draw(st.booleans()) else f"t{number}", 1)
        return text

    def table(self, name: str, depth: int) -> str:
        entries = self.draw(st.integers(0, 2))
        text = ""
        for _ in range(max(entries, 1)):
            header = f"[[{name}]]" if entries else f"[{name}]"
            text += header + self.draw(_COMMENTS) + "\n" + "".join(self.pair(key, 2) for key in self.keys(3))
            if depth and self.draw(st.booleans()):
                text += self.table(f"{name}.inner", depth - 1)
        return text

    def keys(self, most: int) -> list[str]:
        return self.draw(st.lists(_KEYS, max_size=most, unique=True))

    def key(self, key: str) -> str:
        if key.replace("-", "").replace("_", "").isalnum() and key.isascii():
            return key
        return f'"{key}"' if "'" in key or self.draw(st.booleans()) else f"'{key}'"

    def pair(self, key: str, depth: int) -> str:
        dotted = f"{self.key(key)} . sub" if self.draw(st.booleans()) else self.key(key)
        return f"{dotted} = {self.value(depth)}{self.draw(_COMMENTS)}\n"

    def value(self, depth: int) -> str:
        kind = self.draw(st.sampled_from(["number", "text", "list", "table"] if depth else ["number", "text"]))
        if kind == "number":
            self.next += 1
            return str(self.next)
        if kind == "list":
            items = [self.value(depth - 1) for _ in range(self.draw(st.integers(0, 3)))]
            glue = self.draw(st.sampled_from([", ", ",\n  ", ", # c ]\n"]))
            return "[" + self.draw(st.sampled_from(["", "\n", " # [\n"])) + glue.join(items) + "\n]"
        if kind == "table":
            return "{ " + ", ".join(f"{self.key(key)} = {self.value(0)}" for key in self.keys(3)) + " }"
        return self.text()

    def text(self) -> str:
        words = self.draw(st.sampled_from(_DECOYS))
        style = self.draw(st.sampled_from(['"', "'", '"""', "'''"]))
        if style == '"':
            return '"' + words.replace("\\", "\\\\").replace("\t", "\\t") + '\\""'
        if style == "'":
            return "'" + words.replace("'", "") + "'"
        if style == '"""':
            return '"""\n' + words.replace("\\", "\\\\") + '\n[no.table]\nno = "key" \\""" ""\n""""'
        return "'''" + words.replace("'", "") + "\n[[no]]\n'''"


def _list_numbers(value: object, path: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], int]]:
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _list_numbers(item, (*path, key))]
    if isinstance(value, list):
        return [found for number, item in enumerate(value) for found in _list_numbers(item, (*path, number))]
    return [(path, value)] if isinstance(value, int) else []


@given(st.data())
def test_every_value_of_any_document_is_found_on_its_line(data: st.DataObject) -> None:
    text = _Writer(data).document()
    document = tomllib.loads(text)
    lines, rows = TomlPositions(text), text.split("\n")
    for path, number in _list_numbers(document, ()):
        assert str(number) in rows[lines.find_line(path) - 1], (path, text)
