"""First responders: the agent who answers first gets the ticket."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from shipped_desk import as_agent
from small_desk import at
from ticket_reads import notices_to, numbered_notices, open_ticket, read_ticket


@pytest.mark.requirement("S5-02")
def test_a_department_is_notified_and_the_first_to_answer_gets_the_ticket(agency: DeskSession) -> None:
    seed_agents(agency, [{"login": "sam", "team": "support"}, {"login": "kim", "team": "support"},
                         {"login": "lea", "team": "billing"}], now=at(0))  # fmt: skip
    number = open_ticket(agency, type="question", organisation="larch")
    assert numbered_notices(agency, "sam") == numbered_notices(agency, "kim") == [(number, "a new ticket")]
    assert notices_to(agency, "lea") == []
    assert read_ticket(agency, number).row.assignee is None
    messages.reply(as_agent(agency, "kim"), number, "It is under Pages.", now=at(10))
    assert read_ticket(agency, number).row.assignee == "kim"
    messages.reply(as_agent(agency, "sam"), number, "And see the guide.", now=at(11))
    assert read_ticket(agency, number).row.assignee == "kim"
    messages.record_customer_message(agency, number, "I cannot find it.", now=at(12))
    assert numbered_notices(agency, "sam")[0] == (number, "the requester wrote")
    assert numbered_notices(agency, "kim")[0] == (number, "the requester wrote")
