"""`deskterm sla why`, `list` and `watch`."""

from __future__ import annotations

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from cli_call import Call, program_as

NINE = ("--now", "2026-11-23T09:00")
HALF_PAST = ("--now", "2026-11-23T09:30:01")


@pytest.fixture
def faults(desk: Call) -> Call:
    """A desk with a high and a low fault, and a question that no policy is for."""
    for subject, kind, severity in (
        ("Login fails", "fault", "high"),
        ("Logo is blurred", "fault", "low"),
        ("How?", "question", None),
    ):
        more = ("--severity", severity) if severity else ()
        assert desk("ticket", "new", subject, "--type", kind, *more, *NINE).code == 0
    return desk


# -- why -------------------------------------------------------------------------------------------------------------


def test_why_explains_every_clock_of_a_ticket(faults: Call) -> None:
    answer = faults("sla", "why", "1001", *NINE)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "1001 · Login fails"
    assert "Response: running, 0:30:00 left, 0:00:00 used (working time)" in lines
    assert "Resolution: running, 4:00:00 left, 0:00:00 used (working time)" in lines
    assert lines[-1] == "Due       Mon 2026-11-23 13:00 UTC+00:00"


def test_why_takes_a_ticket_by_any_of_its_numbers(faults: Call, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "desk.sqlite3") as connection:
        connection.execute("UPDATE ticket SET external_id = 'INC0042' WHERE id = 1002")
    for reference, number in (("1002", 1002), ("#1002", 1002), ("INC0042", 1002)):
        assert faults("sla", "why", reference, "--json", *NINE).json["number"] == number
    missing = faults("sla", "why", "INC0043")
    assert (missing.code, "There is no ticket INC0043" in missing.err) == (1, True)


