"""`deskterm ticket reply|note --template`: a message from a template (C-21)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call

pytestmark = pytest.mark.law("C-21")

AT = ("--now", "2026-11-23T09:30Z")
FILE = """
[[templates]]
key = "ask"
label = "Ask"
body = "Hello {requester} ({number}), {cursor} by {due}."
[[templates]]
key = "ask"
label = "Fragen"
language = "de"
body = "Guten Tag {requester}, {field:site}"
[[templates]]
key = "seen"
label = "Seen"
use = ["note"]
body = "Seen by {agent}."
"""


def test_a_message_is_made_of_a_template_and_never_sent_with_a_gap(managed_services: Call, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(FILE)
    assert managed_services("template", "apply", tmp_path, *AT).code == 0
    answer = managed_services("ticket", "reply", "1001", "--template", "ask", "--language", "de", *AT)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == ("deskterm: Ticket 1001 has no value for {field:site} (the field site): give one (--set).\n")
    german = ("--template", "ask", "--language", "de", "--set", "field:site=Perth {due}")
    assert managed_services("ticket", "reply", "1001", *german, *AT).code == 0
    words = managed_services("ticket", "reply", "1001", "please answer", "--template", "ask", "--set", "due=noon", *AT)
    assert words.code == 0
    assert managed_services("ticket", "note", "1001", "--template", "seen", *AT).code == 0
    bodies = [message["body"] for message in managed_services("ticket", "show", "1001", "--json", *AT).json["messages"]]
    requester = managed_services("ticket", "show", "1001", "--json", *AT).json["requester"]
    assert f"Guten Tag {requester}, Perth {{due}}" in bodies
    assert f"Hello {requester} (1001), please answer by noon." in bodies
    assert "Seen by ann." in bodies
    managed_services("ticket", "set", "1001", "--status", "in-progress", *AT)
    solved = managed_services("ticket", "resolve", "1001", "a new cable", "--template", "ask", "--set", "due=now", *AT)
    assert (solved.code, solved.err) == (0, "")
    shown = managed_services("ticket", "show", "1001", "--json", *AT).json["messages"]
    assert f"Hello {requester} (1001), a new cable by now." in [message["body"] for message in shown]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--template", "seen"), "The template seen is for notes"),
        (("--template", "sen"), "There is no template 'sen'; did you mean \"seen\"?"),
        (("x", "--set", "due=x"), "--language and --set go with --template"),
        (("--template", "ask", "--set", "deu=x"), "There is no placeholder 'deu'; did you mean \"due\"?"),
        (("--template", "ask", "--set", "due"), "write it as NAME=VALUE"),
        (("--template", "ask", "--from-requester"), "--template is for what you write"),
    ],
)
def test_wrong_options_are_refused_with_what_to_do(
    managed_services: Call, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "own.toml").write_text(FILE)
    managed_services("template", "apply", tmp_path, *AT)
    answer = managed_services("ticket", "reply", "1001", *words, *AT)
    assert answer.code in (1, 2)
    assert sentence in answer.err
