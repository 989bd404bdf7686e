"""`deskterm report figures` and `deskterm report verify`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli_call import Call
from small_desk import SMALL_PROCEDURE

NOW = ("--now", "2026-11-27T12:00")
MONTH = ("report", "figures", "2026-11")


@pytest.fixture
def worked(desk: Call) -> Call:
    """Two low faults of Monday 09:00; 1001 was answered at 09:45 and solved at 12:00."""
    for _ in range(2):
        words = ("x", "--type", "fault", "--requester", "Ida", "--email", "ida@x.example")
        desk("ticket", "new", *words, "--now", "2026-11-23T09:00")
    desk("ticket", "reply", "1001", "We look into it.", "--now", "2026-11-23T09:45")
    desk("ticket", "set", "1001", "--status", "solved", "--anyway", "--now", "2026-11-23T12:00")
    return desk


@pytest.mark.requirement("S1-38", "S1-44")
def test_figures_are_printed_with_what_they_count(worked: Call) -> None:
    answer = worked(*MONTH, *NOW)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].endswith("2026-11, so far")
    assert "as of Fri 27 Nov 2026 12:00 GMT" in lines[1]
    assert any(line.split() == ["created", "2"] for line in lines)
    assert any(line.split() == ["kept/response", "1", "2", "50.0", "%"] for line in lines)
    assert "Resolved: Tickets whose standing resolution, the last one, falls in the period" in answer.out
    assert lines[-1].startswith("Open at the end 1 = at the beginning 0 + created 2 + reopened 0")


def test_every_figure_has_a_list_that_is_as_long_as_it_says(worked: Call) -> None:
    found = worked(*MONTH, "--by", "severity", "--json", *NOW).json
    assert found["imbalance"] == 0
    assert found["figures"]["created/severity=low"] == {"n": 2}
    for key in ("resolved", "attainment/response/late", "time-to-resolve/net", "created/severity=low"):
        rows = worked(*MONTH, "--by", "severity", "--list", key, "--json", *NOW).json
        assert (len(rows["rows"]), rows["digest"]) == (found["lists"][key]["n"], found["lists"][key]["digest"])
    listed = worked(*MONTH, "--list", "time-to-resolve/elapsed", *NOW)
    assert [line.split()[0] for line in listed.out.splitlines()] == ["time-to-resolve/elapsed:", "Ticket", "1001"]
    assert "10800" in listed.out
    for key, words in (("resolved", "1 ticket."), ("created", "2 tickets."), ("work", "0 entries.")):
        assert worked(*MONTH, "--list", key, *NOW).out.startswith(f"{key}: {words}")
    assert worked(*MONTH, "--list", "colours", *NOW).code == 2


def test_figures_are_broken_down_by_the_severity_that_a_ticket_came_with(worked: Call) -> None:
    """R-05: a corrected severity moves a ticket, and what it was taken for at first is told all the same."""
    worked("ticket", "set", "1001", "--severity", "high", "--now", "2026-11-24T09:00")
    found = worked(*MONTH, "--by", "severity-at-opening", "--by", "severity", "--json", *NOW).json
    created = {key: figure["n"] for key, figure in found["figures"].items() if key.startswith("created/severity")}
    assert created == {
        "created/severity-at-opening=low/severity=high": 1,
        "created/severity-at-opening=low/severity=low": 1,
    }
    for words in ((), ("--by", "severity-at-opening")):
        listed = worked(*MONTH, *words, "--list", "resolved/severity-at-opening=low", "--json", *NOW).json
        assert [row["number"] for row in listed["rows"]] == [1001]


def test_as_of_an_instant_nothing_later_is_known(worked: Call) -> None:
    """R-03, to the second."""
    found = worked(*MONTH, "--as-of", "2026-11-23T11:59:59", "--json", *NOW).json
    assert (found["figures"]["resolved"], found["figures"]["backlog/end"]) == ({"n": 0}, {"n": 2})
    found = worked(*MONTH, "--as-of", "2026-11-23T12:00", "--json", *NOW).json
    assert (found["figures"]["resolved"], found["figures"]["backlog/end"]) == ({"n": 1}, {"n": 1})
    assert found["as_of"] == "2026-11-23T12:00:00Z"


def test_a_filter_narrows_every_figure(worked: Call) -> None:
    found = worked(*MONTH, "--filter", "status:solved", "--json", *NOW).json
    assert (found["figures"]["created"], found["figures"]["resolved"]) == ({"n": 1}, {"n": 1})
    # it reads tickets as they were at the instant
    for instant, count in (("2026-11-23T11:59:59", 0), ("2026-11-23T12:00", 1)):
        found = worked(*MONTH, "--filter", "status:solved", "--as-of", instant, "--json", *NOW).json
        assert found["figures"]["created"] == {"n": count}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("soon",),
        ("2026-11", "--since", "2026-11-01"),
        ("--until", "2026-11-01"),
        ("2027-01",),
        ("2026-11", "--by", "colour"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_one_sentence(worked: Call, words: tuple[str, ...]) -> None:
    answer = worked("report", "figures", *words, *NOW)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("deskterm: ")


def test_a_report_is_verified_until_somebody_adds_to_its_past_or_changes_the_file(worked: Call, tmp_path: Path) -> None:
    """R-45 and R-46."""
    file = tmp_path / "report.json"
    said = worked(*MONTH, "--as-of", "2026-11-23T18:00", "--by", "severity", "--json", *NOW).out
    file.write_text(said, encoding="utf-8")
    answer = worked("report", "verify", file, "--now", "2026-12-24T09:00")
    assert (answer.code, answer.out.split(":")[0]) == (0, "equal")
    page = tmp_path / "report.html"
    page.write_text(f'<!doctype html><script type="application/json">{said}</script>', encoding="utf-8")
    assert worked("report", "verify", page, *NOW).code == 0
    worked("ticket", "set", "1002", "--status", "solved", "--anyway", "--now", "2026-11-23T17:00")
    answer = worked("report", "verify", file, *NOW)
    assert answer.code == 1
    assert '  figures/backlog/end: then {"n": 1}, now {"n": 0}' in answer.out
    assert "events up to its instant were added after it was made" in answer.out
    found = json.loads(worked("report", "verify", file, "--json", *NOW).out)
    assert (found["equal"], len(found["reasons"])) == (False, 1)
    changed = json.loads(said)
    changed["figures"]["resolved"]["n"] = 100
    file.write_text(json.dumps(changed), encoding="utf-8")
    answer = worked("report", "verify", file, *NOW)
    assert (answer.code, answer.out) == (1, "")
    assert "its own digest does not fit" in answer.err
    file.write_text("[1, 2]", encoding="utf-8")
    assert "This is no report" in worked("report", "verify", file, *NOW).err


def test_what_came_is_counted_by_the_status_that_it_has_as_of_the_instant(worked: Call) -> None:
    """R-05: no ticket is without a status."""
    for instant, counts in (("2026-11-23T11:00", {"new": 2}), ("2026-11-27T12:00", {"new": 1, "solved": 1})):
        found = worked(*MONTH, "--by", "status", "--as-of", instant, "--json", *NOW).json["figures"]
        shown = {key.removeprefix("created/status="): one["n"] for key, one in found.items() if "created/status" in key}
        assert shown == counts
    assert found["backlog/end/status=new"] == {"n": 1}


def test_a_report_of_another_desk_is_called_so(worked: Call, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    told = worked(*MONTH, "--json", *NOW).json
    file.write_text(json.dumps(told | {"desk": "Depot"}), encoding="utf-8")
    assert worked("report", "verify", file, *NOW).code == 0
    worked("ticket", "set", "1002", "--status", "solved", "--anyway", "--now", "2026-11-24T12:00")
    answer = worked("report", "verify", file, *NOW)
    assert answer.code == 1
    assert f"it is a report of the desk Depot, and this is {told['desk']}" in answer.out


@pytest.mark.parametrize("text", ["", "none", '{"report": "figures", "ti', "<html><p>It stops he"])
def test_a_file_that_was_cut_short_is_told_so_in_plain_words(worked: Call, tmp_path: Path, text: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(text, encoding="utf-8")
    refused = worked("report", "verify", file, *NOW)
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert "only the beginning of one" in refused.err
    assert "column" not in refused.err


def test_lengths_of_time_in_a_filter_are_counted_from_the_instant_of_the_report(worked: Call, tmp_path: Path) -> None:
    """R-03, R-04, R-45: whenever it is run again."""
    words = (*MONTH, "--filter", "created:>-1h", "--json")
    then = worked(*words, "--now", "2026-11-23T09:30").json
    assert then["figures"]["created"] == {"n": 2}
    later = worked(*words, "--as-of", "2026-11-23T09:30", *NOW).json
    assert later["figures"] == then["figures"]
    file = tmp_path / "report.json"
    file.write_text(json.dumps(then), encoding="utf-8")
    answer = worked("report", "verify", file, *NOW)
    assert (answer.code, answer.out.split(":")[0]) == (0, "equal")
    rows = worked("report", "tickets", "2026-11", *words[3:], "--as-of", "2026-11-23T09:30", *NOW).json
    assert rows["figures"]["tickets"]["n"] == 2


def test_a_report_on_my_tickets_is_verified_by_a_colleague(managed_services: Call, tmp_path: Path) -> None:
    """R-45, R-46."""
    taken = managed_services("ticket", "assign", "1001", "sam", "--as", "sam", "--now", "2026-11-23T12:30Z")
    assert taken.code == 0, taken.err
    for words in ("assignee:me", "is:mine,urgent -status:closed"):
        told = managed_services(*MONTH, "--filter", words, "--as", "sam", "--json", *NOW)
        assert told.json["figures"]["created"] == {"n": 1}
        assert "assignee:sam" in told.json["filter"]
        file = tmp_path / "report.json"
        file.write_text(told.out, encoding="utf-8")
        answer = managed_services("report", "verify", file, *NOW)
        assert (answer.code, answer.out.split(":")[0]) == (0, "equal")


def test_a_period_by_name_is_that_of_the_instant_of_the_report(worked: Call) -> None:
    """R-03: it prints what it printed then."""
    for words in (("run", "operations"), ("month", "month"), ("figures", "today"), ("tickets", "week")):
        then = worked("report", *words, "--now", "2026-11-23T10:00")
        later = worked("report", *words, "--as-of", "2026-11-23T10:00", "--now", "2026-12-24T10:00")
        assert (later.code, later.out) == (then.code, then.out)


def test_a_zone_that_was_changed_since_does_not_move_the_days_of_before(worked: Call, tmp_path: Path) -> None:
    """R-01, R-03."""
    other = tmp_path / "other.toml"
    other.write_text(SMALL_PROCEDURE.replace("Europe/London", "Asia/Tokyo"), encoding="utf-8")
    then = ("--as-of", "2026-11-26T12:00Z", "--json")
    calls = (("figures", "2026-11"), ("tickets", "2026-11"), ("month", "2026-11"))
    before = [worked("report", *words, *then, *NOW).json for words in calls]
    assert worked("procedure", "apply", other, *NOW).code == 0
    after = [worked("report", *words, *then, *NOW).json for words in calls]
    assert [one["period"] for one in after] == [one["period"] for one in before]
    assert [one["digest"] for one in after] == [one["digest"] for one in before]
    assert worked("report", "figures", "2026-12", "--json", "--now", "2026-12-24T09:00Z").json["period"] == {
        "name": "2026-12", "since": "2026-11-30T15:00:00Z", "until": "2026-12-31T15:00:00Z", "zone": "Asia/Tokyo",
    }  # fmt: skip