def test_why_as_json_is_complete(faults: Call) -> None:
    document = faults("sla", "why", "1001", "resolution", "--json", "--now", "2026-11-23T10:00").json
    (clock,) = document["clocks"]
    assert document["now"] == "2026-11-23T10:00:00Z"
    assert (clock["metric"], clock["due_at"], clock["used"], clock["left"]) == (
        "resolution",
        "2026-11-23T13:00:00Z",
        3600,
        10_800,
    )
    assert [(i["kind"], i["since"], i["until"], i["total"]) for i in clock["intervals"]] == [
        ("working", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z", 3600),
        ("working", "2026-11-23T10:00:00Z", "2026-11-23T13:00:00Z", 14_400),
    ]
    assert clock["sum"] == {"parts": [{"what": "4h", "seconds": 14_400}], "total": 14_400}


def test_why_of_a_ticket_without_clocks_says_which_policies_failed(faults: Call) -> None:
    answer = faults("sla", "why", "1003", *NINE)
    assert answer.code == 0
    assert "It has no clocks. No policy of the procedure is for it." in answer.out
    assert "✗ Faults: type is Question, not Fault" in answer.out
    document = faults("sla", "why", "1003", "--json", *NINE).json
    assert (document["clocks"], document["policies"][0]["found"]) == ([], "question")


def test_why_of_a_clock_that_has_not_started_says_what_starts_it(faults: Call) -> None:
    answer = faults("sla", "why", "1001", "next-response", *NINE)
    assert (
        "It has no clock next-response. Its clock has not started:"
        " it starts with the first answer together with a message of the requester." in answer.out
    )
    assert faults("sla", "why", "1001", "nope").code == 1
    assert faults("sla", "why", "1001", "response", "--cycle", "2").code == 1


def test_why_sanitizes_text(desk: Call) -> None:
    desk("ticket", "new", "\x1b[31mred\x07", "--type", "fault", *NINE)
    assert "\x1b" not in desk("sla", "why", "1001", *NINE).out


# -- list ------------------------------------------------------------------------------------------------------------


def test_the_list_holds_every_clock_that_is_due_in_time(faults: Call) -> None:
    found = faults("sla", "list", "--due-within", "1h", "--json", *NINE).json
    assert [(c["number"], c["metric"], c["due_at"]) for c in found] == [
        (1001, "response", "2026-11-23T09:30:00Z"),
        (1002, "response", "2026-11-23T10:00:00Z"),
    ]
    assert [c["metric"] for c in faults("sla", "list", "--metric", "resolution", "--json", *NINE).json] == [
        "resolution"
    ] * 2
    assert "Resolution  2d" in faults("sla", "list", *NINE).out


def test_the_list_has_working_time_and_wall_clock_time(faults: Call) -> None:
    (low,) = [c for c in faults("sla", "list", "--json", "--now", "2026-11-24T06:00").json if c["target"] == "2d"]
    assert (low["working_seconds_left"], low["wall_seconds_left"]) == (9 * 3600, 27 * 3600)


def test_missed_clocks_are_listed_when_asked_for(faults: Call) -> None:
    assert faults("sla", "list", "--breached", "--json", *NINE).json == []
    (missed,) = faults("sla", "list", "--breached", "--json", *HALF_PAST).json
    assert (missed["number"], missed["metric"], missed["overdue"]) == (1001, "response", True)
    both = faults("sla", "list", "--breached", "--due-within", "1h", "--json", *HALF_PAST).json
    assert [c["number"] for c in both] == [1001, 1002]
    assert "✖  1001" in faults("sla", "list", "--breached", *HALF_PAST).out


def test_the_list_has_a_limit_and_says_what_it_leaves_out(faults: Call) -> None:
    """D-48"""
    whole = faults("sla", "list", "--json", *NINE)
    assert (len(whole.json), whole.err) == (4, "")
    first = faults("sla", "list", "--limit", 1, *NINE)
    assert "· 4 clocks ·" in first.out
    assert len(first.out.splitlines()) == 3
    assert "1 of 4 are listed, 3 left out: --all lists all." in first.err
    assert faults("sla", "list", "--limit", 2, "--json", *NINE).json == whole.json[:2]
    assert faults("sla", "list", "--limit", 2, "--all", *NINE).code == 2


def test_the_list_ends_with_clocks_that_have_no_due_time(deskterm: Call, tmp_path: Path) -> None:
    from due_time_desk import DUE_TIME_PROCEDURE

    file = tmp_path / "promising.toml"
    file.write_text(DUE_TIME_PROCEDURE, encoding="utf-8")
    assert deskterm("init", "--procedure", file, "--simulated", *NINE).code == 0
    assert deskterm("ticket", "new", "Sort the shelf", "--type", "task", *NINE).code == 0
    assert deskterm("ticket", "new", "Login fails", "--type", "fault", "--severity", "high", *NINE).code == 0
    found = deskterm("sla", "list", "--json", *NINE).json
    assert [(c["number"], c["due_at"]) for c in found][-1] == (1001, None)
    assert found[0]["due_at"] is not None
    assert "·  1001" in deskterm("sla", "list", *NINE).out.splitlines()[-1]


def test_due_times_are_printed_to_the_second_where_they_are_not_on_the_minute(desk: Call) -> None:
    odd = ("--now", "2026-11-23T09:10:07")
    assert desk("ticket", "new", "Login fails", "--type", "fault", "--severity", "low", *odd).code == 0
    assert "Mon 23 Nov 2026 10:10:07" in desk("sla", "list", *odd).out
    assert "Mon 23 Nov 2026 10:10:07" in desk("ticket", "show", "1001", *odd).out
    assert "Mon 23 Nov 2026 10:10:07" in desk("sla", "watch", "--count", 1, *odd).out
    changed = desk("ticket", "set", "1001", "--severity", "high", "--dry-run", *odd).out
    assert "Mon 23 Nov 2026 10:10:07 → Mon 23 Nov 2026 09:40:07" in changed
    pinned = desk("ticket", "due", "1001", "resolution", "2026-11-24T10:00:05", "--reason", "agreed", *odd)
    assert "due Tue 24 Nov 2026 10:00:05 GMT" in pinned.out


def test_a_dry_run_marks_due_times_of_paused_clocks(desk: Call) -> None:
    desk("ticket", "new", "Login fails", "--type", "fault", "--severity", "low", "--requester", "Ida", *NINE)
    desk("ticket", "set", "1001", "--status", "working", *NINE)
    waiting = desk("ticket", "reply", "1001", "Which one?", "--status", "waiting", "--now", "2026-11-23T09:10")
    assert waiting.code == 0, waiting.err
    changed = desk("ticket", "set", "1001", "--severity", "high", "--dry-run", "--now", "2026-11-23T09:20").out
    assert [line.endswith("if resumed now") for line in changed.splitlines() if "  Resol" in line] == [True]


def test_the_list_is_of_a_view(faults: Call) -> None:
    faults("ticket", "assign", "1002", "ann", *NINE)
    assert {c["number"] for c in faults("sla", "list", "--view", "mine", "--json", *NINE).json} == {1002}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--due-within", "soon"), "'soon' is no duration: write it as 30m, 4h, 1h30m or 2d, such as --due-within 1h."),
        (("--view", "closed"), "There is no view 'closed' with clocks that run: use mine,"),
        (("--metric", "nope"), "There is no metric 'nope': use response"),
    ],
)
def test_unknown_views_metrics_and_durations_are_refused(faults: Call, words: tuple[str, str], sentence: str) -> None:
    answer = faults("sla", "list", *words, *NINE)
    assert (answer.code, sentence in answer.err) == (1 if words[0] == "--metric" else 2, True)


