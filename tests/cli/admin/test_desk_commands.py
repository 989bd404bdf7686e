"""Commands of a whole desk: init, seed, due times, export, doctor, and their errors."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shlex
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli_call import Call, program_as


def test_without_a_desk_every_command_says_how_to_make_one(deskterm: Call) -> None:
    for words in (("ticket", "list"), ("ticket", "new", "x"), ("doctor",), ("export", "tickets"), ()):
        answer = deskterm(*words)
        assert answer.code == 1
        assert "make one with `deskterm init --procedure NAME`" in answer.err


def test_an_unknown_procedure_is_answered_with_the_known_ones(deskterm: Call) -> None:
    answer = deskterm("init", "--procedure", "sofware-vendor")
    assert answer.code == 1
    assert "did you mean software-vendor?" in answer.err


def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(
    deskterm: Call, tmp_path: Path, procedure_file: Path
) -> None:
    (tmp_path / "file").write_text("x")
    answer = deskterm("init", "--procedure", procedure_file, "--database", tmp_path / "file" / "desk.sqlite3")
    assert answer.code == 1
    assert answer.err.count("\n") == 1


def test_a_file_that_is_no_database_is_left_alone(deskterm: Call, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear desk, " * 100)
    answer = deskterm("ticket", "list", "--database", letter)
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert letter.read_text() == "Dear desk, " * 100


def test_a_store_of_a_newer_deskterm_is_refused(desk: Call, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "desk.sqlite3") as connection:
        connection.execute("UPDATE desk SET schema_number = 99")
    for words in (("ticket", "list"), ("doctor",)):
        answer = desk(*words)
        assert answer.code == 1
        assert "newer" in answer.err


def test_only_its_owner_may_read_a_new_desk(desk: Call, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "desk.sqlite3").stat().st_mode) == 0o600


def test_a_desk_is_not_made_over_another(desk: Call, procedure_file: Path) -> None:
    answer = desk("init", "--procedure", procedure_file)
    assert answer.code == 1
    assert "already" in answer.err


def test_due_times_need_no_desk(deskterm: Call, procedure_file: Path) -> None:
    due = ("sla", "due", "--procedure", procedure_file, "--type", "fault", "--severity", "low")
    found = deskterm(*due, "--start", "2026-11-20T15:45", "--json").json
    assert [(item["metric"], item["target"], item["due_at"]) for item in found] == [
        ("response", "1h", "2026-11-23T08:45:00Z"),
        ("resolution", "2d", "2026-11-24T15:45:00Z"),
    ]
    printed = deskterm(*due, "--start", "2026-07-06T07:30Z")
    assert "Europe/London (UTC+01:00)" in printed.out


def test_a_request_without_a_policy_has_no_due_times(deskterm: Call, procedure_file: Path) -> None:
    due = ("sla", "due", "--procedure", procedure_file, "--type", "question", "--start", "2026-11-20")
    assert deskterm(*due, "--json").json == []
    assert deskterm(*due).code == 1


def test_a_severity_file_is_tried_seeded_and_seeded_again(desk: Call, tmp_path: Path) -> None:
    scale = tmp_path / "scale.csv"
    scale.write_text("key,label,response,resolution\nhigh,High,,\nmid,Middle,45m,1d\nlow,Low,,\n")
    tried = desk("seed", "severities", scale, "--dry-run")
    assert (tried.code, "nothing was written" in tried.out) == (0, True)
    assert "Middle" in desk("seed", "severities", scale).out
    assert desk("seed", "severities", scale).out == "Nothing differs; nothing was changed.\n"
    desk("ticket", "new", "x", "--type", "fault", "--severity", "mid")
    scale.write_text("key,label\nhigh,High\nlow,Low\n")
    refused = desk("seed", "severities", scale)
    assert refused.code == 1
    assert "Middle cannot be removed: 1 ticket uses it (1001)" in refused.err


def test_agents_are_seeded_and_only_an_admin_works_as_them(
    desk: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = tmp_path / "agents.toml"
    people.write_text('[[agents]]\nlogin = "sam"\nname = "Sam"\n')
    assert "+ sam (Sam)" in desk("seed", "agents", people).out
    assert desk("ticket", "new", "x", "--type", "fault", "--as", "sam").code == 0
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "sam")
    refused = desk("ticket", "new", "x", "--type", "fault", "--as", "ann")
    assert refused.code == 1
    assert "ask somebody with the role admin" in refused.err


def test_the_example_of_agents_names_the_procedure_that_it_fits(deskterm: Call, tmp_path: Path) -> None:
    for procedure, code in (("software-vendor", 0), ("saas-platform", 1), ("managed-services", 1), ("web-agency", 1)):
        place = ("--database", tmp_path / f"{procedure}.sqlite3")
        assert deskterm("init", "--procedure", procedure, *place).code == 0
        answer = deskterm("seed", "agents", "example", *place)
        hint = f"The file's teams and roles are those of software-vendor, and this desk's procedure is {procedure}"
        assert (answer.code, hint in answer.err) == (code, code == 1)


def test_a_file_of_agents_may_name_the_procedure_that_it_was_written_for(desk: Call, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    row = '[[agents]]\nlogin = "sam"\nname = "Sam"\nteam = "nowhere"\n'
    for head, named in (("", False), ('procedure = "small"\n', False), ('procedure = "other"\n', True)):
        file.write_text(head + row, encoding="utf-8")
        answer = desk("seed", "agents", file)
        assert answer.code == 1
        assert ("those of other, and this desk's procedure is small" in answer.err) == named


def test_exports_are_csv_or_jsonl_and_replace_no_file_unasked(desk: Call, tmp_path: Path) -> None:
    desk("ticket", "new", 'Say "hi", all', "--type", "fault", "--body", "two\nlines")
    rows = list(csv.DictReader(io.StringIO(desk("export", "tickets").out)))
    assert rows[0]["subject"] == 'Say "hi", all'
    target = tmp_path / "messages.jsonl"
    assert desk("export", "messages", "--output", target).code == 0
    assert json.loads(target.read_text())["body"] == "two\nlines"
    assert desk("export", "messages", "--output", target).code != 0
    assert desk("export", "messages", "--output", target, "--force").code == 0


@pytest.mark.parametrize("what", ["tickets", "worklog"])
def test_an_export_to_a_workbook_says_its_rows_and_digest_and_goes_to_no_terminal(
    desk: Call, tmp_path: Path, what: str
) -> None:
    """R-63, R-64."""
    desk("ticket", "new", "x", "--type", "fault")
    target = tmp_path / "rows.xlsx"
    answer = desk("export", what, "--output", target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    assert (answer.code, answer.out) == (0, "")
    rows = {"tickets": "1 ticket", "worklog": "0 entries of the work log"}[what]
    assert answer.err == f"{rows} written to {target} (SHA-256 {digest}).\n"
    refused = desk("export", what, "--format", "xlsx")
    assert (refused.code, refused.out) == (2, "")
    assert "name a file with --output" in refused.err


def test_an_export_has_the_columns_that_were_asked_for_and_tells_none_from_empty(desk: Call) -> None:
    """R-64."""
    desk("ticket", "new", "x", "--type", "fault")
    chosen = desk("export", "tickets", "--columns", "status,number, assignee", "--mark-none").out
    assert chosen == "status,number,assignee\r\nnew,1001,\\N\r\n"
    assert desk("export", "worklog", "--columns", "ticket,amount").out == "ticket,amount\r\n"
    refused = desk("export", "worklog", "--columns", "amuont")
    assert (refused.code, refused.out) == (2, "")
    assert "did you mean amount?" in refused.err


@pytest.mark.parametrize("what", ["tickets", "messages", "events", "clocks", "people", "worklog"])
def test_an_export_to_a_dash_goes_to_standard_output(
    desk: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    desk("ticket", "new", "x", "--type", "fault")
    monkeypatch.chdir(tmp_path)
    assert desk("export", what, "--output", "-").out == desk("export", what).out != ""
    assert not (tmp_path / "-").exists()


def test_the_doctor_finds_rows_that_differ_from_their_events(desk: Call, tmp_path: Path) -> None:
    desk("ticket", "new", "x", "--type", "fault")
    assert "sound" in desk("doctor").out
    with sqlite3.connect(tmp_path / "desk.sqlite3") as connection:
        connection.execute("UPDATE ticket SET status = 'closed'")
    report = desk("doctor", "--json")
    assert report.code == 1
    assert report.json["findings"] == ["ticket 1001 differs from its events in status"]
    assert desk("doctor", "--repair").code == 0
    assert desk("doctor").code == 0


def test_procedures_are_listed_shown_and_checked(deskterm: Call, procedure_file: Path) -> None:
    names = {item["name"] for item in deskterm("procedure", "list", "--json").json}
    assert {"software-vendor", "campus-it", "managed-services", "saas-platform", "web-agency"} <= names
    assert deskterm("procedure", "check", procedure_file).code == 0
    procedure_file.write_text(procedure_file.read_text().replace("pauses =", "pausess ="))
    broken = deskterm("procedure", "check", procedure_file)
    assert broken.code == 1
    assert 'small.toml:49: unknown key "pausess" in statuses "waiting"; did you mean "pauses"?' in broken.err


def test_the_console_without_a_terminal_prints_the_queue(desk: Call) -> None:
    desk("ticket", "new", "Login fails", "--type", "fault")
    answer = desk()
    assert answer.code == 0
    assert "Login fails" in answer.out


def run_program(*words: str, database: Path, program: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    command = program or program_as("ann")
    environment = {**os.environ, "DESKTERM_DATABASE": str(database)}
    return subprocess.run(
        [*command, *words], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def test_the_version_answers_without_importing_anything_heavy(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv = ['deskterm', '--version']\n"
        "from deskterm.__main__ import main; main()\n"
        "heavy = {'typer', 'textual', 'rich', 'sqlalchemy', 'sqlmodel', 'pydantic', 'sqlite3'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    result = run_program(database=tmp_path / "d", program=[sys.executable, "-c", script])
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("deskterm ")


def test_a_list_imports_nothing_that_only_writing_needs(tmp_path: Path, desk: Call) -> None:
    script = (
        "import sys\n"
        "from deskterm.cli.main import run\n"
        "assert run(['ticket', 'list'], 'ann') == 0\n"
        "heavy = {'textual', 'sqlalchemy', 'sqlmodel', 'deskterm.procedure.schema'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    result = run_program(database=tmp_path / "desk.sqlite3", program=[sys.executable, "-c", script])
    assert (result.returncode, result.stderr) == (0, "")


def test_a_pipe_that_is_closed_early_is_no_error(desk: Call, tmp_path: Path) -> None:
    for _ in range(3):
        desk("ticket", "new", "x" * 200, "--type", "fault")
    command = f"{shlex.join(program_as('ann'))} export events --format jsonl | head -c 1"
    environment = {**os.environ, "DESKTERM_DATABASE": str(tmp_path / "desk.sqlite3")}
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], env=environment, capture_output=True, text=True, check=False
    )
    assert result.stderr == ""


@pytest.mark.parametrize("instant", ["9999-12-31", "0001-01-01", "1890-05-05"])
def test_an_instant_that_no_desk_will_see_is_refused(deskterm: Call, procedure_file: Path, instant: str) -> None:
    due = deskterm("sla", "due", "--procedure", procedure_file, "--type", "fault", "--start", instant)
    assert due.code == 2
    assert "no instant that a desk will see" in due.err
    created = deskterm("init", "--procedure", procedure_file, "--simulated", "--now", instant)
    assert created.code == 2


def test_numbers_beyond_every_database_are_wrong_usage(desk: Call) -> None:
    assert desk("ticket", "show", 2**63).code == 2
    assert desk("ticket", "list", "--limit", 10**20).code == 2


def test_only_an_admin_reads_as_somebody_else(desk: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk("ticket", "list", "--as", "nobody-here").code == 1
    people = tmp_path / "agents.csv"
    people.write_text("login,name,role\nsam,Sam,agent\n")
    desk("seed", "agents", people)
    assert desk("ticket", "list", "--view", "mine", "--as", "sam").code == 0
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "sam")
    assert desk("ticket", "list", "--view", "mine", "--as", "ann").code == 1


def test_json_escapes_hostile_text(desk: Call) -> None:
    subject = "a\x9b31m\u202eb\u2066"
    desk("ticket", "new", subject, "--type", "fault")
    printed = desk("ticket", "list", "--json")
    assert not set("\x9b\u202e\u2066") & set(printed.out)
    assert printed.json[0]["subject"] == subject


def test_words_that_are_not_utf_8_get_one_sentence(desk: Call) -> None:
    answer = desk("ticket", "new", "\udcff\udcfe", "--type", "fault")
    assert (answer.code, "not UTF-8 text" in answer.err) == (2, True)


def test_a_write_that_the_system_refuses_gets_one_sentence(desk: Call) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    answer = subprocess.run(
        f"{shlex.join(program_as('ann'))} export events > /dev/full",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("deskterm: The system refused")


def test_a_severity_may_be_named_as_the_queue_shows_it(deskterm: Call) -> None:
    due = ("sla", "due", "--procedure", "software-vendor", "--start", "2026-11-20 15:45", "--json")
    short = deskterm(*due, "--type", "Technical Support", "--severity", "p1")
    assert [item["due_at"][8:16] for item in short.json] == ["23T08:15", "23T08:45", "23T11:45"]


def test_the_shipped_examples_can_be_seeded(deskterm: Call) -> None:
    deskterm("init", "--procedure", "software-vendor")
    for what in ("agents", "clients", "severities"):
        assert deskterm("seed", what, "example", "--dry-run").code == 0


def test_a_user_who_is_no_agent_is_not_advised_to_work_as_another(desk: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Choose from ann" in desk("ticket", "note", "1001", "x", "--as", "zoe").err
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "zoe")
    refused = desk("ticket", "note", "1001", "x")
    assert refused.code == 1
    assert refused.err == (
        "deskterm: 'zoe' is no agent of this desk: an admin can add them with `deskterm seed agents FILE`.\n"
    )


@pytest.mark.parametrize(
    "words", [("rows.ods",), ("rows.JSON",), ("rows.csv", "--format", "jsonl"), ("rows.jsonl", "--format", "xlsx")]
)
@pytest.mark.law("C-55")
def test_a_file_is_not_written_in_another_format_than_its_name_says(
    desk: Call, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """C-55: `--output x.ods` would write csv into it."""
    target = tmp_path / words[0]
    refused = desk("export", "tickets", "--output", target, *words[1:])
    assert (refused.code, refused.out) == (2, "")
    asked = f".{words[-1]}" if len(words) > 1 else ".csv, .jsonl, .xlsx or .parquet"
    assert f"name it {asked}." in refused.err
    assert not target.exists()
