"""Notices are pushed to agents and teams: each once, within limits, and without a customer's words."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.notify.recipients import notify_staff
from deskterm.desk.tickets import assignment
from deskterm.desk.workflow.transfer import transfer
from deskterm.mail.letters.internal_mails import InternalMailReport
from deskterm.mail.push import push_notices
from deskterm.mail.push.progress import Progress, format_progress, parse_progress
from deskterm.mail.push.push_notices import PushSender
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mailboxes import MailboxState, load_mailbox_states
from deskterm.store.queries.mail.notices import NoticesDone
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.push_server import SECRET, PushServer
from small_desk import SMALL_PROCEDURE, small_procedure

WARNED = "1001: a target is near, High, due Mon 23 Nov 2026 09:31 GMT"


@pytest.fixture
def desk(mail_desk: MailDesk, hook: PushServer) -> MailDesk:
    """A desk with an urgent ticket of Sam's, to whom notices are pushed from now on."""
    choose(mail_desk)
    mail_desk.take(write_mail("It burns.", to="support+urgent@desk.example", message_id="one@larch.example"))
    assignment.assign(mail_desk.sam, 1001, "sam", now=mail_desk.clock())
    mail_desk.clock.advance(seconds=1)
    assert push(mail_desk) == []
    return mail_desk


def choose(desk: MailDesk, more: str = "", *, name: str = "sam") -> None:
    """Let notices be pushed to somebody in another way."""
    desk.use(f'{MAIL_FILE}\n[push.{name}]\nurl = "env:DESKTERM_TEST_HOOK"\n{more}\n', port=9)


def make_sender(desk: MailDesk) -> PushSender:
    """Return a sender of its own, as another process has."""
    return PushSender(desk.system, desk.file, lambda: open_reader(desk.store.url), desk.clock)


def push(desk: MailDesk) -> list[InternalMailReport]:
    """Push what is due, in a process of its own."""
    return list(make_sender(desk).send_due())


def notify(desk: MailDesk, on: str = "warned", *logins: str, number: int = 1001, **data: Any) -> None:
    """Let agents be notified, Sam where none is named."""
    with desk.system.ticket(number, "notice", desk.clock()) as work:
        notify_staff(work, logins or ("sam",), on, "Response is near its limit (75%)", **data)


def load_state(desk: MailDesk, name: str = "sam") -> MailboxState:
    """Return how the pushes to somebody go."""
    with open_reader(desk.store.url) as reader:
        return next(state for state in load_mailbox_states(reader) if state.name == f"push:{name}")


