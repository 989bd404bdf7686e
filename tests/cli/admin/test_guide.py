"""`deskterm procedure guide`, and the other places where words of a procedure reach a person: D-15."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call
from small_desk import SMALL_PROCEDURE


def guide(deskterm: Call, name: str, *words: str) -> str:
    """The guide of a shipped procedure, without its indents."""
    answer = deskterm("procedure", "guide", *words, "--of", name)
    assert answer.code == 0, answer.err
    return "\n".join(line.strip() for line in answer.out.splitlines())


def test_a_type_is_explained_with_its_cases_and_people(deskterm: Call) -> None:
    text = guide(deskterm, "software-vendor", "technical")
    assert "for example: The system cannot be reached; A report shows wrong figures" in text
    assert "raised by: All users\ntaken on by: Customer Support\nseverity is set by the requester" in text


def test_a_ladder_is_explained_with_criteria_and_whom_to_turn_to(deskterm: Call) -> None:
    text = guide(deskterm, "saas-platform", "customer", "escalation")
    assert "3. Support Manager: The concerns are significant or persistent\n" in text
    assert "4. Head of Support & Customer Success: The impact on the business is escalating; turn to Head" in text


def test_terms_and_addresses_are_found_by_a_word(deskterm: Call) -> None:
    assert guide(deskterm, "saas-platform", "slowness").startswith("Words\nCache\nCopies of data")
    assert guide(deskterm, "saas-platform", "status-page") == "Addresses\nstatus-page\nhttps://status.example.com"
    answer = deskterm("procedure", "guide", "kangaroo", "--of", "saas-platform")
    assert (answer.code, answer.err) == (
        1, "deskterm: Nothing in the procedure has the words 'kangaroo': leave some out.\n"
    )  # fmt: skip


def test_the_guide_is_of_the_own_desk_and_says_who_approved_it_and_until_when(deskterm: Call, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    about = 'name = "Small desk"\napproved_by = "Head of support"\nnext_review = 2026-10-01\n'
    file.write_text(SMALL_PROCEDURE.replace('name = "Small desk"\n', about), encoding="utf-8")
    created = deskterm("init", "--procedure", file, "--simulated", "--now", "2026-11-23T09:00")
    assert created.code == 0
    assert "note: the procedure was due for review by 2026-10-01" in created.out
    found = {entry["label"]: entry["lines"] for entry in deskterm("procedure", "guide", "--json").json[0]["entries"]}
    assert (found["Approved by"], found["Looked at again by"]) == (["Head of support"], ["2026-10-01"])
    assert "was due for review by 2026-10-01" in deskterm("doctor").out
    file.write_text(
        file.read_text(encoding="utf-8").replace("next_review = 2026-10-01", "effective_from = 2027-01-01"),
        encoding="utf-8",
    )
    answer = deskterm("procedure", "apply", file)
    assert "the file says that it holds from 2027-01-01, and it is in force from now on" in answer.err
    assert "looked at again" not in deskterm("doctor").out


@pytest.mark.parametrize(("judge", "requested"), [("requester", "high"), ("agent", None)])
def test_a_severity_stands_as_the_requesters_only_where_they_judge(
    deskterm: Call, tmp_path: Path, judge: str, requested: str | None
) -> None:
    """S1-05"""
    file = tmp_path / "own.toml"
    file.write_text(SMALL_PROCEDURE.replace('key = "fault"\n', f'key = "fault"\nseverity_by = "{judge}"\n', 1))
    assert deskterm("init", "--procedure", file).code == 0
    assert deskterm("ticket", "new", "Dark screen", "--type", "fault", "--severity", "high").code == 0
    deskterm("export", "tickets", tmp_path / "tickets.json")
    confirmed = deskterm("ticket", "confirm-severity", "1001", "low")
    asked = ", High was asked for" if requested else " confirmed"
    assert confirmed.out.startswith(f"1001: severity Low{asked}")


def test_an_escalation_says_what_the_step_is_for_and_whom_to_turn_to(deskterm: Call) -> None:
    assert deskterm("init", "--procedure", "campus-it").code == 0
    assert deskterm("ticket", "new", "Printer jams", "--incomplete", "--type", "issue").code == 0
    refused = deskterm("ticket", "escalate", "1001", "--ladder", "escalation")
    assert refused.code == 2
    assert "The support engineer needs technical assistance; turn to Senior engineer on duty" in refused.err
    done = deskterm("ticket", "escalate", "1001", "It needs two people", "--ladder", "escalation")
    assert "; turn to Senior engineer on duty, agree on a time if somebody has to go there" in done.out
