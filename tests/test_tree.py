"""The tree: every module in a room of its size, tests where the code is, and docstrings that begin as they should."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/deskterm"
TESTS = ROOT / "tests"

MOST_MODULES = 16
MOST_LINES = 500

NAMELESS = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc", "base_utils"})
"""Names that say nothing of what a module holds."""

OF_THEIR_OWN = frozenset({"support", "scenarios", "cases", "older_desks", "shipped", "__snapshots__", "test_snapshots"})
"""Folders of the tests that mirror no folder of the source: shared support, stories across rooms, and data."""

QUESTIONS = ("What ", "Who ", "When ", "Whose ", "Where ", "Whether ", "How ", "Which ", "That ", "The same ")
"""First words that make a docstring a half sentence; it begins with a verb or says what the thing is."""

SPEECH = frozenset(
    {"told", "said", "asked", "shown", "spoken", "called", "given", "heard", "kept", "meant", "known", "seen"}
)
"""Past tenses of speech that say neither what a function does nor what it returns."""


TESTED_ELSEWHERE = {
    "api": "every test of the desk opens it by this",
    "core/closed_tickets": "by commands on closed tickets (core/test_session)",
    "core/desk_access": "through the session that has it (core/test_session)",
    "core/context": "values without behaviour",
    "core/event_reader": "by the explanations, which read through it (explain/test_clock_explanation)",
    "core/ticket_lookup": "by the commands that look tickets up (linking, core/test_session)",
    "history/kept_words": "by undo (conversation/test_scheduled_replies), and as the console goes on with them"
    " (tui/handlers/test_undoing)",
    "domain/wording/sentences": "by what reads sentences (domain/wording/test_named_files, test_promised_times)",
    "domain/changes": "types, and one look-up (domain/event_kinds/test_table)",
    "domain/event_kinds/entry": "the entry of each kind (domain/event_kinds/test_table)",
    "domain/event_kinds/payloads": "types (domain/event_kinds/test_table walks them)",
    "domain/event_kinds/names": "one type (domain/event_kinds/test_table)",
    "domain/event_kinds/cases": "walked for every kind in domain/event_kinds/test_table",
    "domain/event_kinds/phrases": "walked for every kind in domain/event_kinds/test_table",
    "domain/links": "by linking, and by follow-ups (linking, conversation/test_follow_up)",
    "domain/event_application": "by the fold (domain/test_fold) and random histories (test_random_histories)",
    "domain/kind_effects": "by the fold (domain/test_fold), and the commands that write such events",
    "domain/state": "folded in domain/test_fold and by random histories (test_random_histories)",
    "explain/clock_history": "through the explanation that it feeds (explain/test_clock_explanation)",
    "explain/explanation": "through the text and the JSON of it (explain/test_clock_explanation)",
    "explain/explanation_rows": "through the text of it (explain/test_clock_explanation)",
    "explain/explanation_text": "line by line in explain/test_clock_explanation",
    "templates/guarding": "with letters on several tickets (conversation/guard/test_several)",
    "reactions/quiet_session": "by importing old mails (mail/intake/test_import_mails)",
    "conversation/mail_messages": "by mails of machines, of agents, and that were passed on (mail/intake)",
    "domain/received_mail": "by the messages that mails became (mail/intake/test_work_on)",
    "history/checking/row_repairs": "by the check that finds what is to be repaired (history/test_integrity)",
    "history/erasing/erased_mails": "by erasing a person who wrote mails (mail/keeping/test_erased_mails)",
    "history/erasing/erased_sendings": "by erasing a recipient (mail/letters/test_taken_back)",
    "notify/acknowledgements": "by letters that acknowledge mails of strangers (mail/letters/test_caps)",
    "notify/addresses": "by letters that came back (mail/intake/test_bounced)",
    "notify/delivery": "by letters that left (mail/letters/test_deliver)",
    "templates/definitions": "through the checks of them (templates/test_checking)",
}
"""Modules of the desk without a test module of their name, and where they are tested instead."""


def _modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def _folders(root: Path) -> list[Path]:
    return sorted({path.parent for path in root.rglob("*.py")})


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("folder", [*_folders(SOURCE), *_folders(TESTS)], ids=_name)
def test_a_folder_has_at_most_sixteen_modules(folder: Path) -> None:
    assert len(_modules(folder)) <= MOST_MODULES + (folder == TESTS)  # conftest.py is pytest's, not a module


def test_no_file_is_longer_than_500_lines_and_none_is_called_after_nothing() -> None:
    for path in [*SOURCE.rglob("*.py"), *TESTS.rglob("*.py")]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES, f"{_name(path)} is too long"
        assert path.stem not in NAMELESS, f"{_name(path)}: call it after what it holds"


def test_the_tests_mirror_the_rooms() -> None:
    rooms = {path.relative_to(SOURCE) for path in _folders(SOURCE)}
    for folder in _folders(TESTS):
        place = folder.relative_to(TESTS)
        of_a_module = (SOURCE / place).with_suffix(".py").exists()  # the tests of one module may fill a folder
        assert place in rooms or of_a_module or OF_THEIR_OWN & set(place.parts), (
            f"{_name(folder)} mirrors no folder or module of the source"
        )


def test_every_module_of_the_desk_has_tests_of_its_name_or_a_reason() -> None:
    without = {
        str(path.relative_to(SOURCE / "desk").with_suffix(""))
        for folder in _folders(SOURCE / "desk")
        for path in _modules(folder)
        if not (TESTS / "desk" / path.relative_to(SOURCE / "desk")).with_name(f"test_{path.name}").exists()
    }
    assert without == TESTED_ELSEWHERE.keys()


def _docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string that documents something: also those under constants and attributes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        body = getattr(node, "body", ())
        for statement in body if isinstance(body, list) else ():
            match statement:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield statement.lineno, text


def test_no_docstring_begins_with_a_question() -> None:
    found = [
        f"{_name(path)}:{line}: {text.splitlines()[0]}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line, text in _docstrings(path)
        if text.startswith(QUESTIONS)
    ]
    assert found == []


def test_no_function_is_named_by_the_past_tense_of_speech() -> None:
    found = [
        f"{_name(path)}:{node.lineno}: {node.name}"
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name.strip("_") in SPEECH
    ]
    assert found == []
