"""Mails of other projects read as most parsers of three languages read them, and mails written to do harm."""

from __future__ import annotations

import hashlib
import time
from itertools import chain
from typing import Any

import pytest

from deskterm.mail.reading.read_mail import Mail, read_mail
from deskterm.present.sanitize import sanitize
from mail.support.mail_cases import Score, normalise, read_cases

LONGEST_SECONDS = 1.0


@pytest.mark.rule("M-14", "M-15", "M-17", "M-23", "M-35")
def test_mails_are_read_as_most_parsers_read_them() -> None:
    """People, subject, text and files, and the marks of mails that nobody wrote."""
    score = Score()
    for case, data in chain(read_cases("fixtures"), read_cases("spamassassin")):
        _compare(score, case, read_mail(data))
    score.require(subject=0.995, sender=0.995, to=0.995, cc=0.995, ids=0.995, texts=0.993, names=0.995)
    # Of 101 mails with files one is expected to have them as they were encoded (uuencode)
    score.require(digests=0.99, automatic=1, robot=1)


def _compare(score: Score, case: dict[str, Any], mail: Mail) -> None:
    key, sender = case["id"], mail.sender
    if isinstance(case.get("from"), dict):
        for part in ("address", "name"):
            if part in case["from"]:
                found = normalise(getattr(sender, part)) if sender else ""
                score.compare("sender", key, found, case["from"][part])
    marks = mail.marks
    for about, value in (
        ("subject", normalise(mail.subject)),
        ("automatic", bool(marks.by)),
        ("robot", marks.is_robot),
    ):
        if about in case:
            score.compare(about, key, value, case[about])
    for about, addresses in (("to", mail.to), ("cc", mail.cc)):
        if about in case:
            score.compare(about, key, sorted({one.address for one in addresses}), sorted(case[about]))
    if "message_id" in case:
        score.compare("ids", key, normalise(mail.message_id), case["message_id"])
    if "sha256" in case.get("text", {}):
        digest = hashlib.sha256(normalise(mail.body.plain).encode()).hexdigest()
        score.compare("texts", key, digest[:32], case["text"]["sha256"])
    if "attachment_names" in case:
        names = sorted(normalise(file.given_name) for file in mail.files if file.given_name)
        score.compare("names", key, names, sorted(case["attachment_names"]))
    if isinstance(case.get("attachments"), list):
        digests = [file.digest for file in mail.files if not file.kind.startswith(("text/", "message/"))]
        score.compare("digests", key, sorted(digests), sorted(file["sha256"] for file in case["attachments"]))


@pytest.mark.rule("M-10", "M-14", "M-15", "M-16", "M-17", "M-19", "M-21")
def test_mails_that_were_written_to_do_harm_are_read_without_any() -> None:
    """Everything about the hostile mails that reading alone decides."""
    score = Score()
    for case, data in read_cases("hostile"):
        start = time.process_time()
        mail = read_mail(data)
        score.compare("quick", case["id"], time.process_time() - start < LONGEST_SECONDS, True)
        _compare_hostile(score, case, mail)
    score.require(
        quick=1, senders=1, subjects=1, visible=1, shown=1, files=1, names=1, automatic=1, robot=1, notes=1, safe=1
    )


def _compare_hostile(score: Score, case: dict[str, Any], mail: Mail) -> None:
    key, text = case["id"], mail.body.text
    shown = f"{sanitize(mail.subject)} {sanitize(text, multiline=True)} {[sanitize(one.name) for one in mail.files]}"
    if "outcome" in case:
        score.compare("senders", key, mail.sender is not None, case["outcome"] != "quarantine")
    if "from" in case:
        score.compare("senders", key, mail.sender and mail.sender.address, case["from"])
    if "subject" in case:
        score.compare("subjects", key, mail.subject, case["subject"])
    for about, where in (("visible", text), ("shown", shown)):
        for words in case.get(f"{about}_has", []):
            score.compare(about, key, words in where, True)
        for words in case.get(f"{about}_lacks", []):
            score.compare(about, key, words in where, False)
    if "attachments" in case:
        score.compare("files", key, len(mail.files), case["attachments"])
    if "attachment_names" in case:
        score.compare("names", key, [file.name for file in mail.files], case["attachment_names"])
    if "automatic" in case:
        score.compare("automatic", key, bool(mail.marks.by), case["automatic"])
        score.compare("robot", key, mail.marks.is_robot, case["robot"])
    if "smime" in key:
        score.compare("notes", key, mail.notes, ("signed, not verified",))
    for file in mail.files:
        is_safe = (
            file.name.isprintable() and "/" not in file.name and file.name[0] not in ".-" and len(file.name) <= 120
        )
        score.compare("safe", key, is_safe, True)
