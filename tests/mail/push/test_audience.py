"""The audience of a push: an agent before a team, and of a team only what all members may see."""

from __future__ import annotations

import json

import pytest

from deskterm.errors import DeskError
from deskterm.mail.push.audience import Audience, find_audience
from deskterm.store.queries.desk_facts import AgentView

DOCUMENT = json.dumps(
    {
        "departments": [{"key": "dp", "members_only": True}, {"key": "sales", "members_only": True}],
        "teams": [{"key": "dp-team", "department": "dp"}, {"key": "empty", "department": None}],
    },
    separators=(",", ":"),
)
AGENTS = [
    AgentView("ann", "Ann", "admin", "dp-team", None, True),
    AgentView("gone", "Gone", "agent", "dp-team", None, False),
    AgentView("kim", "Kim", "agent", "dp-team", None, True),
    AgentView("dp", "Dee", "agent", None, None, True),
]


@pytest.mark.rule("M-58")
@pytest.mark.parametrize(
    ("name", "audience"),
    [
        ("kim", Audience(("kim",), ("sales",), "kim")),
        ("dp", Audience(("dp",), ("dp", "sales"), "dp")),
        ("dp-team", Audience(("ann", "kim"), ("sales",), "")),
        ("empty", Audience((), (), "")),
    ],
)
def test_an_audience_sees_what_each_of_it_sees(name: str, audience: Audience) -> None:
    assert find_audience(name, AGENTS, ["dp-team", "empty"], DOCUMENT) == audience


def test_who_is_gone_is_no_audience() -> None:
    with pytest.raises(DeskError, match="no active agent"):
        find_audience("gone", AGENTS, ["dp-team"], DOCUMENT)
