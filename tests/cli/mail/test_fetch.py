"""`deskterm mail fetch`: once, tried out, and for as long as it is watched (M-64)."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from cli_call import Call, program_as
from mail.support.mail_desk import write_mail
from small_desk import SMALL_PROCEDURE

_MAIL_FILE = """
[mailbox.support]
maildir = "{folder}"
addresses = ["support@desk.example"]
since = 2020-01-01
[mailbox.pipe]
addresses = ["pipe@desk.example"]
"""


@pytest.fixture
def inbox(deskterm: Call, tmp_path: Path) -> Path:
    """A Maildir of a desk; mails that come go into this folder."""
    new = tmp_path / "maildir" / "new"
    new.mkdir(parents=True)
    (tmp_path / "desk.toml").write_text(SMALL_PROCEDURE, encoding="utf-8")
    (tmp_path / "mail.toml").write_text(_MAIL_FILE.format(folder=new.parent), encoding="utf-8")
    assert deskterm("init", "--procedure", tmp_path / "desk.toml").code == 0
    return new


def deliver(inbox: Path, name: str, mail: str) -> None:
    """Put a mail into a Maildir, all of it at once."""
    part = inbox.parent / name
    part.write_text(mail, encoding="utf-8")
    part.rename(inbox / name)


@pytest.mark.rule("M-64")
def test_a_dry_run_says_what_each_mail_would_do(deskterm: Call, inbox: Path, tmp_path: Path) -> None:
    words = ("mail", "fetch", "--mailbox", "support", "--mail-config", tmp_path / "mail.toml")
    deliver(inbox, "1.host", write_mail("It burns.", message_id="one@larch.example"))
    answer = deskterm(*words, "--dry-run")
    assert (answer.code, answer.out) == (0, "support: kim@larch.example, Printer: opens a new ticket\n")
    assert json.loads(deskterm(*words, "--dry-run", "--json").out)[0]["is_new"] is True
    assert deskterm("mail", "list", "--json").out.strip() == "[]"
    assert "registered: Printer" in deskterm(*words).out
    assert deskterm(*words, "--dry-run").out == ""


@pytest.mark.rule("M-64")
def test_a_watch_takes_what_comes_until_it_is_stopped(deskterm: Call, inbox: Path, tmp_path: Path) -> None:
    config = ("--mail-config", str(tmp_path / "mail.toml"))
    deliver(inbox, "1.host", write_mail("It burns.", message_id="one@larch.example"))
    program = program_as("ann", "mail", "fetch", "--watch", "--mailbox", "support", *config)
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        assert "registered: Printer" in watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        assert watch.wait(timeout=60) == 0
    assert "Printer" in deskterm("ticket", "list").out
    for words in (("--limit", "3"), ("--all",), ("--json",), ("--dry-run",)):
        assert deskterm("mail", "fetch", "--watch", *words, *config).code == 2
    refused = deskterm("mail", "fetch", "--watch", "--mailbox", "pipe", *config)
    assert (refused.code, "nothing to watch in pipe" in refused.err) == (1, True)
