"""`deskterm mail check`, `test-push`, `send` and `status` about pushes; no command shows a secret."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_call import Call
from mail.support.push_server import SECRET, PushServer, run_push_server


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PushServer]:
    """A server that pushes to Ann go to."""
    with run_push_server() as server:
        monkeypatch.setenv("DESKTERM_TEST_HOOK", server.url)
        (tmp_path / "mail.toml").write_text('[push.ann]\nurl = "env:DESKTERM_TEST_HOOK"\non = ["registered"]\n')
        yield server


@pytest.mark.rule("M-63", "M-64")
def test_a_check_without_a_mail_file_names_where_it_is_to_lie(desk: Call, tmp_path: Path) -> None:
    """It said that the file says nothing yet, not where that is, and went well."""
    for _ in range(2):  # without a file, and with an empty one
        answer = desk("mail", "check")
        assert (answer.code, answer.out) == (1, "")
        assert f"in {tmp_path / 'mail.toml'} yet: docs/mail.md has an example" in answer.err
        (tmp_path / "mail.toml").touch()


@pytest.mark.rule("M-62", "M-64")
def test_an_address_is_checked_without_a_push_and_tested_with_one(
    desk: Call, hook: PushServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = desk("mail", "check")
    assert (answer.code, answer.out) == (0, "✓ push to ann: JSON; `deskterm mail test-push ann` sends a test\n")
    assert hook.asked == 0
    assert desk("mail", "test-push", "ann").out == "push to ann: a test was sent by JSON\n"
    assert [text.partition(":")[0] for text in hook.texts] == ["A test of deskterm"]
    hook.status = 404
    answer = desk("mail", "test-push", "ann")
    assert (answer.code, answer.err) == (1, "deskterm: The test to ann was not pushed: JSON answered 404.\n")
    assert "There is no push 'sam': choose from ann." in desk("mail", "test-push", "sam").err
    monkeypatch.setenv("DESKTERM_TEST_HOOK", f"nonsense://{SECRET}")
    answer = desk("mail", "check")
    assert answer.code == 1
    assert "✗ push to ann: What lies at env:DESKTERM_TEST_HOOK is not the one address" in answer.out
    assert SECRET not in answer.out + answer.err
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert "✗ push to ann: A push needs apprise: install `deskterm[push]`." in desk("mail", "check").out


@pytest.mark.rule("M-13", "M-64")
def test_pushes_leave_with_the_letters_and_a_service_that_refuses_is_down(
    desk: Call, hook: PushServer, tmp_path: Path
) -> None:
    assert desk("mail", "send").out == ""
    hook.status = 410
    (tmp_path / "mail.toml").write_text('[push.ann]\nurl = "env:DESKTERM_TEST_HOOK"\non = ["mentioned"]\n')
    desk("seed", "agents", write_agents(tmp_path))
    desk("ticket", "new", "Printer", "--type", "fault", "--requester", "Kim", "--severity", "high")
    said = desk("ticket", "note", "1001", "Look, @ann.", "--as", "sam")
    assert said.code == 0, said.err
    sent = desk("mail", "send")
    assert "push to ann: JSON answered 410; check its url" in sent.out
    status = desk("mail", "status")
    assert (status.code, "Down: push to ann." in status.err) == (1, True)
    assert SECRET not in sent.out + sent.err + status.out + status.err
    assert desk("doctor").code == 0


def write_agents(folder: Path) -> Path:
    path = folder / "agents.csv"
    path.write_text("login,name,role\nsam,Sam,agent\n")
    return path
