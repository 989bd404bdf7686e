"""`deskterm sla what-if`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call

NOW = ("--now", "2026-11-23T12:00")


@pytest.fixture
def worked(desk: Call) -> Call:
    """A desk with one low fault of 09:00, answered at 09:45."""
    desk(
        "ticket",
        "new",
        "x",
        "--type",
        "fault",
        "--requester",
        "Ida",
        "--email",
        "ida@x.example",
        "--now",
        "2026-11-23T09:00",
    )
    desk("ticket", "reply", "1001", "We look into it.", "--now", "2026-11-23T09:45")
    return desk


@pytest.fixture
def tight(procedure_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "tight.toml"
    text = procedure_file.read_text().replace('response = "1h"\nresolution', 'response = "30m"\nresolution')
    path.write_text(text.replace('"Small desk"', '"Tight desk"'))
    return path


def test_attainment_stands_side_by_side_and_flips_are_named(worked: Call, tight: Path) -> None:
    answer = worked("sla", "what-if", "--procedure", tight, "--since", "2026-11-23", *NOW)
    assert (answer.code, answer.err) == (0, "")
    assert "Small desk (edition 1, in force) → Tight desk" in answer.out
    response = next(line for line in answer.out.splitlines() if line.startswith("Response"))
    assert "100.0 %" in response
    assert "-100.0" in response
    assert "Flips: 1 met → late." in answer.out
    assert "Mon 23 Nov 2026 10:00  Mon 23 Nov 2026 09:30  Mon 23 Nov 2026 09:45" in answer.out


def test_the_number_of_flips_named_can_be_chosen(worked: Call, tight: Path) -> None:
    answer = worked("sla", "what-if", "--procedure", tight, "--since", "2026-11-23", "--tickets", 0, *NOW)
    assert "Flips: 1 met → late." in answer.out
    assert "1001" not in answer.out


def test_json_is_complete(worked: Call, tight: Path) -> None:
    found = worked("sla", "what-if", "--procedure", tight, "--since", "2026-11-23", "--json", *NOW).json
    assert (found["before"], found["after"]) == ({"name": "Small desk", "version": 1}, {"name": "Tight desk"})
    assert (found["since"], found["until"][:16]) == ("2026-11-23T00:00:00Z", "2026-11-23T12:00")
    first = found["attainment"][0]
    assert (first["metric"], first["severity"], first["change_points"]) == ("response", "low", -100.0)
    assert (first["before"]["judged"], first["before"]["attainment"], first["after"]["late"]) == (1, 1.0, 1)
    assert found["flips"] == [
        {
            "ticket": 1001,
            "metric": "response",
            "cycle": 1,
            "severity": "low",
            "before": "met",
            "after": "late",
            "due_before": "2026-11-23T10:00:00Z",
            "due_after": "2026-11-23T09:30:00Z",
            "stopped_at": "2026-11-23T09:45:00Z",
        }
    ]


def test_keys_unknown_to_the_other_procedure_are_warned_of(worked: Call) -> None:
    answer = worked("sla", "what-if", "--procedure", "managed-services", "--since", "2026-11-23", *NOW)
    assert "! 1 ticket has the severity low, which Managed services does not know" in answer.out


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--procedure", "campus-it", "--since", "2027-01-01"), 2, "--since does not lie before now"),
        (("--procedure", "campus-it", "--since", "last-ish"), 2, "'last-ish' is no instant"),
        (("--procedure", "campus-itt", "--since", "2026-11-23"), 1, "did you mean campus-it?"),
        (("--since", "2026-11-23"), 2, "Missing option '--procedure'"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(desk: Call, words: tuple[str, ...], code: int, sentence: str) -> None:
    answer = desk("sla", "what-if", *words, *NOW)
    assert (answer.code, answer.out) == (code, "")
    assert sentence in answer.err
    assert answer.err.count("\n") == 1


def test_a_desk_without_tickets_is_no_mistake(desk: Call, tight: Path) -> None:
    answer = desk("sla", "what-if", "--procedure", tight, "--since", "2026-11-23T08:00", *NOW)
    assert answer.code == 0
    assert "0 tickets" in answer.out
