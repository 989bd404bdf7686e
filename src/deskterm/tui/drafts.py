"""The drafts of the agent at this console: saved while they type, and when they leave the composer or a form (C-05).
Nothing here waits for the store: the write thread saves, at most once in two seconds, while the event loop goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.store.personal.drafts import DraftKind, StoredDraft

if TYPE_CHECKING:
    from deskterm.store.personal.drafts import DraftWriter

SAVE_INTERVAL = 2.0
"""Seconds between two writes while the agent types: the most typing that a crash can lose."""

_FIRST_DELAY = 1.0
"""Seconds from the first key to the first write, so that a short letter that is sent at once is never saved as a
draft."""

_RETRY_DELAY = 5.0
"""Seconds until a write that failed is tried again."""

MOST_LINES = 10
"""Most command lines that are kept."""

_NAMES: dict[DraftKind, str] = {
    "reply": "reply to {}",
    "note": "note on {}",
    "resolve": "resolution of {}",
    "ticket": "new ticket",
    "command": "command line",
}


@dataclass(slots=True, eq=False)
class Draft(StoredDraft):
    """A draft in this console. The write thread sets key, id and saved_at. is_open: it is being written here;
    is_unsaved: its text is newer than in the store; was_written: it was passed to the write thread; is_sent: set by the
    write thread when a command has sent it; is_over: it was sent or discarded; history: the undo history of its
    text."""

    is_open: bool = False
    is_unsaved: bool = False
    is_over: bool = False
    is_sent: bool = False
    was_written: bool = False
    history: object | None = None

    @property
    def name(self) -> str:
        """The name in lists and sentences: `reply to 1124`."""
        return _NAMES[self.kind].format(self.number)

    @property
    def has_words(self) -> bool:
        """True when it is worth keeping. A command line of one word is not: typing it again is as fast as finding
        it."""
        if self.kind == "command":
            return " " in self.text.strip()
        return bool(
            self.text.strip()
            or self.data.get("extra", {}).get("files")
            or any(str(value).strip() for value in self.data.get("form", {}).values())
        )


@dataclass(slots=True)
class _Writes:
    """State of writing. at: time of the last write, seconds of a steady clock; failed: the last write failed, and the
    agent was notified."""

    at: float = -SAVE_INTERVAL
    running: set[Future[None]] = field(default_factory=set)
    failed: bool = False


class Drafts:
    """All drafts of the agent. save: runs a function with the DraftWriter in the write thread; now: the desk's time;
    changed: called when a draft was added or removed; failed: takes a sentence for the agent."""

    def __init__(
        self,
        save: Callable[[Callable[[DraftWriter], None]], Future[None]],
        now: Callable[[], datetime],
        changed: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self._save, self._now, self._changed, self._failed = save, now, changed, failed
        self._all: list[Draft] = []
        self._over: set[str] = set()
        """Keys of drafts that were sent or discarded here: a read that began earlier still returns them."""
        self._last_sent: dict[tuple[str, int | None], Draft] = {}
        """Kind and ticket → the draft that was sent last, to be restored when the letter is taken back."""
        self._timer: asyncio.TimerHandle | None = None
        self._writes = _Writes()

    # -- which there are -----------------------------------------------------------------------------------------

    def every(self) -> Sequence[Draft]:
        """Return the drafts with text, open ones included: letters and new tickets before command lines, the newest
        first."""
        worth = [draft for draft in reversed(self._all) if draft.has_words]
        return sorted(worth, key=lambda draft: draft.kind == "command")

    @property
    def numbers(self) -> frozenset[int]:
        """The tickets that have a draft."""
        return frozenset(draft.number for draft in self._all if draft.number is not None and draft.has_words)

    @property
    def count(self) -> int:
        """Drafts of letters, notes and tickets."""
        return sum(draft.has_words and draft.kind != "command" for draft in self._all)

    def find(self, kind: DraftKind, number: int | None = None) -> Draft | None:
        """Return the newest draft that is not open here; None when there is none."""
        found = (draft for draft in reversed(self._all) if (draft.kind, draft.number) == (kind, number))
        return next((draft for draft in found if not draft.is_open), None)

    def lines(self) -> Sequence[Draft]:
        """Return the command lines that were left or refused, the newest first."""
        return [draft for draft in reversed(self._all) if draft.kind == "command" and not draft.is_open]

    def begin(self, kind: DraftKind, number: int | None = None, text: str = "", **data: Any) -> Draft:
        """Begin a new draft, which is open here. It is saved once it has text."""
        draft = Draft(kind, number, text, data=data, is_open=True)
        self._all.append(draft)
        if draft.has_words:
            self._note_change(draft)
        return draft

    def take(self, draft: Draft) -> None:
        """Open a draft here again."""
        draft.is_open = True

    # -- what becomes of them ------------------------------------------------------------------------------------

    def change(self, draft: Draft, text: str, **data: Any) -> None:
        """Change the text of a draft. data: other data of it that have changed."""
        if draft.is_over or (text == draft.text and all(draft.data.get(key) == value for key, value in data.items())):
            return
        had_words = draft.has_words
        draft.text, draft.data = text, {**draft.data, **data}
        self._note_change(draft)
        if draft.has_words != had_words:
            self._changed()

    def leave(self, draft: Draft) -> None:
        """Close a draft here, and save it at once; one without text is discarded."""
        draft.is_open = False
        if draft.is_over:
            return
        if not draft.has_words:
            self.discard(draft)
            return
        if draft.kind == "command":
            self._drop_lines(draft)
        # The newest last, as the store has them
        self._all.remove(draft)
        self._all.append(draft)
        self.flush()
        self._changed()

    def add_line(self, text: str) -> None:
        """Keep a command line that was refused."""
        self.leave(self.begin("command", None, text))

    def discard(self, draft: Draft) -> None:
        """Discard a draft."""
        self._end(draft)
        if draft.was_written:
            self._write(_removing(draft))

    def sent(self, draft: Draft) -> None:
        """Note that a draft was sent by a command, which has removed it from the store (`DeskSession.sending`)."""
        self._last_sent[draft.kind, draft.number] = draft
        self._end(draft)

    def take_back(self, row: StoredDraft) -> Draft:
        """Return the draft of a letter that was taken back, which the undo has saved. If it was sent from this console,
        it gets its cursor and undo history back."""
        draft = next((one for one in self._all if one.key == row.key), None) or _take_over(row)
        if draft not in self._all:
            self._all.append(draft)
        last = self._last_sent.pop((row.kind, row.number), None)
        if last is not None and last.text.strip() == draft.text.strip():
            draft.history = last.history
            # Take its files from the store's row, because they may be gone from the disk
            extra = {**last.data.get("extra", {}), **row.data.get("extra", {})}
            self.change(draft, last.text, **{**last.data, "version": row.data.get("version"), "extra": extra})
        self._changed()
        return draft

    def show(self, rows: Sequence[StoredDraft]) -> None:
        """Take over the drafts of the store, which other consoles of this agent write, too. Drafts that are open here
        stay unchanged: saving them will find out about another version."""
        before = [(draft.key, draft.number) for draft in self._all]
        mine = {draft.key: draft for draft in self._all}
        there = {row.key for row in rows if row.key not in self._over}
        kept = [
            draft
            for draft in self._all
            if draft.key in there or draft.is_open or draft.is_unsaved or draft.id is None or self._writes.running
        ]
        for row in rows:
            draft = mine.get(row.key)
            if draft is None:
                if row.key not in self._over:
                    kept.append(_take_over(row))
            elif not (draft.is_open or draft.is_unsaved or self._writes.running or draft.id == row.id):
                kept[kept.index(draft)] = _take_over(row)
        # In the order of saving, the newest last; drafts that are newer here come after
        places = {row.key: place for place, row in enumerate(rows)}
        last = len(places)
        self._all = sorted(
            kept, key=lambda one: last if one.is_unsaved or self._writes.running else places.get(one.key, last)
        )
        if [(draft.key, draft.number) for draft in self._all] != before:
            self._changed()

    # -- saving --------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Save what is unsaved, without waiting for it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for draft in self._all:
            if draft.is_unsaved:
                draft.is_unsaved, draft.was_written = False, True
                self._write(_saving(draft, self._now()), draft)

    async def wait_until_saved(self, patience: float = 2.0) -> None:
        """Save what is unsaved, and wait for it, so many seconds at most. Raises DeskError when it cannot be saved."""
        self.flush()
        waiting = [asyncio.wrap_future(future) for future in self._writes.running]
        if waiting:
            done, _ = await asyncio.wait(waiting, timeout=patience)
            for future in done:
                if error := future.exception():
                    raise DeskError(f"Your drafts cannot be saved: {error}") from error

    def _note_change(self, draft: Draft) -> None:
        """Schedule a write: soon after the first key, then every two seconds while the agent types."""
        draft.is_unsaved = True
        if self._timer is None and not self._writes.running:
            self._schedule(max(_FIRST_DELAY, self._writes.at + SAVE_INTERVAL - time.monotonic()))

    def _schedule(self, delay: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay, self.flush)

    def _write(self, write: Callable[[DraftWriter], None], draft: Draft | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._writes.at = time.monotonic()
        future = self._save(write)
        self._writes.running.add(future)

        def report(done: Future[None]) -> None:
            # The loop is closed when the console has ended meanwhile: there is nobody to notify
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._written, done, draft)

        future.add_done_callback(report)

    def _written(self, future: Future[None], draft: Draft | None) -> None:
        self._writes.running.discard(future)
        error = None if future.cancelled() else future.exception()
        if error is None:
            self._writes.failed = False
        else:
            if not self._writes.failed:
                self._writes.failed = True
                self._failed(f"What you write cannot be saved yet, and is tried again: {error}")
            if draft is not None and not draft.is_over:
                draft.is_unsaved = True
        if self._timer is None and any(one.is_unsaved for one in self._all):
            pause = SAVE_INTERVAL if error is None else _RETRY_DELAY
            self._schedule(max(0.0, self._writes.at + pause - time.monotonic()))

    def _end(self, draft: Draft) -> None:
        draft.is_over, draft.is_open, draft.is_unsaved = True, False, False
        self._over.add(draft.key)
        if draft in self._all:
            self._all.remove(draft)
            self._changed()

    def _drop_lines(self, newest: Draft) -> None:
        """Discard equal command lines, and the oldest ones above the limit."""
        others = [line for line in self.lines() if line is not newest]
        for place, line in enumerate(others, 2):
            if line.text == newest.text or place > MOST_LINES:
                self.discard(line)


def _take_over(row: StoredDraft) -> Draft:
    """Return a draft of the store with its text made safe for a terminal: another program may have written it, and the
    agent may have pasted anything."""
    data = {key: _clean(value) for key, value in row.data.items()}
    text = sanitize(row.text, multiline=True)
    return Draft(row.kind, row.number, text, row.saved_at, data, row.key, row.id, was_written=True)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return sanitize(value)
    return {str(key): _clean(one) for key, one in value.items()} if isinstance(value, dict) else value


def _removing(draft: Draft) -> Callable[[DraftWriter], None]:
    """Return the call that removes a draft."""

    def remove(writer: DraftWriter) -> None:
        writer.remove(draft)

    return remove


def _saving(draft: Draft, at: datetime) -> Callable[[DraftWriter], None]:
    """Return the call that saves the present text of a draft, whatever is typed until the write thread runs it."""
    text, data, is_empty = draft.text, draft.data, not draft.has_words

    def save(writer: DraftWriter) -> None:
        if draft.is_sent:
            return  # a command that was queued before has sent it
        if is_empty:
            writer.remove(draft)
            return
        copy = StoredDraft(draft.kind, draft.number, text, 0, data, draft.key, draft.id)
        writer.save(copy, at)
        draft.key, draft.id, draft.saved_at = copy.key, copy.id, copy.saved_at

    return save
