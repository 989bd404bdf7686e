"""Who may read what: role × read, and departments that are for their members only (D-21)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.test_fuzzed_commands import COMMANDS
from cli_call import Answer, Call

NOW = ("--now", "2026-11-23T09:00")
LATER = ("--now", "2026-11-23T11:00")

SECRET = "Mandrake"
"""A word of the ticket that is for the members of its department."""
OPEN = "Toaster"
"""A word of everybody's ticket."""

PEOPLE = """login,name,role,team
vic,Vic,viewer,
val,Val,viewer,data-protection
sam,Sam,agent,support
dot,Dot,agent,data-protection
lea,Lea,lead,support
gus,Gus,agent,support
"""
STRANGER = "zoe"
EVERYBODY = ("vic", "val", "sam", "dot", "lea", "ann")
MEMBERS = {"val", "dot", "ann"}
"""Those who read what is in Data Protection: its members, and admins."""
AGENTS = {"sam", "dot", "lea", "ann"}
LEADS = {"lea", "ann"}

READS: dict[str, set[str]] = {
    "": set(EVERYBODY),
    "ticket list": set(EVERYBODY),
    "ticket list --json": set(EVERYBODY),
    "ticket list --view unassigned": set(EVERYBODY),
    "ticket list --requester kim@larch.example": set(EVERYBODY),
    "sla list": set(EVERYBODY),
    "sla what-if --procedure web-agency --since 2026-11-23": set(EVERYBODY),
    "report figures 2026-11": set(EVERYBODY),
    "report figures 2026-11 --list created": set(EVERYBODY),
    "report tickets 2026-11": set(EVERYBODY),
    "feedback list": set(EVERYBODY),
    "people absent": set(EVERYBODY),
    "handover": set(EVERYBODY),
    "wall": set(EVERYBODY),
    "outbox --json": AGENTS,
    "export tickets": AGENTS,
    "export messages": AGENTS,
    "export events --format jsonl": AGENTS,
    "export clocks": AGENTS,
    "audit log": LEADS,
}
"""Read of many tickets → who may."""

READS_OF_ONE = ("ticket show", "ticket order", "sla why", "ticket participants", "ticket check", "ticket price")


@pytest.fixture
def agency(deskterm: Call, copy_desk: Callable[[str, Callable[[], object]], None], tmp_path: Path) -> Call:
    """A web agency's desk with a ticket in Support and one in Data Protection, both of Kim."""

    def create() -> None:
        assert deskterm("init", "--procedure", "web-agency", "--simulated", *NOW).code == 0
        people, clients = tmp_path / "people.csv", tmp_path / "clients.csv"
        people.write_text(PEOPLE, encoding="utf-8")
        clients.write_text("key,name,domain\nlarch,Larch,larch.example\n", encoding="utf-8")
        assert deskterm("seed", "agents", people, *NOW).code == 0
        assert deskterm("seed", "clients", clients, *NOW).code == 0
        for kind, word in (("question", OPEN), ("data-protection", SECRET)):
            new = deskterm("ticket", "new", f"{word} trouble", "--type", kind, "--requester", "Kim", "--email",
                           "kim@larch.example", "--body", f"All about {word}.", "--incomplete", *NOW)  # fmt: skip
            assert new.code == 0, new.err
        people.write_text("login,name,active\ngus,Gus,false\n", encoding="utf-8")
        assert deskterm("seed", "agents", people, *NOW).code == 0

    copy_desk("agency", create)
    return deskterm


