"""A procedure file from a stranger: nothing of it reaches the terminal but words."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call
from small_desk import SMALL_PROCEDURE


@pytest.mark.parametrize("payload", ["\\u001b]0;owned\\u0007", "\\u009b31m", "\x9b31m", "\u202e", "\\U000E0041"])
@pytest.mark.parametrize(
    "words",
    [
        ("procedure", "check"),
        ("procedure", "show"),
        ("procedure", "check", "--json"),
        ("init", "--procedure"),
        ("sla", "due", "--start", "2026-11-23T09:00", "--type", "fault", "--severity", "high", "--procedure"),
    ],
    ids=" ".join,
)
def test_a_hostile_file_is_refused_and_shows_no_control_character(
    deskterm: Call, tmp_path: Path, words: tuple[str, ...], payload: str
) -> None:
    """D-46"""
    file = tmp_path / "theirs.toml"
    file.write_text(SMALL_PROCEDURE.replace('label = "', f'label = "{payload}'), encoding="utf-8")
    answer = deskterm(*words, file)
    assert answer.code == 1
    assert "take it out" in answer.err
    shown = answer.out + answer.err
    assert [character for character in shown if not character.isprintable() and character != "\n"] == []


def test_the_name_of_a_file_cannot_hide_anything(deskterm: Call, tmp_path: Path) -> None:
    file = tmp_path / "their\x1b[31m.toml"
    file.write_text(SMALL_PROCEDURE, encoding="utf-8")
    for words in (("procedure", "check"), ("init", "--procedure")):
        answer = deskterm(*words, file)
        assert "\x1b" not in answer.out + answer.err