def test_clock_lists_import_nothing_that_only_writing_needs(faults: Call, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from deskterm.cli.main import run\n"
        "assert run(['sla', 'list'], 'ann') == 0\n"
        "assert run(['sla', 'watch', '--count', '1'], 'ann') == 0\n"
        "heavy = {'textual', 'sqlalchemy', 'sqlmodel', 'deskterm.procedure.schema'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


# -- watch -----------------------------------------------------------------------------------------------------------


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "DESKTERM_DATABASE": str(folder / "desk.sqlite3"), "TERM": "xterm"}


def test_watching_in_a_pipe_prints_a_block_each_time(faults: Call) -> None:
    answer = faults("sla", "watch", "--count", "2", "--interval", "0.1", "--rows", "1", *HALF_PAST)
    assert answer.code == 0
    first, second, rest = answer.out.split("\n\n")
    assert first.splitlines()[0].startswith("Support · Mon 23 Nov 2026 09:30 GMT · 4 running, 1 overdue")
    assert "1001  Response" in first
    assert first.splitlines()[-1] == "… 3 more"
    assert (second.splitlines()[-1], rest) == ("… 3 more", "")
    assert "\x1b" not in answer.out


def test_watching_nothing_says_so(desk: Call) -> None:
    assert "No clock of these tickets runs" in desk("sla", "watch", "--count", "1", *NINE).out


def test_a_watch_whose_pipe_is_closed_is_no_error(faults: Call, tmp_path: Path) -> None:
    command = f"{shlex.join(program_as('ann'))} sla watch --interval 0.1 | head -n 1"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Support")


