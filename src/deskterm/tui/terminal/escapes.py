"""Escape as a key of its own, also where a terminal sends it in one packet with the key behind it, and pastes whole.

A terminal writes alt and a letter as escape and that letter, and Textual takes them so. But over a slow line, or from
fast hands, escape and the next key arrive together too: `esc j A` behind a letter would leave the letter open with `jA`
in it, and `esc 4` put `¢` there (C-02, C-07). The console has no keys with alt, so it reads them as two.

Of a paste with an escape in it, Textual takes what stands behind the escape for keys: a text that was copied from
somewhere could send the letter that it is pasted into. Here a paste is one text, whatever is in it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Generator, Iterable

from textual import events
from textual._parser import ParseTimeout
from textual._xterm_parser import XTermParser
from textual.message import Message

ESCAPE = "\x1b"

_INTRODUCERS = frozenset("[O" + ESCAPE)
"""Characters that go on a sequence of the terminal, such as an arrow's. `esc [` and `esc O` are told from one by the
time that passes, as everywhere."""

_WORD_KEYS = frozenset("bf\x7f")
"""Characters behind the escape of alt+left, alt+right and alt+backspace, which move by words in whatever is written.
No command has one of them as its key."""

_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_BEHIND_ESCAPE = re.compile(r"(?<=\x1b)")


class EscapeParser(XTermParser):
    """Textual's parser of what a terminal sends, which tells escape from the key behind it. with_alt: characters that
    stand for a key with alt, because the agent has given it to a command."""

    with_alt: Collection[str] = ()

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._before = ""
        """The last characters that were fed, as many as a sequence may have before its last one."""
        self._pasted: list[str] | None = None
        """The parts of a paste that have come so far; None where nothing is being pasted."""

    def feed(self, data: str) -> Iterable[Message]:
        if not data:  # the end of the input
            yield from super().feed(data)
            return
        while data:
            data = yield from self._feed_keys(data) if self._pasted is None else self._feed_paste(data)

    def _feed_paste(self, data: str) -> Generator[Message, None, str]:
        """Take the next part of a paste; return what stands behind its end."""
        parts = [] if self._pasted is None else self._pasted
        # The mark of the end may have begun with the part before
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
        """Take keys and sequences up to the mark of a paste; return what stands behind that mark."""
        begins = (self._before + data).find(_PASTE_BEGINS)
        rest = ""
        if begins >= 0:
            begins += len(_PASTE_BEGINS) - len(self._before)
            data, rest = data[:begins], data[begins:]
        yield from self._feed_pieces(data)
        if begins >= 0:
            # Textual's own reading of it ends before it has begun, and what it makes of that is no paste
            yield from (event for event in super().feed(_PASTE_ENDS) if not isinstance(event, events.Paste))
            self._pasted, self._before = [], ""
        return rest

    def _feed_pieces(self, data: str) -> Iterable[Message]:
        """Feed keys, with escape as a key of its own."""
        for piece in filter(None, _BEHIND_ESCAPE.split(data)):
            if self._is_behind_escape and piece[0] in self.with_alt:
                # Before another escape comes, of which Textual would make `^`
                yield from super().feed(piece[0])
                yield from self._end_escape()
                yield from super().feed(piece[1:]) if piece[1:] else ()
            else:
                if self._is_behind_escape and piece[0] not in _INTRODUCERS and piece[0] not in _WORD_KEYS:
                    yield from self._end_escape()
                yield from super().feed(piece)
            self._before = (self._before + piece)[1 - len(_PASTE_BEGINS) :]

    @property
    def _is_behind_escape(self) -> bool:
        """True where an escape was fed last, and the time for more of its sequence is not over."""
        return self._before.endswith(ESCAPE) and self._timeout_time is not None

    def _end_escape(self) -> Iterable[Message]:
        """Take what was fed since the escape for keys, as when nothing comes behind it in time."""
        self._timeout_time = None
        self._awaiting = self._gen.throw(ParseTimeout())
        while self._tokens:
            yield self._tokens.popleft()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """Take `[` or `O` behind an escape for keys, where no sequence came of them."""
        if alt and sequence not in self.with_alt:
            yield events.Key("escape", ESCAPE)
            alt = False
        yield from super()._sequence_to_key_events(sequence, alt)


def install_parser(with_alt: Collection[str]) -> None:
    """Have the driver of Textual use this parser: it names its own, and nothing hands it another one. with_alt: as of
    `EscapeParser`."""
    driver = sys.modules.get("textual.drivers.linux_driver")  # there is none where there are no such terminals
    if driver is not None:
        parser = type("EscapeParser", (EscapeParser,), {"with_alt": frozenset(with_alt)})
        driver.XTermParser = parser  # type: ignore[attr-defined]
