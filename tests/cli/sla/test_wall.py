"""The figures of the wall in a pipe (C-14)."""

from __future__ import annotations

import pytest

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00Z")


@pytest.mark.law("C-14")
def test_the_wall_prints_its_figures_where_there_is_no_screen(deskterm: Call) -> None:
    created = deskterm("init", "--procedure", "software-vendor", "--simulated", *NINE)
    assert created.code == 0, created.err
    for number in range(1001, 1008):
        deskterm(
            "ticket",
            "new",
            "It stands still",
            "--email",
            "ada@larch.example",
            "--incomplete",
            "--severity",
            "p1",
            *NINE,
        )
        if number < 1007:
            deskterm("ticket", "reply", number, "We look", "--now", f"2026-11-23T09:{10 if number < 1005 else 40}Z")
    deskterm("ticket", "escalate", 1001, "they wait", "--now", "2026-11-23T09:45Z")
    later = ("--now", "2026-11-23T09:50Z")
    found = deskterm("wall", "--json", *later).json
    assert (found["open"], found["late"], found["escalated"], found["arrived_today"]) == (7, 1, 1, 7)
    (response,) = [level for level in found["levels"] if level["metric"] == "response"]
    assert (response["met"], response["late"]) == (4, 3)
    assert response["budgets"] == [{"objective": "responses-in-time", "judged": 7, "allowed": 0, "left": -3}]
    assert [one["number"] for one in found["escalations"]] == [1001]
    text = deskterm("wall", *later).out
    assert text.startswith("7 open · 1 late · ")
    assert "budget used up, 3 over" in text
    assert "nobody" in text
