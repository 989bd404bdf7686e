"""Keys of one's own for commands: what they take from others is said (C-40, C-42)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.tui.commands.keymap import Keymap, name_key
from deskterm.tui.commands.table import BY_NAME, TABLE

pytestmark = pytest.mark.law("C-40")


def test_keys_of_the_settings_are_in_the_place_of_the_commands_own() -> None:
    keymap = Keymap({"resolve": ("R", "?"), "quit": ()})
    assert keymap.keys_of("resolve") == ("R", "question_mark")
    assert keymap.keys_of("quit") == ()
    assert keymap.keys_of("tag") == BY_NAME["tag"].keys


def test_a_key_that_belonged_to_another_command_is_taken_from_it_and_that_is_said() -> None:
    keymap = Keymap({"tag": ("j",), "status": ("r",)})
    assert keymap.keys_of("down") == ("down",)
    assert keymap.keys_of("reply") == ()
    assert sorted(keymap.problems) == [
        ("status", "r is status now, and reply has no key now."),
        ("tag", "j is tag now, and down has down left."),
    ]


def test_two_commands_that_swap_their_keys_take_nothing_from_each_other() -> None:
    keymap = Keymap({"reply": ("n",), "note": ("r",)})
    assert (keymap.keys_of("reply"), keymap.keys_of("note"), keymap.problems) == (("n",), ("r",), [])


def test_one_key_for_two_commands_is_said_and_the_second_keeps_its_own() -> None:
    keymap = Keymap({"reply": ("Q",), "tag": ("Q",)})
    assert keymap.keys_of("tag") == BY_NAME["tag"].keys
    assert keymap.problems == [("tag", "Q is given to reply and to tag: it is reply.")]


@pytest.mark.parametrize("text", ["ctr+x", "pagedwn", "", "ctrl+", "f99"])
def test_what_is_no_key_is_said(text: str) -> None:
    assert name_key(text) is None
    assert "there is no key" in Keymap({"tag": (text,)}).problems[0][1]


def test_a_command_that_there_is_not_is_said_with_the_one_that_may_be_meant() -> None:
    assert Keymap({"rply": ("Q",)}).problems == [("rply", "there is no command 'rply': did you mean 'reply'?")]


def test_every_key_of_the_table_can_be_written_in_the_settings() -> None:
    for command in TABLE:
        for key in command.keys:
            assert name_key(key) == key


KEYS = st.sampled_from(["a", "R", "ctrl+x", "f2", "?", "space", "j", "enter", "nonsense", "g", "g x"])


@given(st.dictionaries(st.sampled_from([*BY_NAME]), st.lists(KEYS, max_size=3).map(tuple), max_size=6))
def test_no_key_ever_stands_for_two_commands(overrides: dict[str, tuple[str, ...]]) -> None:
    keymap = Keymap(overrides)
    keys = [key for command in TABLE for key in dict.fromkeys(keymap.keys_of(command.name))]
    assert len(keys) == len(set(keys))
    assert {key.partition(" ")[0] for key in keys if " " in key}.isdisjoint(keys)
