"""The send guard of the command line: refused with a sentence, sent with `--anyway` (C-23)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call

pytestmark = pytest.mark.law("C-23")

AT = ("--now", "2026-11-23T09:30Z")


def test_a_reply_that_something_speaks_against_is_refused_and_sent_anyway(
    managed_services: Call, tmp_path: Path
) -> None:
    refused = managed_services("ticket", "reply", "1001", "Please find attached the plan.", *AT)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        "deskterm: Not sent. It says “find attached”, and no file goes with it. Change it, or send it all the same"
        " (--anyway).\n"
    )
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    words = ("Please find attached the plan.", "--attach", str(tmp_path / "plan.pdf"))
    assert managed_services("ticket", "reply", "1001", *words, *AT).code == 0
    assert managed_services("ticket", "reply", "1001", "See the attachment.", "--anyway", *AT).code == 0
    assert managed_services("ticket", "resolve", "1001", "See the attachment.", *AT).code == 1


def test_macros_incidents_and_scheduled_words_are_looked_at_too(managed_services: Call, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[[macros]]\nkey = "ask"\nlabel = "Ask"\nreply = "See the attached plan."\n')
    assert managed_services("template", "apply", tmp_path, *AT).code == 0
    sentence = "deskterm: Not sent. It says “see the attached”, and no file goes with it. Change it, or"
    later = ("ticket", "reply", "1001", "It is back.", "--at", "2026-11-24T09:00Z")
    assert managed_services(*later, *AT).code == 0
    for words in (
        ("ticket", "macro", "1001", "ask"),
        ("ticket", "announce", "1001", "See the attached plan."),
        ("ticket", "scheduled", "1001", "See the attached plan."),
        ("ticket", "resolve", "1001", "See the attached plan.", "--attached"),
    ):
        refused = managed_services(*words, *AT)
        assert (refused.code, refused.out, refused.err[: len(sentence)]) == (1, "", sentence), words
        assert "Not sent" not in managed_services(*words, "--anyway", *AT).err, words


def test_a_letter_to_somebody_without_an_address_is_no_answer_and_says_so(managed_services: Call) -> None:
    """D-13: the clock goes on until they are told."""
    new = ("ticket", "new", "A sensor is hot", "--requester", "Bo Hill", "--priority", "high", "--incomplete", "--json")
    number = str(managed_services(*new, *AT).json["number"])
    sent = managed_services("ticket", "reply", number, "It is cooled.", *AT)
    assert sent.code == 0
    assert sent.err == (
        "deskterm: Bo Hill has no e-mail address: the letter reaches nobody until there is one, and stops no clock. Say"
        " by which other channel they are told: --channel says how.\n"
    )

    def response() -> str:
        clocks = managed_services("ticket", "show", number, "--json", *AT).json["clocks"]
        return next(str(clock["state"]) for clock in clocks if clock["metric"] == "response")

    assert response() == "running"
    assert managed_services("ticket", "reply", number, "It is cooled.", "--channel", "phone", *AT).code == 0
    assert response() == "met"
