"""Mails larger than a mailbox takes, by every way that mails come: their beginning is registered, what is left out is
said, and neither memory nor time grows with them (M-11)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli_call import Call
from deskterm.desk.domain.files.new_file import format_size
from mail.support.imap.running import run_imap_server
from mail.support.imap.server import ImapServer
from mail.support.large_mails import measure_calls, write_large_mail
from small_desk import SMALL_PROCEDURE

_MAIL_FILE = """
[mailbox.files]
maildir = "{folder}/maildir"
addresses = ["support@desk.example"]
since = 2020-01-01
largest_mb = {largest}
[mailbox.server]
imap = {{ host = "127.0.0.1", port = {port}, user = "desk", tls = "none" }}
secret = "env:DESKTERM_TEST_SECRET"
since = 2020-01-01
largest_mb = {largest}
"""
_SMALL = "From: kim@larch.example\nTo: support@desk.example\nSubject: small\n\nHello.\n"
_HIDDEN_REST = {
    "mbox": "the rest was not taken",
    "pipe": "the rest was not taken",
    "maildir": "the rest lies in its Maildir",
    "imap": "the rest lies on the mail server",
}


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with run_imap_server() as running:
        yield running


@pytest.mark.rule("M-01", "M-11")
@pytest.mark.parametrize(
    ("megabytes", "largest", "most_memory"), [(30, 5, 30), pytest.param(200, 50, 150, marks=pytest.mark.long)]
)
def test_a_mail_of_any_size_costs_little_memory_and_what_is_left_out_is_said(
    deskterm: Call, server: ImapServer, tmp_path: Path, megabytes: int, largest: int, most_memory: int
) -> None:
    config, small, large, box = (tmp_path / name for name in ("mail.toml", "small.eml", "large.eml", "box"))
    new = tmp_path / "maildir" / "new"
    new.mkdir(parents=True)
    config.write_text(_MAIL_FILE.format(folder=tmp_path, port=server.port, largest=largest))
    small.write_text(_SMALL)
    (tmp_path / "desk.toml").write_text(SMALL_PROCEDURE, encoding="utf-8")
    assert deskterm("init", "--procedure", tmp_path / "desk.toml").code == 0
    write_large_mail(large, megabytes, "imap")
    server.deliver(large.read_bytes())
    write_large_mail(large, megabytes, "pipe")
    write_large_mail(box, megabytes, "mbox", first="From kim@larch.example Mon Nov 23 09:00:00 2026\r\n")
    write_large_mail(new / "1.host", megabytes, "maildir")

    options = ("--mail-config", config)
    take = ("mail", "take", *options, "--mailbox", "files")
    ordinary, *measured = measure_calls(
        [
            ("small", None, (*take, small)),
            ("mbox", None, (*take, box)),
            ("pipe", large, (*take, "-")),
            ("maildir", None, ("mail", "fetch", *options, "--mailbox", "files")),
            ("imap", None, ("mail", "fetch", *options, "--mailbox", "server")),
        ],
        {"DESKTERM_TEST_SECRET": "secret"},
    )
    costs = {name: ((peak - ordinary[3]) / 1e6, seconds) for name, _, _, peak, seconds in measured}
    for name, code, printed, _, _ in measured:
        assert (code, f"registered: {name}" in printed) == (0, True), printed
    assert max(memory for memory, _ in costs.values()) < most_memory, costs
    assert max(seconds for _, seconds in costs.values()) < 10, costs

    for line in deskterm("mail", "list", "--json").json:
        if line["subject"] != "small":
            _check_registered(deskterm, line, megabytes)


def _check_registered(deskterm: Call, line: dict[str, Any], megabytes: int) -> None:
    """Compare what was made of a large mail: nothing is left out silently."""
    rest = f"it has {format_size(line['size'])}, and {_HIDDEN_REST[line['subject']]}."
    assert megabytes * 1_000_000 <= line["size"] < megabytes * 1_050_000
    shown = deskterm("mail", "show", line["key"], "--json").json
    assert (shown["cut"], shown["text"].strip()) == (True, "The plan is attached.")
    assert rest in shown["notes"][0]
    assert [(file["name"], file["broken"]) for file in shown["files"]] == [("plan.pdf", True)]
    ticket = deskterm("ticket", "show", line["ticket"], "--json").out
    assert rest in ticket
    assert "plan.pdf is broken" in ticket