@pytest.mark.rule("M-58")
def test_a_notice_is_pushed_once_without_a_customers_words(desk: MailDesk, hook: PushServer) -> None:
    notify(desk)
    notify(desk, "assigned")  # nobody asked for those
    assert [report.summary for report in push(desk)] == ["push to sam: 1 notice"]
    assert hook.texts == [WARNED]
    assert push(desk) == []
    desk.clock.advance(hours=2)
    assert push(desk) == []
    assert load_state(desk).failures == 0
    choose(desk, "text = true")
    notify(desk)
    push(desk)
    assert hook.texts[1:] == [WARNED.replace(": a target is near", " Printer: Response is near its limit (75%)")]


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_was_pushed_before_a_failure_is_pushed_by_no_other_process(desk: MailDesk, hook: PushServer) -> None:
    for _ in range(3):
        notify(desk)
    hook.first = [200, 200, 503]
    assert [report.state for report in push(desk)] == ["sent", "queued"]
    assert (len(hook.texts), hook.asked) == (2, 3)
    assert [report.state for report in push(desk)] == ["sent"]
    assert (len(hook.texts), hook.asked) == (3, 4)
    assert push(desk) == []


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_process_that_dies_between_two_pushes_repeats_none(desk: MailDesk, hook: PushServer) -> None:
    notify(desk)
    notify(desk)
    instants = iter([desk.clock()])  # it ends where it asks for the time again, which is behind its first push
    with pytest.raises(RuntimeError):
        list(PushSender(desk.system, desk.file, lambda: open_reader(desk.store.url), lambda: next(instants)).send_due())
    assert len(hook.texts) == 1
    push(desk)
    assert len(hook.texts) == 2


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_is_over_the_limit_of_an_hour_is_summed_up(desk: MailDesk, hook: PushServer) -> None:
    choose(desk, "per_hour = 2")
    for _ in range(4):
        notify(desk)
    push(desk)
    assert hook.texts == [WARNED, f"{WARNED}\nand 2 more: `deskterm notices` lists them"]
    notify(desk)
    desk.clock.advance(minutes=30)
    push(desk)
    assert len(hook.texts) == 2
    desk.clock.advance(minutes=30)
    push(desk)
    assert hook.texts[2:] == ["1 notice more: `deskterm notices` lists it"]
    notify(desk)
    notify(desk)
    push(desk)
    assert hook.texts[3:] == [f"{WARNED}\nand 1 more: `deskterm notices` lists it"]


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_no_hour_has_more_pushes_than_the_limit(desk: MailDesk, hook: PushServer) -> None:
    choose(desk, "per_hour = 3")
    notify(desk)
    push(desk)
    desk.clock.advance(minutes=58)
    notify(desk)
    notify(desk)
    push(desk)
    assert len(hook.texts) == 3
    desk.clock.advance(minutes=2)  # the first of them is an hour old, and the others are not
    for _ in range(3):
        notify(desk)
    push(desk)
    assert hook.texts[3:] == [f"{WARNED}\nand 2 more: `deskterm notices` lists them"]
    desk.clock.advance(minutes=58)
    notify(desk)
    push(desk)
    assert len(hook.texts) == 5


def test_a_progress_that_an_earlier_version_kept_is_read() -> None:
    old = parse_progress("7 5 1000 2 3")
    assert old == Progress(NoticesDone(7, 5), 3, ((1000, 2),))
    assert parse_progress(format_progress(old)) == old
    assert parse_progress("7 5 0 0 3") == parse_progress("7 5 3") == Progress(NoticesDone(7, 5), 3)


@pytest.mark.rule("M-58")
def test_what_waits_for_an_opening_keeps_no_call_waiting(desk: MailDesk, hook: PushServer) -> None:
    opens = int((desk.clock() + timedelta(hours=10)).timestamp())
    notify(desk, due=opens)
    notify(desk, "response-near", at_once=True)  # the key of a rule
    push(desk)
    assert hook.texts == [WARNED.replace("a target is near", "a rule")]
    desk.clock.advance(hours=10)
    push(desk)
    assert hook.texts[1:] == [WARNED]
    notify(desk, due=opens + 36_000)
    push(desk)
    assert len(hook.texts) == 2
    choose(desk, 'hours = "any"')
    push(desk)
    assert hook.texts[2:] == [WARNED]
    desk.clock.advance(hours=10)
    assert push(desk) == []


