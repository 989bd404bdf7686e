"""Records of a ticket: their changes, applied in order, and undone."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.domain.events import TextRef
from deskterm.desk.domain.records import (
    Records,
    apply_record_change,
    build_record_change,
    build_record_removal,
    collect_flags,
    find_next_key,
    records_of_kind,
)

KINDS = st.sampled_from(["item", "quote"])
KEYS = st.integers(1, 3).map(str)
VALUES = st.sampled_from([None, "", False, "open", "done", 7])
STEPS = st.lists(st.tuples(KINDS, KEYS, VALUES, VALUES), max_size=12)


def apply(records: Records, changes: dict[str, tuple[Any, Any]], *, back: bool = False) -> None:
    for name, (before, after) in changes.items():
        apply_record_change(records, name.removeprefix("records."), before if back else after, at=0)


@given(STEPS)
def test_changes_merge_members_and_are_undone_in_reverse(steps: list[tuple[str, str, Any, Any]]) -> None:
    records: Records = {}
    expected: dict[tuple[str, str], dict[str, Any]] = {}
    done: list[dict[str, tuple[Any, Any]]] = []
    for kind, key, state, flag in steps:
        changes = build_record_change(records, kind, key, state=state, flag=flag)
        apply(records, changes)
        done.append(changes)
        expected[kind, key] = {name: value for name, value in (("state", state), ("flag", flag)) if value}
        assert {place: dict(record.values) for place, record in records.items()} == expected
    assert collect_flags(records) == sorted({str(values["flag"]) for values in expected.values() if "flag" in values})
    for changes in reversed(done):
        apply(records, changes, back=True)
    assert records == {}


@given(STEPS)
def test_the_next_key_is_free_and_a_removed_record_is_gone(steps: list[tuple[str, str, Any, Any]]) -> None:
    records: Records = {}
    for kind, key, state, flag in steps:
        apply(records, build_record_change(records, kind, key, state=state, flag=flag))
    for kind in ("item", "quote"):
        found = list(records_of_kind(records, kind))
        assert all(record.kind == kind for record in found)
        assert all(record.number < int(find_next_key(records, kind)) for record in found)
        for record in found:
            apply(records, build_record_removal(records, kind, record.key))
        assert list(records_of_kind(records, kind)) == []


def test_texts_of_the_event_are_referred_to_by_their_id() -> None:
    records: Records = {}
    changes = build_record_change(records, "quote", "1", state="sent", words=["note", "lost"])
    ((name, (_, values)),) = changes.items()
    apply_record_change(records, name.removeprefix("records."), values, 5, {"note": TextRef(42, "digest")})
    assert records["quote", "1"].values == {"state": "sent", "note": 42}
    assert records["quote", "1"].at == 5


def test_a_member_that_is_zero_is_kept() -> None:
    changes = build_record_change({}, "handoff", "1", tier=0, who="", flag=None, passed=False)
    assert changes == {"records.handoff.1": (None, {"tier": 0})}