def test_ctrl_c_ends_the_watch(faults: Call, tmp_path: Path) -> None:
    with subprocess.Popen(
        program_as("ann", "sla", "watch", "--interval", "60"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A suite that runs in the background has its programs ignore Ctrl+C
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as watching:
        assert watching.stdout is not None
        while watching.stdout.readline().strip():
            pass
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate(timeout=30)
    assert (watching.returncode, err) == (0, "")


def test_a_change_is_shown_before_the_interval_is_over(faults: Call, tmp_path: Path) -> None:
    with subprocess.Popen(
        program_as("ann", "sla", "watch", "--interval", "3600", "--count", "2"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout is not None
        while watching.stdout.readline().strip():
            pass
        assert faults("ticket", "new", "Another one", "--type", "fault").code == 0
        answer, _ = watching.communicate(timeout=60)
    assert "Another one" in answer


def test_on_a_terminal_the_lines_are_painted_over_without_another_screen(faults: Call, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = program_as("ann", "sla", "watch", "--interval", "0.1", "--count", "2")
    with subprocess.Popen(command, env=environment(tmp_path), stdin=theirs, stdout=theirs) as watching:
        os.close(theirs)
        answer = b""
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:  # the other end was closed
                break
            if not chunk:
                break
            answer += chunk
    os.close(ours)
    assert watching.returncode == 0
    assert answer.count(b"\x1b[5A\r\x1b[J") == 1
    assert b"\x1b[?1049h" not in answer


def test_json_is_one_document(faults: Call) -> None:
    assert isinstance(json.loads(faults("sla", "list", "--json", *NINE).out), list)


def test_bug_16_a_new_ticket_has_missed_nothing_in_any_zone_of_the_system(
    faults: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    for zone in ("Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"):
        with monkeypatch.context() as there:
            there.setenv("TZ", zone)
            time.tzset()
            clocks = faults("sla", "why", "1001", "--json", *NINE).json["clocks"]
            assert [(clock["state"], clock["breach"]) for clock in clocks] == [("running", None)] * 2
            assert faults("sla", "list", "--breached", "--json", *NINE).json == []
            listed = faults("sla", "list", *NINE).out
            assert "Mon 23 Nov 2026 09:30" in listed  # on the desk's wall, not on one's own
            assert "09:00 GMT" in listed.splitlines()[0]
        time.tzset()


def test_bug_20_a_clock_without_a_due_time_is_not_overdue_by_anything(deskterm: Call, tmp_path: Path) -> None:
    from due_time_desk import DUE_TIME_PROCEDURE

    file = tmp_path / "promising.toml"
    file.write_text(DUE_TIME_PROCEDURE, encoding="utf-8")
    assert deskterm("init", "--procedure", file, "--simulated", *NINE).code == 0
    assert deskterm("ticket", "new", "Sort the shelf", "--type", "task", *NINE).code == 0
    week = ("--now", "2026-11-30T09:00")
    for clock in deskterm("sla", "list", "--json", *week).json:
        assert (clock["due_at"], clock["wall_seconds_left"], clock["overdue"]) == (None, None, False)
    assert "−" not in deskterm("ticket", "show", "1001", *week).out + deskterm("sla", "list", *week).out


def test_due_prints_what_starts_a_clock_that_the_receipt_does_not(deskterm: Call) -> None:
    """D-07."""
    due = ("sla", "due", "--procedure", "managed-services", "--priority", "high", "--start", "2026-11-23T09:00")
    lines = {line.split("  ")[0]: line for line in deskterm(*due).out.splitlines()}
    assert "Mon 23 Nov 2026 09:30" in lines["Response"]
    assert "starts with a reply to the requester" in lines["Update"]
    assert "when so much hands-on work is done" in lines["First-line work"]
    assert [line for line in lines.values() if "UTC (UTC" in line] == []
    found = {row["metric"]: (row["due_at"] is None, row["reason"]) for row in deskterm(*due, "--json").json}
    assert found["resolution"] == (False, "")
    assert found["next-response"] == (True, "starts with the first answer together with a message of the requester")


def test_the_clocks_of_snoozed_tickets_have_a_view_that_the_help_names(faults: Call) -> None:
    assert faults("ticket", "snooze", "1001", "2026-11-23T12:00", *NINE).code == 0
    listed = faults("sla", "list", "--view", "snoozed", "--json", *NINE).json
    assert {clock["number"] for clock in listed} == {1001}
    for command in ("list", "watch"):
        assert "snoozed" in faults("sla", command, "--help").out


def test_hands_on_work_is_explained_in_the_zone_in_which_its_ticket_is_shown(deskterm: Call) -> None:
    """D-07: the built-in calendar, round the clock, was explained in UTC on a desk in Sydney; both name the zone."""
    desk = deskterm
    assert desk("init", "--procedure", "managed-services", "--simulated", *NINE).code == 0
    new = desk("ticket", "new", "Mail is down", "--incomplete", "--priority", "high", *NINE)
    assert new.code == 0, new
    why = desk("sla", "why", "1001", "effort", *NINE)
    assert why.code == 0, why
    assert "round the clock, Australia/Sydney, UTC+11:00 at the start" in why.out
    assert "Started   Mon 2026-11-23 09:00 UTC+11:00" in why.out
    (clock,) = desk("sla", "why", "1001", "effort", "--json", *NINE).json["clocks"]
    assert clock["calendar"]["timezone"] == "Australia/Sydney"
    assert "received Mon 23 Nov 2026 09:00 AEDT" in desk("ticket", "show", "1001", *NINE).out