@pytest.mark.rule("M-13", "M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_service_that_fails_for_now_is_tried_again(desk: MailDesk, hook: PushServer) -> None:
    hook.status = 503
    notify(desk)
    sender = make_sender(desk)
    (report,) = sender.send_due()
    assert report == ("queued", "push to sam is tried again in a minute: JSON answered 503")
    assert list(sender.send_due()) == []
    assert hook.asked == 1  # not every two seconds
    desk.clock.advance(minutes=1)
    assert list(sender.send_due()) == []  # told before
    assert (hook.asked, load_state(desk).failures) == (2, 2)
    hook.status = 200
    desk.clock.advance(minutes=1)
    assert [report.state for report in sender.send_due()] == ["sent"]
    assert (hook.texts, load_state(desk).failures) == ([WARNED], 0)
    hook.status = 503
    notify(desk)
    list(sender.send_due())
    hook.status = 200
    desk.clock.advance(hours=7)  # what is so old is no news
    list(sender.send_due())
    assert hook.texts[1:] == ["1 notice more: `deskterm notices` lists it"]


@pytest.mark.rule("M-13", "M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_service_that_refuses_is_down_with_one_line_and_heals(desk: MailDesk, hook: PushServer) -> None:
    hook.status = 404
    notify(desk)
    sender = make_sender(desk)
    (report,) = sender.send_due()
    assert (report.state, "JSON answered 404; check its url" in report.summary) == ("failed", True)
    assert load_state(desk).is_down(int(desk.clock().timestamp()))
    notify(desk)
    assert list(sender.send_due()) == []
    desk.clock.advance(minutes=10)
    assert list(sender.send_due()) == []
    assert hook.asked == 2
    hook.status = 200
    desk.clock.advance(minutes=10)
    list(sender.send_due())
    assert hook.texts == ["2 notices more: `deskterm notices` lists them"]
    assert load_state(desk).failures == 0


@pytest.mark.rule("M-62")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_cannot_be_opened_is_told_once_and_keeps_its_secret(
    desk: MailDesk, hook: PushServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    url = hook.url
    notify(desk)
    monkeypatch.setenv("DESKTERM_TEST_HOOK", f"{url}, {url}")
    sender = make_sender(desk)
    (report,) = sender.send_due()
    assert "env:DESKTERM_TEST_HOOK is not the one address of a service" in report.summary
    assert SECRET not in report.summary + load_state(desk).reason + "".join(capfd.readouterr())
    desk.clock.advance(minutes=1)
    assert list(sender.send_due()) == []
    monkeypatch.setenv("DESKTERM_TEST_HOOK", url)
    monkeypatch.setitem(sys.modules, "apprise", None)
    desk.clock.advance(minutes=1)
    (report,) = sender.send_due()
    assert report.summary.endswith("A push needs apprise: install `deskterm[push]`.")
    monkeypatch.undo()
    monkeypatch.setenv("DESKTERM_TEST_HOOK", url)
    assert [report.state for report in push(desk)] == ["sent"]
    assert hook.texts == [WARNED]


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_trouble_of_the_settings_is_over_without_a_push(desk: MailDesk, hook: PushServer) -> None:
    choose(desk, name="nobody")
    (report,) = push(desk)
    assert "no active agent with the login 'nobody', and no team with this key" in report.summary
    assert load_state(desk, "nobody").failures
    seed_agents(open_desk(desk.store, "ann"), [{"login": "nobody", "name": "Nobody"}], now=desk.clock())
    assert push(desk) == []
    assert load_state(desk, "nobody").failures == 0


CLOSED = """
[[departments]]
key = "it"
label = "IT"
[[departments]]
key = "people"
label = "People"
members_only = true
[[teams]]
key = "hr"
label = "HR"
department = "people"
"""


@pytest.mark.rule("M-58")
def test_a_team_gets_each_notice_once_and_none_that_a_member_may_not_see(desk: MailDesk, hook: PushServer) -> None:
    choose(desk, name="first-line")
    assert push(desk) == []
    notify(desk, "warned", "sam", "kim")
    notify(desk, "warned", "nobody-of-the-team")
    push(desk)
    assert hook.texts == [WARNED]
    ann = open_desk(desk.store, "ann")
    apply_procedure(ann, small_procedure(SMALL_PROCEDURE + CLOSED), now=desk.clock())
    seed_agents(ann, [{"login": "pat", "name": "Pat", "team": "hr"}], now=desk.clock())
    desk.system.refresh()
    transfer(ann, 1001, department="people", now=desk.clock())
    assignment.assign(ann, 1001, "sam", now=desk.clock())
    notify(desk, "warned", "sam", "kim")
    push(desk)
    assert len(hook.texts) == 1
    choose(desk, name="kim")
    desk.clock.advance(seconds=1)
    assert push(desk) == []
    notify(desk, "warned", "sam", "kim")
    assert push(desk) == []
    choose(desk)  # whom it is assigned to
    push(desk)
    assert len(hook.texts) > 1


@pytest.mark.rule("M-58")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_many_notices_that_nobody_asked_for_keep_no_other_from_its_turn(
    desk: MailDesk, hook: PushServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_notices, "_MOST_AT_ONCE", 2)
    for _ in range(4):
        notify(desk, "assigned")
    notify(desk)
    assert [len(push(desk)) for _ in range(3)] == [0, 0, 1]
    assert hook.texts == [WARNED]
