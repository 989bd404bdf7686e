"""`deskterm ticket …`"""

from __future__ import annotations

import io

import pytest

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00")


def test_a_ticket_is_opened_listed_answered_changed_and_shown(desk: Call) -> None:
    opened = desk(
        "ticket",
        "new",
        "Login fails",
        "--type",
        "fault",
        "--severity",
        "high",
        "--requester",
        "Kim <kim@larch.example>",
        *NINE,
    )
    assert (opened.code, opened.out) == (0, "1001 registered: Login fails (Fault, New)\n")
    answered = desk("ticket", "reply", "1001", "We are on it.", "--status", "working", "--now", "2026-11-23T09:10")
    assert answered.out == "1001 answered, now Working on it\n"
    moved = desk("ticket", "set", "1001", "--status", "closed", "--now", "2026-11-23T09:20")
    assert (moved.code, "it can go to: Waiting for customer (waiting), Solved (solved)" in moved.err) == (1, True)
    assert desk("ticket", "assign", "1001", "ann", "--now", "2026-11-23T09:21").out == "1001 assigned to ann\n"
    listed = desk("ticket", "list", "--view", "mine", "--now", "2026-11-23T09:30")
    assert "Login fails" in listed.out
    assert "3h 30m" in listed.out


def test_a_reply_may_change_the_status_in_the_same_command(desk: Call) -> None:
    desk("ticket", "new", "Login fails", "--type", "fault", "--requester", "Kim <kim@larch.example>", *NINE)
    answered = desk("ticket", "reply", "1001", "On it.", "--status", "Working on it", "--now", "2026-11-23T09:10")
    assert answered.out == "1001 answered, now Working on it\n"
    changed = desk("ticket", "set", "1001", "--severity", "high", "--tag", "vip", "--json", "--now", "2026-11-23T09:20")
    assert changed.json["changes"] == {"severity": ["low", "high"], "tags": [[], ["vip"]]}
    printed = desk("ticket", "show", "1001", "--now", "2026-11-23T09:30")
    assert "tags vip" in printed.out
    assert "On it." in printed.out


def test_lists_are_json_when_asked(desk: Call) -> None:
    desk("ticket", "new", "Login fails", "--type", "fault", "--severity", "high", *NINE)
    (row,) = desk("ticket", "list", "--json", *NINE).json
    assert (row["number"], row["status"], row["next_due_at"]) == (1001, "new", "2026-11-23T09:30:00Z")
    sheet = desk("ticket", "show", "1001", "--json", *NINE).json
    assert [clock["metric"] for clock in sheet["clocks"]] == ["response", "resolution"]


def test_text_is_read_from_standard_input(desk: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    desk("ticket", "new", "Login fails", "--type", "fault", *NINE)
    monkeypatch.setattr("sys.stdin", io.StringIO("two\nlines\n"))
    assert desk("ticket", "note", "1001", "--now", "2026-11-23T09:01").code == 0
    assert "  two\n  lines\n" in desk("ticket", "show", "1001", *NINE).out


def test_hostile_text_is_sanitized(desk: Call) -> None:
    desk(
        "ticket",
        "new",
        "\x1b[31m[b]red\x1b]0;owned\x07",
        "--body",
        "\x1b]52;c;aGk=\x07\u202etxt",
        "--type",
        "fault",
        *NINE,
    )
    printed = desk("ticket", "show", "1001", *NINE).out + desk("ticket", "list", *NINE).out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "[b]red" in printed


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("ticket", "show", "7"), 1, "There is no ticket 7"),
        (("ticket", "show", "x"), 2, "NUMBER is a number"),
        (("ticket", "set", "1001"), 2, "Say what to change"),
        (("ticket", "set", "1001", "--status", "nope"), 1, "There is no status 'nope'"),
        (("ticket", "assign", "1001"), 2, "Name the agent who gets it"),
        (("ticket", "assign", "1001", "zoe"), 1, "'zoe' is no agent of this desk"),
        (("ticket", "list", "--view", "nope"), 2, "There is no view 'nope': use mine"),
        (("ticket", "new", "x"), 2, "Say what type of request this is: fault, question"),
        (("ticket", "new", "x", "--type", "fautl"), 1, "Did you mean fault?"),
        (("ticket", "reply", "1001", "x", "--if-version", "9"), 1, "moved on while you wrote"),
        (("ticket", "show"), 2, "Missing argument 'NUMBER'"),
        (("ticket", "nope"), 2, "No such command 'nope'"),
        (("--nope",), 2, "No such option: --nope"),
        (("ticket", "list", "--as"), 2, "Option '--as' requires an argument"),
        (("--as", "zoe", "ticket", "note", "1001", "x"), 1, "'zoe' is no agent of this desk"),
        (("ticket", "note", "1001", "x", "--now", "2026-11-22"), 1, "History is not written backwards"),
        (("ticket", "note", "1001", "x", "--now", "yesterday-ish"), 2, "is no instant"),
        (("ticket", "new", "x", "--type", "fault", "--received", "1980"), 2, "is more than a year ago: add --yes"),
    ],
)
def test_bad_input_gets_one_sentence_and_the_right_exit_code(
    desk: Call, words: tuple[str, ...], code: int, sentence: str
) -> None:
    desk("ticket", "new", "Login fails", "--type", "fault", *NINE)
    answer = desk(*words)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith("deskterm: ")
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err


