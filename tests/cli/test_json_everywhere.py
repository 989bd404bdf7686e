"""Every command that prints data can print it as JSON."""

from __future__ import annotations

import pytest

from cli_call import Call, every_command

NINE = ("--now", "2026-11-23T09:00")

WITHOUT = {
    "completion": "it prints a script for a shell",
    "demo": "it opens the console, and prints the queue only where there is no terminal",
    "mail raw": "it prints the bytes of a mail; `mail show --json` says what is in them",
    "ticket open-file": "it opens another program; `ticket save-files --json` says where a file went",
    "sla watch": "it is a screen; `sla list --json` is the same once",
}
"""The commands that take no --json, and why."""


def test_every_command_takes_json_but_those_that_have_a_reason_not_to() -> None:
    without = {
        " ".join(path)
        for path, command in every_command()
        if "--json" not in {n for p in command.params for n in p.opts}
    }
    assert without == set(WITHOUT)


@pytest.mark.parametrize(
    "words",
    [
        ("seed", "clients", "example"),
        ("seed", "severities", "example", "--dry-run"),
        ("procedure", "check", "campus-it"),
        ("people", "away", "2026-12-01"),
        ("rule", "list"),
        ("run", "--once"),
    ],
)
def test_commands_that_change_the_desk_print_json(deskterm: Call, words: tuple[str, ...]) -> None:
    created = deskterm("init", "--procedure", "software-vendor", "--simulated", "--json", *NINE).json
    assert (created["procedure"], created["admin"], created["simulated"]) == ("software-vendor", "ann", True)
    answer = deskterm(*words, "--json", *(NINE if words[0] != "procedure" else ()))
    assert (answer.code, answer.err) == (0, "")
    assert isinstance(answer.json, (dict, list))


def test_absence_and_rules_print_their_subject_as_json(deskterm: Call) -> None:
    assert deskterm("init", "--procedure", "managed-services", "--simulated", *NINE).code == 0
    away = deskterm("people", "away", "2026-12-01", "--json", *NINE).json
    assert (away["login"], away["away_until"]) == ("ann", "2026-11-30T13:00:00Z")
    assert away["summary"] == "ann is away until Tue 01 Dec 2026 00:00 AEDT"
    back = deskterm("people", "back", "--json", *NINE).json
    assert (back["login"], back["away_until"]) == ("ann", None)
    switched = deskterm("rule", "on", "response-near", "--json", *NINE).json
    assert (switched["rule"], switched["by_itself"]) == ("response-near", True)
    differ = deskterm("procedure", "diff", "campus-it", "web-agency", "--json")
    assert (differ.code, bool(differ.json["changes"])) == (1, True)
