"""Templates and macros become the text of a file, which reads back as the same (C-21)."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.desk.templates.definitions import Library, Macro, ReplyTemplate
from deskterm.desk.templates.file_text import write_file_text

pytestmark = pytest.mark.law("C-21")

TEXT = st.text(st.sampled_from("ab\"\\\n\t é{}[]#='\x7f"), min_size=1, max_size=12)


@settings(max_examples=60)
@given(body=TEXT, note=TEXT, label=TEXT, field=TEXT)
def test_what_is_written_reads_back_as_it_was(body: str, note: str, label: str, field: str) -> None:
    template = ReplyTemplate(key="a", label=label, body=f"x{body}x", use=("note",), teams=("first-line",))
    macro = Macro(
        key="b", label=label, note=note, tags=("x", "-y"), status=("working", "solved"), fields={"k-1": 2, field: "v"}
    )
    text = write_file_text([template, macro])
    assert Library.model_validate(tomllib.loads(text)) == Library(templates=(template,), macros=(macro,))
