"""Checks of the rest of a file that is wrong somewhere: one run names all that is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corner_shop import SHOP
from deskterm.errors import DeskError
from deskterm.procedure.checking.pruning import PrunedData
from deskterm.procedure.load import loads

MISTAKES = {
    'label = "Fault"': ('labels = "Fault"', 'unknown key "labels"'),
    'on_reply = "working"': ('on_reply = "at-work"', 'there is no status "at-work"'),
    'timezone = "Europe/London"': ('timezone = "Europe/Londn"', "unknown time zone"),
    '"15m"': ('"15x"', "15x"),
    'stop = ["agent_reply"': ('stop = ["agent_answer"', 'nothing is called "agent_answer"'),
}
"""Text → the mistake in its place, and words of its sentence. Three checks find them, one after the other."""


def load_refused(text: str) -> list[str]:
    with pytest.raises(DeskError) as refused:
        loads(text, "shop.toml")
    return [re.sub(r"^shop\.toml:\d+: ", "", line) for line in str(refused.value).split("\n")]


@given(st.sets(st.sampled_from(sorted(MISTAKES)), min_size=1))
def test_all_mistakes_are_found_in_one_run_whichever_they_are(chosen: set[str]) -> None:
    """D-30: `check` reported the mistakes of one check a run, and those of the next when they were mended."""
    text = SHOP
    for right in chosen:
        assert right in text
        text = text.replace(right, MISTAKES[right][0], 1)
    found = load_refused(text)
    for right in chosen:
        assert any(MISTAKES[right][1] in sentence for sentence in found), (right, found)
    assert len(found) == len(chosen), found


def test_what_refers_to_an_entry_at_fault_is_not_a_mistake_of_its_own() -> None:
    text = SHOP.replace('label = "Working on it"', "label = 7", 1)
    assert text != SHOP
    assert len(load_refused(text)) == 1


ENTRIES = st.lists(st.integers(0, 9), max_size=6).map(lambda numbers: [{"key": f"k{one}"} for one in numbers])


@given(ENTRIES, st.lists(st.integers(0, 5), max_size=8))
def test_paths_are_those_of_the_file_whatever_was_removed(entries: list[dict[str, str]], removals: list[int]) -> None:
    data: dict[str, Any] = {"entries": entries, "other": {"a": 1}}
    pruned = PrunedData(data)
    gone = {place for place in removals if pruned.remove(("entries", place)) or place < len(entries)}
    assert not pruned.remove(("entries", 9))
    kept = [place for place in range(len(entries)) if place not in gone]
    assert [pruned.to_file_path(("entries", now))[1] for now in range(len(kept))] == kept
    assert pruned.data["entries"] == [entries[place] for place in kept]
    assert data["entries"] is entries
    assert pruned.names == {entries[place]["key"] for place in gone}
