"""Escape as a key of its own, also where a terminal sends it in one packet with the key behind it.

A terminal writes alt and a letter as escape and that letter, and Textual takes them so. But over a slow line, or from
fast hands, escape and the next key arrive together too: `esc j A` behind a letter would leave the letter open with `jA`
in it, and `esc 4` put `¢` there (C-02, C-07). The console has no keys with alt, so it reads them as two.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable

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
        self._pasting = False

    def feed(self, data: str) -> Iterable[Message]:
        if not data:  # the end of the input
            yield from super().feed(data)
            return
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
            fed = self._before + piece
            begins, ends = fed.rfind(_PASTE_BEGINS), fed.rfind(_PASTE_ENDS)
            if begins != ends:  # -1 where neither is there
                self._pasting = begins > ends
            self._before = fed[1 - len(_PASTE_ENDS) :]

    @property
    def _is_behind_escape(self) -> bool:
        """True where an escape was fed last, and the time for more of its sequence is not over."""
        return self._before.endswith(ESCAPE) and not self._pasting and self._timeout_time is not None

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
