"""A lease says which process has it, and one of a process that was killed is free at once (M-08)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deskterm.mail.keeping.holders import describe_holder, has_ended, write_holder
from deskterm.mail.keeping.leases import hold_lease
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mailboxes import load_mailbox_states
from mail.support.mail_desk import MailDesk
from small_desk import at

pytestmark = pytest.mark.rule("M-08")

_HOLD = """
import sys
from datetime import datetime
from deskterm.mail.keeping.leases import hold_lease
from deskterm.store.db.engine import open_store
url, now = sys.argv[1], datetime.fromisoformat(sys.argv[2])
with hold_lease(open_store(url), "in:support", since=now, now=now) as lease:
    print("held" if lease else "busy", flush=True)
    sys.stdin.read()
"""


@contextmanager
def run_holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that holds the lease of a mailbox until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, url, at(0).isoformat()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux says which processes are of one computer")
def test_the_lease_of_a_killed_process_is_taken_over_at_once_and_that_of_a_living_one_is_not(
    mail_desk: MailDesk,
) -> None:
    with run_holder(mail_desk.store.url) as process:
        with hold_lease(mail_desk.store, "in:support", since=at(0), now=at(1)) as refused:
            assert refused is None
        with open_reader(mail_desk.store.url) as reader:
            (state,) = load_mailbox_states(reader)
        assert describe_holder(state.holder).startswith(f"process {process.pid} on ")
        process.kill()
        process.wait()
        assert describe_holder(state.holder).endswith(", which has ended")
        with hold_lease(mail_desk.store, "in:support", since=at(0), now=at(1)) as lease:
            assert lease is not None
            assert lease.renew(at(3))


def test_nothing_is_known_of_processes_elsewhere_and_of_what_was_written_before() -> None:
    own = write_holder()
    token, _, pid, host = own.split(" ")
    assert (pid, has_ended(own)) == (str(os.getpid()), False)
    assert not has_ended(f"{token} another {2**22 + 1} {host}")
    assert not has_ended("0123456789abcdef")
    assert describe_holder("0123456789abcdef") == "a process"
    assert describe_holder(f"{token} another 12 {host}") == f"process 12 on {host}"
    assert write_holder() != own  # two threads of a process are two holders
