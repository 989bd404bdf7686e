"""`deskterm mail release|retry`: who may put a mail where, and that the desk's own history names them (M-09, D-21)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call
from small_desk import SMALL_PROCEDURE

_MAILBOX = '[mailbox.support]\nmaildir = "inbox"\naddresses = ["support@desk.example"]\n'
_DEPARTMENT = (
    '[[teams]]\nkey = "dp"\nlabel = "Data protection"\n'
    '[[departments]]\nkey = "dp"\nlabel = "Data protection"\nmembers_only = true\n'
)
_SPAM = "X-Spam-Flag: YES\nFrom: Kim <kim@larch.example>\nTo: support@desk.example\nSubject: x\n\nRansom.\n"


@pytest.fixture
def quarantine(deskterm: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call as Lea, a lead outside a department for members only; ticket 1001 is there, and mails 1 and 2 wait."""
    files = {
        "desk.toml": SMALL_PROCEDURE + _DEPARTMENT,
        "mail.toml": _MAILBOX,
        "people.csv": "login,name,role,team\nlea,Lea,lead,first-line\ndot,Dot,agent,dp\n",
        "one.eml": _SPAM,
        "two.eml": _SPAM.replace("Ransom", "Cheap"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    config = ("--mail-config", tmp_path / "mail.toml")
    for words in (
        ("init", "--procedure", tmp_path / "desk.toml", "--simulated", "--now", "2026-11-23T09:00"),
        ("seed", "agents", tmp_path / "people.csv"),
        ("ticket", "new", "Secret", "--type", "fault", "--requester", "Kim", "--email", "kim@larch.example"),
        ("ticket", "transfer", "1001", "--department", "dp"),
        ("ticket", "new", "Open", "--type", "fault", "--requester", "Kim", "--email", "kim@larch.example"),
        *(("mail", "take", tmp_path / name, "--mailbox", "support", *config) for name in ("one.eml", "two.eml")),
    ):
        answer = deskterm(*words)
        assert answer.code == 0, answer.err
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "lea")
    return lambda *words: deskterm("mail", *words, *config)


def _desk_log(deskterm: Call) -> str:
    return deskterm("audit", "log", "--by", "lea").out


def test_a_mail_goes_onto_no_ticket_that_its_releaser_may_not_see_and_the_history_names_them(
    quarantine: Call, deskterm: Call
) -> None:
    refused = quarantine("release", 1, "--ticket", 1001)
    assert (refused.code, "for the members of its department only" in refused.err) == (1, True)
    assert quarantine("release", 1, "--ticket", 1002).code == 0
    assert quarantine("release", 2).code == 0
    log = _desk_log(deskterm)
    assert "mail 1 released onto 1002" in log
    assert "mail 2 released as 1003" in log


def test_whoever_lets_a_mail_be_worked_on_again_is_named_where_it_leaves_quarantine(
    quarantine: Call, deskterm: Call, tmp_path: Path
) -> None:
    (tmp_path / "mail.toml").write_text(f'{_MAILBOX}[mail]\nblocked = ["shop.example"]\n', encoding="utf-8")
    (tmp_path / "one.eml").write_text("From: Lee <lee@shop.example>\nSubject: x\n\nHello.\n", encoding="utf-8")
    assert quarantine("take", tmp_path / "one.eml", "--mailbox", "support").code == 0
    (tmp_path / "mail.toml").write_text(_MAILBOX, encoding="utf-8")
    assert [quarantine("retry", key).code for key in (1, 3)] == [0, 0]
    log = _desk_log(deskterm)
    assert "mail 3 worked on again, now on 1003" in log
    assert "mail 1" not in log  # it stays in quarantine


@pytest.mark.rule("M-09", "M-68")
@pytest.mark.usefixtures("quarantine")
def test_the_history_says_who_dropped_a_mail_and_nothing_that_could_not_be_erased(deskterm: Call) -> None:
    assert deskterm("mail", "drop", 1, "--reason", "Kim is a nuisance", "--yes").code == 0
    log = _desk_log(deskterm)
    assert "mail 1 dropped" in log
    assert "larch.example" not in log
    assert "nuisance" not in log


@pytest.mark.rule("M-68")
@pytest.mark.usefixtures("quarantine")
def test_erasing_a_person_counts_their_mails(deskterm: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "ann")
    preview = deskterm("erase", "kim@larch.example", "--dry-run")
    assert preview.out == "2 tickets: 2 texts would be emptied, 0 redacted, 2 mails erased.\n"
    erased = deskterm("erase", "kim@larch.example", "--yes", "--json")
    assert (erased.code, erased.json["mails"]) == (0, 2)


@pytest.mark.rule("M-64")
def test_the_quarantine_has_its_words_in_one_place(quarantine: Call, deskterm: Call) -> None:
    listed = deskterm("mail", "quarantine")
    assert (listed.code, listed.out.count("spam"), listed.out) == (0, 2, deskterm("mail", "quarantine", "list").out)
    assert [one["key"] for one in deskterm("mail", "quarantine", "--limit", 1, "--json").json] == [2]
    assert "Ransom." in deskterm("mail", "quarantine", "show", 1).out
    assert quarantine("quarantine", "release", 1, "--ticket", 1002).code == 0
    assert deskterm("mail", "quarantine", "drop", 2, "--reason", "Spam", "--yes").code == 0
    assert deskterm("mail", "quarantine", "--json").json == []
    assert "mail 1 released onto 1002" in _desk_log(deskterm)
