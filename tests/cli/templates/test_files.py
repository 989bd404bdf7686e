"""`deskterm template`: files are checked by line, applied, listed and shown (C-21)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli_call import Call
from deskterm.desk.notify.letter_checks import find_missing_parts
from deskterm.desk.templates.checking import MOST_ENTRIES
from deskterm.desk.templates.definitions import ReplyTemplate
from deskterm.exchange.seeding.template_files import load_templates
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure, list_template_files
from deskterm.store.db.location import resolve_database_url, sqlite_path

pytestmark = pytest.mark.law("C-21")

AT = ("--now", "2026-11-23T09:30Z")
SHIPPED = list(list_template_files().values())
MANUAL = Path(__file__).parents[3] / "docs" / "templates.md"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_are_right_by_their_procedures_and_their_letters_have_the_parts(path: Path) -> None:
    procedure = load(find_procedure(path.stem)).procedure
    entries = load_templates([path], procedure, logins=())
    assert len(entries) > 4
    for entry in entries:
        if isinstance(entry, ReplyTemplate) and "resolve" in entry.use:
            assert find_missing_parts(procedure, entry.body) == []


def test_a_file_is_checked_by_line_and_put_into_the_desk(managed_services: Call, tmp_path: Path) -> None:
    folder = sqlite_path(resolve_database_url(None)).parent / "templates"
    answer = managed_services("template", "check", *AT)
    assert (answer.code, answer.err) == (
        1,
        f"deskterm: There is no folder {folder}: make it, or name files; `example` is what ships.\n",
    )
    folder.mkdir()
    file = folder / "own.toml"
    file.write_text(
        '[[templates]]\nkey = "a"\nlabel = "A"\nbody = """\nHello {requestor},\n"""\n\n'
        '[[macros]]\nkey = "b"\nlabel = "B"\nstatus = "clsed"\nassign = "nobdy"\n'
    )
    answer = managed_services("template", "check", *AT)
    assert answer.code == 1
    lines = answer.err.splitlines()
    assert lines[0].startswith(f'deskterm: {file}:4: template "a": {{requestor}} is no placeholder; did you mean')
    assert lines[1] == f'{file}:11: macro "b": there is no status "clsed"; did you mean "closed"?'
    assert lines[2] == f'{file}:12: macro "b": there is no agent "nobdy"; did you mean "nobody"?'
    file.write_text(
        file.read_text().replace("requestor", "requester").replace("clsed", "closed").replace("nobdy", "me")
    )
    assert managed_services("template", "check", *AT).out == "1 template and 1 macro: correct.\n"
    dry = managed_services("template", "apply", "--dry-run", *AT)
    assert dry.out == "+ macro b: B\n+ template a: A\n2 changes; a dry run, nothing was written.\n"
    assert "There are no templates yet" in managed_services("template", "list", *AT).out
    assert managed_services("template", "apply", *AT).out.endswith("2 changes made.\n")
    assert managed_services("template", "apply", *AT).out == "Nothing differs; nothing was changed.\n"
    assert "templates and macros changed" in managed_services("audit", "log", *AT).out
    shown = managed_services("template", "show", "a", *AT).out
    assert shown == '[[templates]]\nkey = "a"\nlabel = "A"\nbody = "Hello {requester},"\n'
    exported = tmp_path / "again.toml"
    exported.write_text(shown)
    answer = managed_services("template", "apply", str(exported), "--prune", *AT)
    assert answer.out == "- macro b\n1 change made.\n"
    assert [one["key"] for one in managed_services("template", "list", "--json", *AT).json] == ["a"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[templates]]\nkey = "a"\nlabel = "A"\nbody = "\\u001b[2J"\n', "U+001B stands in the text"),
        ('[[templates]]\nkey = "a"\nlabel = "A"\nbody = "x\x07"\n', "U+0007 stands in this line"),
        ('[[templates]]\nkey = "a"\nlabel = "A"\nbody = "x"\n' * 2, "own.toml:2 already"),
        ('[[templates]]\nkey = "a"\nlabel = "A"\ntext = "x"\n', 'unknown key "text"'),
        ('procedure = "campus-it"\n', "it was written for campus-it, and this procedure is managed-services"),
        ("", "holds no templates and no macros"),
        (
            "".join(f'[[templates]]\nkey = "t{n}"\nlabel = "T"\nbody = "x"\n' for n in range(10_000)),
            f"These files hold 10000 templates and macros, and a desk holds {MOST_ENTRIES}",
        ),
        (f'[[templates]]\nkey = "a"\nlabel = "A"\nbody = "{"x" * 20_001}"\n', "20000"),
        ("x" * 8_000_001, "larger than 8 MB"),
    ],
    ids=["escaped", "raw", "twice", "key", "other", "empty", "many", "long", "enormous"],
)
def test_hostile_files_are_refused_in_one_sentence(
    managed_services: Call, tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    answer = managed_services("template", "check", file, *AT)
    assert (answer.code, answer.out) == (1, "")
    assert sentence in answer.err
    assert not {"\x1b", "\x07"} & set(answer.err)


def test_the_example_of_the_manual_is_right(managed_services: Call, tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    for number, example in enumerate(examples):
        (tmp_path / f"{number}.toml").write_text(example)
    assert managed_services("template", "check", tmp_path, *AT).err == ""
