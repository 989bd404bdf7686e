"""`deskterm mail send` and `mail check --send-to`: letters that leave once, for as long as it is watched, and on trial
(M-64)."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_call import Call, program_as
from mail.support.smtp_server import SmtpServer

_MAIL_FILE = """
[account.main]
smtp = {{ host = "127.0.0.1", port = {port}, tls = "none" }}
[identity.default]
from = "Support <support@desk.example>"
account = "main"
"""


@pytest.fixture
def office(desk: Call, tmp_path: Path) -> Iterator[SmtpServer]:
    """A server that takes the letters of a desk."""
    server = SmtpServer()
    server.start()
    (tmp_path / "mail.toml").write_text(_MAIL_FILE.format(port=server.port))
    yield server
    server.stop()


@pytest.mark.rule("M-64")
def test_sending_goes_on_until_it_is_stopped(desk: Call, office: SmtpServer) -> None:
    words = ("--type", "fault", "--requester", "Kim", "--email", "kim@larch.example", "--channel", "email")
    assert desk("ticket", "new", "Printer", *words).code == 0
    assert desk("ticket", "reply", 1001, "Use water.").code == 0
    assert "sent" in desk("mail", "send", "--once").out
    assert desk("mail", "send", "--once").out == ""
    assert desk("ticket", "reply", 1001, "And sand.").code == 0
    with subprocess.Popen(program_as("ann", "mail", "send", "--watch"), stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        assert "sent" in watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        assert watch.wait(timeout=60) == 0
    assert len(office.office.letters) == 2
    for word in (("--once",), ("--limit", "3"), ("--json",)):
        assert desk("mail", "send", "--watch", *word).code == 2


@pytest.mark.rule("M-54", "M-64")
def test_a_letter_on_trial_leaves_only_where_it_is_asked_for(desk: Call, office: SmtpServer) -> None:
    assert (desk("mail", "check").code, office.office.letters) == (0, [])
    answer = desk("mail", "check", "--send-to", "ann@desk.example")
    assert (answer.code, "✓ identity default" in answer.out) == (0, True)
    ((sender, recipients, _),) = office.office.letters
    assert (sender, recipients) == ("support@desk.example", ["ann@desk.example"])
    assert office.office.mails[0]["Subject"] == "A test of deskterm"
    office.office.refused["nobody@desk.example"] = "550 5.1.1 no such user"
    refused = desk("mail", "check", "--send-to", "nobody@desk.example", "--json")
    assert (refused.code, refused.json[1]["is_right"]) == (1, False)
    assert "no such user" in refused.json[1]["words"]
    abroad = desk("mail", "check", "--send-to", "kä@bücher.example")
    assert "no addresses with other letters" in abroad.out or office.office.letters[-1][1] == [
        "kä@xn--bcher-kva.example"
    ]
    office.office.drops = 1
    dropped = desk("mail", "check", "--send-to", "ann@desk.example")
    assert (dropped.code, "nobody knows whether the letter was taken" in dropped.out) == (1, True)


@pytest.mark.rule("M-54", "M-64")
@pytest.mark.parametrize("address", ["", "nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example"])
def test_what_is_no_address_gets_no_letter(desk: Call, office: SmtpServer, address: str) -> None:
    answer = desk("mail", "check", "--send-to", address)
    assert (answer.code, "is no address" in answer.err) == (2, True)
    assert office.office.letters == []