def test_an_ordinary_desk_refuses_now(deskterm: Call, procedure_file: object) -> None:
    deskterm("init", "--procedure", procedure_file)
    answer = deskterm("ticket", "list", "--now", "2026-11-23")
    assert answer.code == 2
    assert "history is not written backwards" in answer.err


def test_global_options_may_stand_anywhere(desk: Call) -> None:
    first = desk("--now", "2026-11-23T09:00", "ticket", "list", "--json")
    last = desk("ticket", "list", "--json", "--now=2026-11-23T09:00")
    assert first.out == last.out


def test_a_change_says_which_due_times_it_moves_and_a_dry_run_changes_nothing(desk: Call) -> None:
    desk("ticket", "new", "Login fails", "--type", "fault", "--severity", "low", *NINE)
    ten = ("--now", "2026-11-23T10:00:01")
    rehearsed = desk("ticket", "set", "1001", "--severity", "high", "--dry-run", *ten)
    assert (rehearsed.code, rehearsed.out) == (
        0,
        "1001: severity Low → High\n"
        "  Response    Mon 23 Nov 2026 10:00 → Mon 23 Nov 2026 09:30\n"
        "  Resolution  Wed 25 Nov 2026 09:00 → Mon 23 Nov 2026 13:00\n"
        "A dry run: nothing was written.\n",
    )
    asked = desk("ticket", "set", "1001", "--severity", "high", "--dry-run", "--json", *ten).json
    assert asked["dry_run"]
    assert asked["moved"][1] == {
        "metric": "resolution",
        "label": "Resolution",
        "cycle": 1,
        "old_due_at": "2026-11-25T09:00:00Z",
        "new_due_at": "2026-11-23T13:00:00Z",
        "late_now": False,
        "rests": False,
    }
    assert "Severity Low" in desk("ticket", "show", "1001", *ten).out
    result = desk("ticket", "set", "1001", "--severity", "high", *ten)
    assert result.out == rehearsed.out.removesuffix("A dry run: nothing was written.\n")


def test_a_change_that_makes_a_clock_late_says_so(desk: Call) -> None:
    desk("ticket", "new", "Login fails", "--type", "fault", "--severity", "low", *NINE)
    result = desk("ticket", "set", "1001", "--severity", "high", "--now", "2026-11-23T09:45")
    assert "  Response    Mon 23 Nov 2026 10:00 → Mon 23 Nov 2026 09:30  late at once\n" in result.out
    breach = desk("sla", "why", "1001", "response", "--json", "--now", "2026-11-23T09:50").json["clocks"][0]["breach"]
    assert (breach["at"], breach["cause"]) == ("2026-11-23T09:45:00Z", "retarget")


def test_a_change_that_moves_nothing_says_so_and_a_tag_that_is_not_there_is_named(desk: Call) -> None:
    desk("ticket", "new", "How do I?", "--type", "question", *NINE)
    desk("ticket", "new", "Login fails", "--type", "fault", "--severity", "low", *NINE)
    desk("ticket", "set", "1002", "--status", "working", *NINE)
    desk("ticket", "set", "1002", "--status", "solved", *NINE)
    assert "  no due time moves\n" in desk("ticket", "set", "1002", "--severity", "high", *NINE).out
    refused = desk("ticket", "set", "1002", "--untag", "vip", *NINE)
    assert (refused.code, "has no tag vip" in refused.err) == (1, True)
