"""A reply that is sent later, on the command line: listed, changed, sent, called off (C-20)."""

from __future__ import annotations

import pytest

from cli_call import Call

pytestmark = pytest.mark.law("C-20")

NOW, LATER = ("--now", "2026-11-23T11:00Z"), ("--now", "2026-11-24T09:30Z")


def test_a_reply_is_scheduled_listed_changed_sent_and_called_off(managed_services: Call) -> None:
    call = managed_services
    answer = call("ticket", "reply", "1001", "It is back.", "--at", "2026-11-24T09:00Z", *NOW)
    assert (answer.err, answer.out) == ("", "1001: the reply is sent Tue 24 Nov 2026 20:00 AEDT\n")
    assert (
        "It is back."
        not in call("ticket", "show", "1001", *NOW).out.partition("Conversation")[2].partition("History")[0]
    )
    (waiting,) = call("outbox", "--scheduled", "--json", *NOW).json
    assert (waiting["number"], waiting["due_at"], waiting["body"]) == (1001, "2026-11-24T09:00:00Z", "It is back.")
    assert "Tue 24 Nov 2026 20:00" in call("outbox", "--scheduled", *NOW).out
    assert "1 of these should have been sent" in call("outbox", "--scheduled", *LATER).err
    assert call("ticket", "scheduled", "1001", "--at", "next opening after tomorrow 20:00", *NOW).code == 0
    assert call("ticket", "scheduled", "1001", "It is back, really.", *NOW).code == 0
    assert "It is back, really." in call("ticket", "scheduled", "1001", *NOW).out
    refused = call("ticket", "scheduled", "1001", "--send", "--call-off", *NOW)
    assert (refused.code, refused.err) == (2, "deskterm: One thing at a time: change it, --send it, or --call-off.\n")
    assert call("ticket", "scheduled", "1001", "--call-off", *NOW).out.endswith("called off\n    It is back, really.\n")
    assert call("ticket", "scheduled", "1001", *NOW).code == 1
    call("ticket", "reply", "1001", "Once more.", "--at", "1h", *NOW)
    assert call("ticket", "scheduled", "1001", "--send", *NOW).out == "1001 answered\n"
    call("ticket", "reply", "1001", "And again.", "--at", "1h", *NOW)
    (sent,) = [one for one in call("run", "--once", "--json", *LATER).json if one["what"] == "reply"]
    assert (sent["number"], sent["sentence"]) == (1001, "1001 answered")


def test_what_is_no_letter_is_not_sent_later(managed_services: Call) -> None:
    refused = managed_services("ticket", "reply", "1001", "Hm.", "--at", "1h", "--channel", "phone", *NOW)
    assert (refused.code, "what is sent later is a letter" in refused.err) == (2, True)
    refused = managed_services("ticket", "reply", "1001", "Hm.", "--at", "friday", *NOW)
    assert (refused.code, "does not say in which week" in refused.err) == (2, True)
