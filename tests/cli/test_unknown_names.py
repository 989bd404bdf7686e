"""Unknown names: exit code 1 where the desk or its procedure does not know them, 2 where the command line does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call, every_command

NINE = ("--now", "2026-11-23T09:00")

NEED_A_FILE = {"ticket open-file", "ticket save-files"}
"""Commands about a ticket that has files; `tests/cli/conversation/test_files.py` has them."""

OF_A_TICKET = {
    "ticket files": (),
    "ticket show": (), "ticket reply": ("x",), "ticket note": ("x",), "ticket assign": ("ann",),
    "ticket set": ("--tag", "a"), "ticket due": ("response", "--clear", "--reason", "x"),
    "ticket schedule": ("--none",), "ticket waive": ("response", "--reason", "x"), "ticket snooze": ("--wake",),
    "ticket work": (), "ticket transfer": ("--team", "customer-support"), "ticket duplicate": (1001,),
    "ticket merge": (1001,), "ticket split": (1,), "ticket undo": (), "ticket supply": ("url=example.org",),
    "ticket exempt": ("--reason", "x"), "ticket prioritise": ("high", "--because", "x"),
    "ticket confirm-severity": (), "ticket suggestions": (), "ticket hold": ("x",), "ticket release-hold": (),
    "ticket time": (), "ticket price": (), "ticket quote": ("--request",), "ticket feedback": ("--score", 3),
    "ticket order": (), "ticket escalate": ("x",), "ticket review": ("x",), "ticket dispute": ("x",),
    "ticket settle": (), "ticket delay": ("x",), "ticket told": ("x", "--phone"), "ticket attach": (1001,),
    "ticket join": ("Kim",), "ticket leave": ("Kim",), "ticket participants": (), "ticket detach": (),
    "ticket announce": ("x",), "ticket take": (), "ticket resolve": ("x",), "ticket close": ("withdrawn",),
    "ticket macro": ("x",), "ticket scheduled": (),
    "ticket confirm": (), "ticket reject": (), "ticket reopen": (), "ticket fixed": (), "ticket check": (),
    "ticket passed": (), "ticket acknowledge": (), "ticket separate": ("x",),
    "item raise": (), "item join": (1001,), "item move": ("x",),
    "item decide": ("yes",),
    "item schedule": ("--none",), "item end": ("--reason", "x"), "feedback review": (), "sla why": (),
}  # fmt: skip
"""Every command about one ticket, with what else it asks for."""


@pytest.fixture
def vendor(deskterm: Call) -> Call:
    assert deskterm("init", "--procedure", "software-vendor", "--simulated", *NINE).code == 0
    created = deskterm(
        "ticket", "new", "Login fails", "--requester", "Kim", "--email", "kim@larch.example", "--incomplete", *NINE
    )
    assert created.code == 0, created.err
    return deskterm


def test_every_command_about_a_ticket_is_in_the_table() -> None:
    about = {
        " ".join(path)
        for path, command in every_command()
        if any(
            parameter.name in ("number", "incident", "reference") and parameter.required for parameter in command.params
        )
    }
    assert about == set(OF_A_TICKET) | NEED_A_FILE


def test_a_missing_ticket_ends_in_exit_code_1(vendor: Call) -> None:
    for command, more in OF_A_TICKET.items():
        refused = vendor(*command.split(), 9, *more, *NINE)
        assert (refused.code, refused.out) == (1, ""), command
        assert refused.err.startswith("deskterm: There is no ticket 9: "), (command, refused.err)
    for words in (("duplicate", 1001, 9), ("merge", 1001, 9), ("attach", 1001, 9)):
        assert vendor("ticket", *words, *NINE).code == 1
    for audit in (("verify",), ("log",), ("log", "--accesses")):
        assert "There is no ticket 9" in vendor("audit", *audit, "--ticket", 9, *NINE).err


MAY_NOT = {
    "ticket reply": "reply", "ticket note": "write notes", "ticket merge": "merge tickets",
    "ticket split": "split tickets", "ticket duplicate": "close duplicates", "ticket supply": "supply what a request",
    "ticket review": "decide on an escalation", "ticket dispute": "note that a priority is disputed",
    "ticket settle": "decide on a disputed priority", "ticket delay": "announce a delay", "ticket told": "log a call",
    "ticket attach": "attach tickets", "ticket take": "take a ticket over", "ticket resolve": "resolve tickets",
    "ticket close": "close tickets", "ticket reopen": "take a ticket up again", "ticket fixed": "say that a fix is",
    "ticket release-hold": "end a hold", "ticket confirm-severity": "confirm a severity",
    "feedback review": "review an answer",
}  # fmt: skip
"""Acts that are refused to a viewer, as the refusals name them."""
READING = {
    "ticket files",
    "ticket show", "ticket suggestions", "ticket time", "ticket price", "ticket order", "ticket participants",
    "ticket check", "sla why",
}  # fmt: skip


def test_a_viewer_may_read_everything_and_each_refusal_names_the_act(
    vendor: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("login,name,role\nvic,Vic,viewer\n", encoding="utf-8")
    assert vendor("seed", "agents", people, *NINE).code == 0
    created = vendor(
        "ticket", "new", "Another", "--requester", "Kim", "--email", "kim@larch.example", "--incomplete", *NINE
    )
    assert created.code == 0, created.err
    assert vendor("ticket", "attach", 1002, 1001, *NINE).code == 0
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "vic")
    for command, more in OF_A_TICKET.items():
        answer = vendor(*command.split(), 1002, *more, *NINE)
        assert answer.code == (0 if command in READING else 1), (command, answer.err)
        if command not in READING | {"ticket due"}:
            wanted = f"deskterm: A viewer may not {MAY_NOT.get(command, '')}"
            assert answer.err.startswith(wanted), (command, answer.err)
            assert ": ask somebody with the role " in answer.err


UNKNOWN = """
    ticket assign 1001 zoe | ticket new x --assignee zoe --incomplete | people away 2026-12-01 zoe | people back zoe
    audit log --by zoe | ticket list --requester zoe | erase zoe --dry-run | ticket show 1001 --as zoe
    ticket list --as zoe | ticket set 1001 --status nope | ticket reply 1001 x --status nope
    ticket set 1001 --severity nope | ticket set 1001 --type nope | ticket set 1001 --client nope
    ticket new x --type nope | ticket new x --severity nope | ticket new x --client nope | ticket new x --channel nope
    ticket new x --product nope | ticket new x --team nope | ticket new x --field nope=1 | ticket supply 1001 nope=1
    ticket reply 1001 x --channel nope | ticket resolve 1001 x --code nope | ticket resolve 1001 x --status nope
    ticket resolve 1001 x --channel nope | ticket confirm 1001 --channel nope | ticket close 1001 nope
    ticket check 1001 1 --list nope | ticket check 1001 --outcome nope | ticket due 1001 nope --clear --reason x
    ticket waive 1001 nope --reason x | ticket delay 1001 x --metric nope | ticket transfer 1001 --team nope
    ticket assign 1001 ann --team nope | ticket escalate 1001 x --ladder nope | ticket escalate 1001 x --level nope
    ticket confirm-severity 1001 nope | ticket announce 1001 x --status nope | rule on nope | sla why 1001 nope
    sla list --metric nope | ticket time 1001 --void 7 --reason x | ticket review 1001 x --key 7
    ticket suggestions 1001 --take 7 | ticket split 1001 7 | procedure show nope | procedure check nope
    procedure apply nope | procedure diff nope campus-it | import events nope --mapping nope | seed agents nope
"""
WRONG = """
    ticket list --view nope | sla list --view nope | outbox --state nope | export nope | export tickets --format nope
    nope | ticket nope | ticket show x | ticket show 1001 --nope | ticket reply 1001 x --resolution nope
    ticket snooze 1001 nope | ticket time 1001 nope | ticket supply 1001 nope | retention nope
"""


def calls(text: str) -> list[list[str]]:
    return [call.split() for line in text.strip().splitlines() for call in line.split("|")]


@pytest.mark.parametrize(("text", "code"), [(UNKNOWN, 1), (WRONG, 2)])
def test_unknown_names_end_in_exit_code_1_and_wrong_usage_in_2(vendor: Call, text: str, code: int) -> None:
    for words in calls(text):
        refused = vendor(*words, *NINE)
        assert (words, refused.code, refused.out) == (words, code, "")
        assert refused.err.startswith("deskterm: ")
        assert refused.err.count("\n") == 1
