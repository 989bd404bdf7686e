"""`deskterm ticket feedback`, `deskterm feedback` and `deskterm articles`."""

from __future__ import annotations

import pytest

from cli_call import Call

NOW = ("--now", "2026-11-23T09:30")


@pytest.mark.requirement("S1-30")
def test_articles_in_replies_are_counted(vendor: Call) -> None:
    words = "See https://knowledge.example.com/courses."
    assert vendor("ticket", "reply", "1001", words, *NOW).code == 0
    (article,) = vendor("articles", "--json").json
    assert (article["address"], article["tickets"]) == ("https://knowledge.example.com/courses", 1)
    assert "https://knowledge.example.com/courses" in vendor("articles").out


@pytest.mark.requirement("S4-21")
def test_survey_answers_are_listed_until_they_are_reviewed(saas_platform: Call) -> None:
    assert saas_platform("ticket", "feedback", "1001", "--score", "9", *NOW).code == 2
    assert (
        saas_platform("ticket", "feedback", "1001", "--score", "1", "--comment", "Slow", "--complaint", *NOW).code == 0
    )
    (answer,) = saas_platform("feedback", "list", "--json").json
    assert (answer["score"], answer["complaint"], answer["comment"], answer["flag"]) == (1, True, "Slow", "complaint")
    assert "Slow" in saas_platform("feedback", "list").out
    assert saas_platform("feedback", "review", "1001", "--note", "called them", *NOW).code == 0
    assert saas_platform("feedback", "list", "--json").json == []
    (read,) = saas_platform("feedback", "list", "--all", "--json").json
    assert (read["state"], read["note"]) == ("reviewed", "called them")
