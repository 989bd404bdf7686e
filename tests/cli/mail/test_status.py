"""`deskterm mail status`: who works on a mailbox (M-13, M-64)."""

from __future__ import annotations

import os

import pytest

from cli_call import Call
from deskterm.mail.keeping.leases import hold_lease
from deskterm.store.db.engine import open_store
from deskterm.store.db.tables import MailboxRow, table_of
from small_desk import at


@pytest.mark.rule("M-08", "M-13", "M-64")
def test_the_status_says_which_process_works_on_a_mailbox(managed_services: Call) -> None:
    """One that had been killed kept its mailbox, and the status said that it works."""
    store = open_store("sqlite:///" + os.environ["DESKTERM_DATABASE"])
    now = ("--now", at(1).isoformat())
    with hold_lease(store, "in:support", since=at(0), now=at(0)):
        assert f"process {os.getpid()} on " in managed_services("mail", "status", *now).out
        (server,) = managed_services("mail", "status", "--json", *now).json["servers"]
        assert server["holder"].startswith(f"process {os.getpid()} on ")
        assert server["held_until"] == "2026-11-23T09:03:00Z"
        table = table_of(MailboxRow)
        with store.writing() as session:
            held = str(session.execute(table.select()).one().holder)
            pid = f" {os.getpid()} "
            # Beyond every number that a system gives
            session.execute(table.update().values(holder=held.replace(pid, " 4194305 ")))
        shown = managed_services("mail", "status", *now).out
        if os.path.exists("/proc/self/ns/pid"):
            assert "broken off" in shown
            assert "process 4194305" in shown
            assert "which has ended" in shown
    with store.writing() as session:
        session.execute(table.update().values(holder=""))
    (server,) = managed_services("mail", "status", "--json", *now).json["servers"]
    assert (server["holder"], server["held_until"]) == (None, None)
    store.close()