@pytest.fixture
def call_as(agency: Call, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    def call(login: str, words: str, *more: object) -> Answer:
        monkeypatch.setenv("DESKTERM_TEST_LOGIN", login)
        return agency(*words.split(), *more)

    return call


@pytest.mark.parametrize("words", READS)
def test_a_list_shows_what_the_role_and_the_departments_allow(call_as: Callable[..., Answer], words: str) -> None:
    for login in EVERYBODY:
        answer = call_as(login, words, *LATER)
        if login not in READS[words]:
            assert (answer.code, answer.out) == (1, ""), (login, answer.out)
            assert re.match(r"deskterm: An? \w+ may not .*: ask somebody with the role ", answer.err), login
            continue
        assert answer.code == 0, (login, answer.err)
        numbers = {number for number in ("1001", "1002") if number in answer.out}
        if "1001" in call_as("ann", words, *LATER).out:
            assert numbers == ({"1001", "1002"} if login in MEMBERS else {"1001"}), (login, answer.out)
        assert login in MEMBERS or SECRET not in answer.out, login


@pytest.mark.parametrize("words", ["ticket list --json", "ticket show 1001", "ticket note 1001 x"])
def test_somebody_who_is_no_agent_is_not_called_a_viewer_behind_as(call_as: Callable[..., Answer], words: str) -> None:
    """D-20: "A viewer may not act as somebody else" was said of whoever is no agent, or no longer."""
    for login, sentence in ((STRANGER, "'zoe' is no agent of this desk"), ("gus", "gus is no longer active")):
        answer = call_as(login, words, "--as", "ann", *LATER)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.startswith(f"deskterm: {sentence}"), answer.err
    assert call_as("vic", words, "--as", "ann", *LATER).err.startswith(
        "deskterm: A viewer may not act as somebody else"
    )


@pytest.mark.law("C-24")
def test_an_admin_names_the_agent_behind_as_by_name_and_nobody_else_learns_who_works_here(
    call_as: Callable[..., Answer],
) -> None:
    assert call_as("ann", "ticket note 1001 x", "--as", "Sa", *LATER).code == 0
    (event, *_) = call_as("ann", "audit log --json", *LATER).json
    assert "sam" in json.dumps(event)
    assert call_as("ann", "ticket list", "--as", "v", *LATER).err.startswith("deskterm: 'v' may be ")
    assert "sam" not in call_as("vic", "ticket list", "--as", "s", *LATER).err


@pytest.mark.parametrize("words", READS_OF_ONE)
def test_a_ticket_of_a_closed_department_is_read_by_its_members_only(
    call_as: Callable[..., Answer], words: str
) -> None:
    for login in EVERYBODY:
        assert call_as(login, words, 1001, *LATER).code == 0, login
        answer = call_as(login, words, 1002, *LATER)
        if login in MEMBERS:
            assert answer.code == 0, (login, answer.err)
        else:
            assert (answer.code, answer.out) == (1, "")
            assert answer.err == (
                "deskterm: Ticket 1002 is for the members of its department only: ask one of them, or an admin.\n"
            )


@pytest.mark.parametrize("login", [STRANGER, "gus"])
def test_whoever_is_no_active_agent_reads_nothing(call_as: Callable[..., Answer], login: str) -> None:
    for words in (*READS, *(f"{words} 1001" for words in READS_OF_ONE), "doctor", "notices", "people list",
                  "sla watch --count 1", "rule list", "item list", "release list", "escalations", "quotes", "articles",
                  "retention", "audit verify", "procedure show", "run --once"):  # fmt: skip
        answer = call_as(login, words, *LATER)
        assert (answer.code, answer.out) == (1, ""), (words, answer)
        assert re.match(r"deskterm: ('zoe' is no agent|gus is no longer active)", answer.err), (words, answer.err)


@pytest.mark.parametrize("words", ["ticket note 1002 x", "ticket set 1002 --subject x", "ticket assign 1002 lea"])
def test_what_one_may_not_read_one_may_not_change(call_as: Callable[..., Answer], words: str) -> None:
    refused = call_as("lea", words, *LATER)
    assert (refused.code, "for the members of its department only" in refused.err) == (1, True)
    assert call_as("dot", words, *LATER).code == 0


def test_the_assignee_reads_a_ticket_whatever_its_department(call_as: Callable[..., Answer]) -> None:
    assert call_as("dot", "ticket assign 1002 sam", *LATER).code == 0
    assert SECRET in call_as("sam", "ticket show 1002", *LATER).out
    assert SECRET in call_as("sam", "ticket list", *LATER).out
    assert SECRET not in call_as("lea", "ticket list", *LATER).out


def test_an_admin_who_reads_as_somebody_else_sees_what_they_see(call_as: Callable[..., Answer]) -> None:
    assert SECRET in call_as("ann", "ticket list", *LATER).out
    assert SECRET not in call_as("ann", "ticket list --as sam", *LATER).out


def test_a_check_of_the_chains_finds_no_fault_in_what_it_may_not_show(call_as: Callable[..., Answer]) -> None:
    answer = call_as("lea", "audit verify", *LATER)
    assert (answer.code, "2 chains" in answer.out) == (0, True)


@pytest.mark.long
@pytest.mark.parametrize("login", ["sam", "lea"])
def test_no_command_shows_a_ticket_of_a_closed_department_to_others(
    call_as: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    """D-21: every command there is, with the number of the ticket in the place of every number, or a word of it."""
    monkeypatch.chdir(tmp_path)
    found = []
    for command in COMMANDS:
        # What the owner of the file may do, admins and rehearsals
        if command.path[0] in ("init", "restore") or command.path == ("people", "claim"):
            continue
        for word in ("1002", "trouble"):
            words = ["1002" if metavar.startswith("NUMBER") else word for metavar in command.arguments]
            answer = call_as(login, " ".join(command.path), *words, *LATER)
            if SECRET in answer.out + answer.err:
                found.append((command.path, words, answer))
    assert found == []


def test_a_report_says_which_departments_its_reader_does_not_read(
    call_as: Callable[..., Answer], tmp_path: Path
) -> None:
    """R-04: "all tickets" would not be true."""
    for words in ("report month month", "report figures month", "report tickets month"):
        assert ", without Data Protection, which you do not read · " in call_as("lea", words, *LATER).out, words
        assert "without" not in call_as("dot", words, *LATER).out.split("as of")[0], words
    file = tmp_path / "report.json"
    for words in ("report month month --json", "report tickets month --json"):
        file.write_text(call_as("lea", words, *LATER).out, encoding="utf-8")
        assert call_as("lea", "report verify", file, *LATER).code == 0
        answer = call_as("ann", "report verify", file, *LATER)
        assert (answer.code, "reads other departments than you do" in answer.out) == (1, True)


def test_a_report_that_looks_for_erased_words_says_why_it_is_another_one(
    call_as: Callable[..., Answer], tmp_path: Path
) -> None:
    """R-31."""
    file = tmp_path / "report.json"
    file.write_text(call_as("ann", f"report month month --filter {OPEN} --json", *LATER).out, encoding="utf-8")
    assert call_as("ann", "report verify", file, *LATER).code == 0
    assert call_as("ann", "erase kim@larch.example --yes", "--now", "2026-11-23T12:00").code == 0
    answer = call_as("ann", "report verify", file, "--now", "2026-11-23T13:00")
    assert (answer.code, "somebody was erased since (tickets: 2)" in answer.out) == (1, True)
