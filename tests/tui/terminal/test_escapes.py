"""Escape with the key behind it in one packet: two keys, in their order."""

from __future__ import annotations

import string
from collections.abc import Iterable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from deskterm.tui.commands.keymap import Keymap, name_key
from deskterm.tui.terminal.escapes import EscapeParser, is_escape_of_alt_enter

KEYS = {"escape": "\x1b", "up": "\x1b[A", "f5": "\x1b[15~", "enter": "\r", "tab": "\t"} | {
    key: key for key in "jkrAGcu145bf"
}
"""Key → what a terminal sends for it."""


def parse(packets: Iterable[str], parser: XTermParser | None = None, *, wait: bool = False) -> list[str]:
    """Return the keys in packets. wait: so much time passes behind each packet that an escape is known for one."""
    parser = parser or EscapeParser()
    found = []
    for packet in packets:
        found += [*parser.feed(packet)]
        if wait:
            parser._timeout_time = 0 if parser._timeout_time is not None else None
            found += [*parser.tick()]
    parser._timeout_time = 0 if parser._timeout_time is not None else None
    found += [*parser.tick()]
    return [event.key if isinstance(event, events.Key) else repr(event) for event in found]


@pytest.mark.law("C-02", "C-07")
@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*KEYS, "escape", "escape"]), max_size=12), st.data())
def test_keys_in_one_packet_are_those_that_were_pressed(pressed: list[str], data: st.DataObject) -> None:
    # Behind an escape, b and f are how terminals write alt and an arrow: words are moved by
    pressed = [key for place, key in enumerate(pressed) if key not in "bf" or "escape" not in pressed[:place]]
    sent = "".join(KEYS[key] for key in pressed)
    cut = data.draw(st.integers(0, len(sent)))
    one_by_one = parse([KEYS[key] for key in pressed], wait=True)
    assert parse([sent]) == parse([part for part in (sent[:cut], sent[cut:]) if part]) == one_by_one == pressed


def test_brackets_behind_an_escape_are_keys_once_no_sequence_comes_of_them() -> None:
    assert parse(["\x1b[", "jj"]) == ["escape", "left_square_bracket", "j", "j"]
    assert parse(["\x1bO"]) == ["escape", "O"]


def test_what_is_pasted_stays_whole() -> None:
    assert parse(["a\x1b[20", "0~one two\x1b[201", "~\x1bj"]) == ["a", "Paste(text='one two')", "escape", "j"]
    assert parse(["\x1b[200~\x1b[201~j"]) == ["Paste(text='')", "j"]


@pytest.mark.law("C-02", "C-05")
@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("\x1b[]20~1;m\x07\x13jé\r\n \x9b"), max_size=30), st.data())
def test_a_paste_is_one_text_and_no_key_whatever_is_in_it(text: str, data: st.DataObject) -> None:
    assume("\x1b[201~" not in f"{text}\x1b[201~"[:-1])
    sent = f"k\x1b[200~{text}\x1b[201~j"
    first, second = sorted((data.draw(st.integers(0, len(sent))), data.draw(st.integers(0, len(sent)))))
    packets = [part for part in (sent[:first], sent[first:second], sent[second:]) if part]
    parser = EscapeParser()
    found = [event for packet in packets for event in parser.feed(packet)]
    assert [event.text for event in found if isinstance(event, events.Paste)] == [text]
    assert [event.key for event in found if isinstance(event, events.Key)] == ["k", "j"]


@pytest.mark.law("C-42")
def test_a_key_with_alt_that_the_agent_gave_to_a_command_stays_one_key() -> None:
    keymap = Keymap({"take": ("alt+t",), "note": ("alt+N",)})
    assert keymap.alt_characters == {"t", "N"}
    parser = EscapeParser()
    parser.with_alt = keymap.alt_characters
    assert parse(["\x1bt", "\x1bN", "\x1bj"], parser) == ["alt+t", "alt+shift+n", "escape", "j"]


@pytest.mark.law("C-40", "C-42")
def test_every_character_with_alt_of_the_settings_is_the_key_that_the_command_has() -> None:
    for character in string.ascii_letters + string.digits + string.punctuation.replace("+", ""):
        keymap = Keymap({"take": (f"alt+{character}",)})
        parser = EscapeParser()
        parser.with_alt = keymap.alt_characters
        keys = parse([f"\x1b{character}", "\x1b[A"], parser, wait=True)
        assert keys == [*keymap.keys_of("take"), "up"], character
        assert keymap.keys_of("take") == (name_key(f"alt+{character}"),)


@pytest.mark.law("C-02", "C-42")
def test_of_two_keys_only_the_one_with_alt_is_read_with_alt() -> None:
    keymap = Keymap({"note": ("g alt+x",), "take": ("alt+y g",), "quit": ("alt+left", "alt+enter", "alt+tab")})
    assert keymap.alt_characters == {"x", "y"}
    parser = EscapeParser()
    parser.with_alt = keymap.alt_characters
    assert parse(["g\x1bx", "\x1bg"], parser) == ["g", "alt+x", "escape", "g"]


@pytest.mark.law("C-02", "C-20")
def test_an_escape_with_enter_at_once_behind_it_is_marked_as_that_of_alt_and_enter() -> None:
    def find_marks(*packets: str) -> list[bool]:
        parser = EscapeParser()
        return [is_escape_of_alt_enter(event) for packet in packets for event in parser.feed(packet)]

    assert find_marks("a\x1b\r") == find_marks("a\x1b", "\rb")[:3] == [False, True, False]
    assert find_marks("\x1bj\r") == [False] * 3
