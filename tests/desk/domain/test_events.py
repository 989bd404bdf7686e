"""Stored form of events: encoding, hash chain and digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.domain.event_kinds.table import EVENT_KINDS
from deskterm.desk.domain.events import (
    GENESIS,
    Event,
    TextRef,
    UnreadableEvent,
    compute_digest,
    compute_hash,
    decode_event,
    encode_event,
)

NAMES = st.text(min_size=1, max_size=8).filter(lambda name: name not in ("changes", "texts"))
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=4), max_size=3)
EVENTS = st.builds(
    Event,
    seq=st.integers(1, 99),
    kind=st.sampled_from(sorted(EVENT_KINDS)),
    at=st.integers(0, 1 << 40),
    actor=st.text(max_size=8),
    version=st.integers(1, 9),
    changes=st.dictionaries(NAMES, st.tuples(VALUES, VALUES), max_size=3),
    texts=st.dictionaries(NAMES, st.builds(TextRef, st.integers(1, 99), st.text(max_size=8)), max_size=2),
    data=st.dictionaries(NAMES, VALUES, max_size=3),
)


def _backwards(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return dict(reversed(list(mapping.items())))


@given(EVENTS)
def test_a_stored_event_is_decoded_as_it_was(event: Event) -> None:
    content = encode_event(event)
    assert decode_event(event.seq, event.kind, event.at, event.actor, event.version, content) == event
    reordered = replace(event, data=_backwards(event.data), changes=_backwards(event.changes))
    assert encode_event(reordered) == content


@given(EVENTS, st.sampled_from(["seq", "at", "version", "actor", "kind"]))
def test_the_hash_depends_on_every_part_of_an_event(event: Event, name: str) -> None:
    value = getattr(event, name)
    change: Any = {name: value + 1 if isinstance(value, int) else f"{value}x"}
    other = replace(event, **change)
    content = encode_event(event)
    found = compute_hash(GENESIS, 1001, event, content)
    assert found != compute_hash(GENESIS, 1001, other, content)
    assert found != compute_hash(GENESIS, 1002, event, content)
    assert found != compute_hash(found, 1001, event, content)
    assert found != compute_hash(GENESIS, 1001, event, f"{content} ")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"changes": {"a": [1]}}', '{"texts": {"a": 1}}', '{"changes": 1}'])
def test_other_content_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableEvent, match=r"Event 3 \(moved\) of the ticket is not what was written"):
        decode_event(3, "moved", 0, "sam", 1, content)


def test_a_digest_depends_on_the_salt_and_tells_nothing_of_the_text() -> None:
    digests = {compute_digest(salt, body) for salt in ("a", "b") for body in ("x", "y")}
    assert len(digests) == 4
    assert {len(digest) for digest in digests} == {64}
