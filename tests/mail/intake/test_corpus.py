"""Letters of strangers through the whole pipeline: each becomes what it is, nothing raises, and nothing comes twice."""

from __future__ import annotations

import pytest

from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mails import load_mails
from mail.support.mail_cases import read_cases
from mail.support.mail_desk import MailDesk

DESK_FILE = """
[mailbox.support]
maildir = "{folder}"
addresses = ["support@desk.example", "billing@desk.example"]
"""
STATES = {"register": {"done"}, "quarantine": {"quarantined"}, "loop": {"ignored"}}


@pytest.mark.rule("M-09", "M-10", "M-14")
def test_letters_that_were_written_to_do_harm_end_where_they_belong(mail_desk: MailDesk) -> None:
    mail_desk.use(DESK_FILE)
    wrong = [
        (case["id"], outcome.summary)
        for case, data in read_cases("hostile")
        if (outcome := mail_desk.take(data, place=case["id"])).state
        not in STATES.get(str(case.get("outcome")), {outcome.state})
    ]
    assert wrong == []
    again = [mail_desk.take(data).state for _, data in read_cases("hostile")]
    assert set(again) <= {"copy", "quarantined", "ignored"}
    with open_reader(mail_desk.store.url) as reader:
        shown = [text for line in load_mails(reader, limit=1000) for text in (line.sender, line.subject, line.reason)]
    assert not any(character < " " for text in shown for character in text)


@pytest.mark.long
@pytest.mark.rule("M-06", "M-09", "M-14")
@pytest.mark.parametrize("which", ["fixtures", "bounces", "spamassassin"])
def test_every_letter_of_strangers_goes_through_and_none_comes_twice(
    mail_desk: MailDesk, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    monkeypatch.setattr("deskterm.mail.intake.limits.MOST_OF_SENDER", 10_000)
    monkeypatch.setattr("deskterm.mail.intake.limits.MOST_OF_DOMAIN", 10_000)
    mail_desk.use(DESK_FILE)
    failed = []
    for case, data in read_cases(which):
        outcome = mail_desk.take(data, place=case["id"])
        if "could not be worked on" in outcome.summary:
            failed.append((case["id"], outcome.summary))
    assert failed == []
    with open_reader(mail_desk.store.url) as reader:
        (messages,) = reader.rows("SELECT count(*) FROM message")[0]
    for _, data in read_cases(which):
        assert mail_desk.take(data).state in ("copy", "quarantined", "ignored")
    with open_reader(mail_desk.store.url) as reader:
        assert reader.rows("SELECT count(*) FROM message")[0] == (messages,)
