"""One process at a time works on a mailbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from deskterm.mail.keeping.leases import hold_lease, note_told
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import MailboxRow, table_of
from deskterm.store.queries.mail.mailboxes import load_mailbox_states
from mail.support.mail_desk import MailDesk
from small_desk import at


def held_until(desk: MailDesk) -> datetime:
    with desk.store.reading() as session:
        until: datetime = session.execute(select(table_of(MailboxRow).c.held_until)).scalar_one()
    return until


@pytest.mark.rule("M-08")
def test_a_lease_is_written_again_when_a_third_of_it_is_over(mail_desk: MailDesk) -> None:
    with hold_lease(mail_desk.store, "in:support", since=at(0), now=at(0)) as lease:
        assert lease is not None
        first = held_until(mail_desk)
        assert lease.renew(at(0) + timedelta(seconds=30))
        assert held_until(mail_desk) == first
        assert lease.renew(at(2))
        assert held_until(mail_desk) == first + timedelta(minutes=2)


@pytest.mark.rule("M-08")
def test_a_lease_that_ran_out_belongs_to_whoever_took_it(mail_desk: MailDesk) -> None:
    with hold_lease(mail_desk.store, "in:support", since=at(0), now=at(0)) as late:
        assert late is not None
        with hold_lease(mail_desk.store, "in:support", since=at(0), now=at(4)) as other:
            assert other is not None
            assert not late.renew(at(5))
            assert other.renew(at(6))


@pytest.mark.rule("M-13")
def test_what_only_says_when_admins_heard_of_it_is_no_server(mail_desk: MailDesk) -> None:
    note_told(mail_desk.store, "quarantine", at(0))
    note_told(mail_desk.store, "in:support", at(0))
    with open_reader(mail_desk.store.url) as reader:
        assert [state.name for state in load_mailbox_states(reader)] == ["in:support"]
