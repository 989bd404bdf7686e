"""`deskterm outbox|notices|escalations`, and the commands on tickets that write letters and notices."""

from __future__ import annotations

from cli_call import Call

AT = ("--now", "2026-11-23T09:30Z")


def test_the_outbox_lists_queued_letters(managed_services: Call) -> None:
    (letter,) = managed_services("outbox", "--json", *AT).json
    assert (letter["number"], letter["on"], letter["at"]) == (1001, "registered", "2026-11-23T09:00:00Z")
    assert letter["to"] == [{"contact": 1, "name": "Ida", "email": "ida@larch.example"}]
    assert "ida@larch.example" in managed_services("outbox", *AT).out
    assert managed_services("outbox", "--state", "lost").code == 2
    assert managed_services("outbox", "--state", "sent", "--json", *AT).json == []


def test_a_reply_waits_in_the_outbox_and_says_so(managed_services: Call) -> None:
    """D-11: in the outbox, and beside the message."""
    assert managed_services("ticket", "reply", "1001", "It is back.\nThe disk was full.", *AT).code == 0
    answer = managed_services("outbox", *AT)
    assert answer.out.splitlines()[-1].endswith("It is back.")
    assert "these letters wait: `deskterm run` sends them" in answer.err
    assert "(agent) email, queued" in managed_services("ticket", "show", "1001", *AT).out
    undone = managed_services("ticket", "undo", "1001", *AT).out
    sentence = "Undone: the reply on 1001 is taken back, and its letter is withdrawn; its words are among your drafts"
    assert undone == sentence + "\n"
    (withdrawn,) = managed_services("outbox", "--state", "withdrawn", "--json", *AT).json
    assert (withdrawn["body"], withdrawn["reason"]) == ("It is back.\nThe disk was full.", "taken back")
    (draft,) = managed_services("ticket", "drafts", "--json", *AT).json
    assert draft["text"] == "It is back.\nThe disk was full."
    assert "taken back" in managed_services("ticket", "show", "1001", *AT).out
    assert [letter["on"] for letter in managed_services("outbox", "--json", *AT).json] == ["registered"]


def test_a_waiting_reply_is_shown_whole(managed_services: Call) -> None:
    """D-30: its words, not the number of a message."""
    managed_services("ticket", "reply", "1001", "It is back.\n\nThe disk was full.", *AT)
    whole = managed_services("outbox", "--full", *AT)
    assert whole.out.endswith("    It is back.\n\n    The disk was full.\n\n")
    assert "to ida@larch.example" in whole.out
    assert "a copy of message" in whole.out
    reply = managed_services("outbox", "--json", *AT).json[-1]
    assert (reply["body"], reply["covers"] is not None) == ("It is back.\n\nThe disk was full.", True)


def test_mail_to_nobody_is_refused_and_a_call_is_not(managed_services: Call) -> None:
    """D-13."""
    new = ("ticket", "new", "A sensor is hot", "--incomplete", "--json", *AT)
    number = str(managed_services(*new).json["number"])
    refused = managed_services("ticket", "reply", number, "It is cooled.", *AT)
    assert (refused.code, refused.out) == (1, "")
    assert f"Ticket {number} has no requester" in refused.err
    assert refused.err.endswith("or say by which other channel they were told (--channel).\n")
    assert managed_services("ticket", "reply", number, "It is cooled.", "--channel", "phone", *AT).code == 0


def test_a_logged_call_replaces_a_letter(managed_services: Call) -> None:
    managed_services("ticket", "set", "1001", "--priority", "high", *AT)
    assert managed_services("ticket", "told", "1001", "She agrees.", *AT).code == 2
    assert managed_services("ticket", "told", "1001", "She agrees.", "--phone", *AT).out.startswith(
        "1001: told by phone"
    )
    assert [letter["on"] for letter in managed_services("outbox", "--json", *AT).json] == ["registered"]
    assert "(system) email, automatic, withdrawn" in managed_services("ticket", "show", "1001", *AT).out


def test_an_escalation_is_listed_until_it_is_reviewed(managed_services: Call) -> None:
    assert managed_services("ticket", "escalate", "1001", *AT).code == 2
    answer = managed_services("ticket", "escalate", "1001", "needs a field engineer", *AT)
    assert answer.out.startswith("1001 escalated to Level two")
    (step,) = managed_services("escalations", "--json", *AT).json
    assert (step["number"], step["label"], step["by"], step["reason"]) == (
        1001, "Level two", "ann", "needs a field engineer",
    )  # fmt: skip
    assert "Level two" in managed_services("escalations", *AT).out
    assert managed_services("escalations", "--mine", "--json", *AT).json == []
    assert [one["what"] for one in managed_services("notices", "--json", "--as", "sam", *AT).json][:1] == [
        "escalated to Level two"
    ]
    assert "escalated to Level two" in managed_services("notices", "--as", "sam", *AT).out
    assert managed_services("ticket", "review", "1001", "A field engineer goes there.", *AT).code == 0
    assert managed_services("escalations", "--json", *AT).json == []


def test_a_priority_is_disputed_and_settled(managed_services: Call) -> None:
    assert managed_services("ticket", "dispute", "1001", "Nobody can work.", "--wanted", "high", *AT).code == 0
    assert managed_services("ticket", "settle", "1001", *AT).code == 2
    tried = managed_services("ticket", "settle", "1001", "--priority", "high", "--dry-run", *AT)
    assert tried.out.endswith("A dry run: nothing was written.\n")
    settled = managed_services("ticket", "settle", "1001", "--priority", "high", *AT)
    assert (settled.code, settled.out.count(" → ") > 0) == (0, True), "each clock's old and new due time"
    assert managed_services("ticket", "show", "1001", "--json", *AT).json["priority"] == "high"


def test_a_delay_is_announced(managed_services: Call) -> None:
    assert managed_services("ticket", "delay", "1001", "The part comes tomorrow.", *AT).code == 0
    assert [letter["on"] for letter in managed_services("outbox", "--json", *AT).json] == ["registered", "delayed"]


def test_an_announcement_reaches_all_tickets_of_an_incident(managed_services: Call) -> None:
    managed_services("ticket", "new", "No mail either", "--requester", "Ola", "--incomplete", *AT)
    assert managed_services("ticket", "attach", "1002", "1001", *AT).code == 0
    answer = managed_services("ticket", "announce", "1001", "We know of it.", *AT)
    assert answer.out.startswith("1001: said on 2 tickets, 2 people written to")
    assert managed_services("ticket", "detach", "1002", *AT).code == 0
