"""Escape as a key of its own, also where a terminal sends it in one packet with the key behind it, and pastes whole.

A terminal sends alt and a letter as escape and that letter, and Textual parses them so. But over a slow line, or from
fast hands, escape and the next key arrive together too: `esc j A` behind a letter would leave the letter open with `jA`
in it, and `esc 4` put `¢` there (C-02, C-07). The console has no keys with alt, so it reads them as two. Alt+enter is
read so too, but its escape is marked, because it must not leave a letter.

Of a paste with an escape in it, Textual takes what stands behind the escape for keys: a text that was copied from
somewhere could send the letter that it is pasted into. Here a paste is one text, whatever is in it.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Collection, Generator, Iterable

from textual import events
from textual._parser import ParseTimeout
from textual._xterm_parser import XTermParser
from textual.keys import _character_to_key
from textual.message import Message

ESCAPE = "\x1b"

_ALT_ENTER = ESCAPE + "\r"
"""The character of an escape with enter at once behind it: alt+enter, or both keys typed one after the other."""

_INTRODUCERS = frozenset("[O" + ESCAPE)
"""Characters that continue a sequence of the terminal, such as that of an arrow key. Only time distinguishes `esc [`
and `esc O` typed by hand from one, as in any program."""

_WORD_KEYS = frozenset("bf\x7f")
"""Characters after escape in alt+left, alt+right and alt+backspace, which move and delete by words in editors. No
command has one of them as its key."""

_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_BEHIND_ESCAPE = re.compile(r"(?<=\x1b)")


class EscapeParser(XTermParser):
    """Textual's parser of terminal input, which separates escape from the next key. with_alt: characters that still
    mean a key with alt, because the agent's settings give it to a command."""

    with_alt: Collection[str] = ()

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._before = ""
        """The characters that were fed last, as many as a sequence may have before its final one."""
        self._pasted: list[str] | None = None
        """The parts of a paste that have arrived so far; None outside a paste."""

    def feed(self, data: str) -> Iterable[Message]:
        if not data:  # the end of the input
            yield from super().feed(data)
            return
        while data:
            data = yield from self._feed_keys(data) if self._pasted is None else self._feed_paste(data)

    def _feed_paste(self, data: str) -> Generator[Message, None, str]:
        """Take the next part of a paste; return the input after its end."""
        parts = [] if self._pasted is None else self._pasted
        # The end mark may have begun in the part before
        tail = self._before + data
        end = tail.find(_PASTE_ENDS)
        if end < 0:
            parts.append(data)
            self._before = tail[1 - len(_PASTE_ENDS) :]
            return ""
        rest = tail[end + len(_PASTE_ENDS) :]
        text = "".join((*parts, data))
        yield events.Paste(text[: len(text) - len(rest) - len(_PASTE_ENDS)])
        self._pasted, self._before = None, ""
        return rest

    def _feed_keys(self, data: str) -> Generator[Message, None, str]:
        """Take keys and sequences up to the begin mark of a paste; return the input after that mark."""
        begins = (self._before + data).find(_PASTE_BEGINS)
        rest = ""
        if begins >= 0:
            begins += len(_PASTE_BEGINS) - len(self._before)
            data, rest = data[:begins], data[begins:]
        yield from self._feed_pieces(data)
        if begins >= 0:
            # End Textual's own parsing of the paste before it has begun, and drop its result
            yield from (event for event in super().feed(_PASTE_ENDS) if not isinstance(event, events.Paste))
            self._pasted, self._before = [], ""
        return rest

    def _feed_pieces(self, data: str) -> Iterable[Message]:
        """Feed keys, with escape as a key of its own."""
        for piece in filter(None, _BEHIND_ESCAPE.split(data)):
            if self._is_behind_escape and piece[0] in self.with_alt and piece[0] not in _INTRODUCERS:
                deque(self._end_escape(), maxlen=0)  # the escape is no key here
                yield _make_alt_key(piece[0])
                yield from super().feed(piece[1:]) if piece[1:] else ()
            else:
                if self._is_behind_escape and piece[0] not in _INTRODUCERS and piece[0] not in _WORD_KEYS:
                    ended = [*self._end_escape()]
                    if piece[0] == "\r" and isinstance(ended[-1], events.Key):
                        ended[-1] = events.Key(ended[-1].key, _ALT_ENTER)
                    yield from ended
                yield from super().feed(piece)
            self._before = (self._before + piece)[1 - len(_PASTE_BEGINS) :]

    @property
    def _is_behind_escape(self) -> bool:
        """True when an escape was fed last, and the rest of its sequence may still arrive."""
        return self._before.endswith(ESCAPE) and self._timeout_time is not None

    def _end_escape(self) -> Iterable[Message]:
        """Parse what was fed since the escape as keys, as after the timeout of a sequence."""
        self._timeout_time = None
        self._awaiting = self._gen.throw(ParseTimeout())
        while self._tokens:
            yield self._tokens.popleft()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """Parse `[` or `O` after an escape as keys, if no sequence followed."""
        if alt and sequence in self.with_alt:
            yield _make_alt_key(sequence)
            return
        if alt:
            yield events.Key("escape", ESCAPE)
        yield from super()._sequence_to_key_events(sequence)


def is_escape_of_alt_enter(event: Message) -> bool:
    """Return whether an event is an escape with enter at once behind it."""
    return isinstance(event, events.Key) and event.character == _ALT_ENTER


def _make_alt_key(character: str) -> events.Key:
    """Return the key of alt and a character. Textual forgets the alt of signs, and takes a digit for what Macs type
    with it."""
    shift = "shift+" if character.isupper() else ""
    return events.Key(f"alt+{shift}{_character_to_key(character.lower())}", character)


def install_parser(with_alt: Collection[str]) -> None:
    """Replace the parser in Textual's driver, which offers no parameter for it. with_alt: as for `EscapeParser`."""
    driver = sys.modules.get("textual.drivers.linux_driver")  # the module does not exist on Windows
    if driver is not None:
        parser = type("EscapeParser", (EscapeParser,), {"with_alt": frozenset(with_alt)})
        driver.XTermParser = parser  # type: ignore[attr-defined]
