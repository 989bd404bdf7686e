"""Proof that a desk is sound."""

from __future__ import annotations

from contextlib import closing

from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.health import check_health
from deskterm.store.db.reader import open_reader


def require_sound(url: str) -> None:
    """Check the file, fold every ticket again, and verify every chain."""
    with closing(open_store(url)) as store:
        _require_sound(store)
    with open_reader(url) as reader:
        assert verify_chains(reader).faults == ()


def _require_sound(store: Store) -> None:
    report = check_health(store)
    assert report.faults == ()
    assert "journal delete" not in " ".join(report.notes)
    assert check_integrity(store).findings == ()
    assert verify_desk(store) == []
