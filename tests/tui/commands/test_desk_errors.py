"""Errors of the database name no path, no URL and no option in the console (C-42, C-45)."""

from __future__ import annotations

import pytest

from deskterm.errors import DeskError
from deskterm.store.db import errors
from deskterm.tui.commands.search import translate_calls

pytestmark = pytest.mark.law("C-42", "C-45")

FILE = "sqlite:////srv/our desk (new)/desk.sqlite3"
SERVER = "postgresql://ann@db.example:5432/desk"
REASON = 'connection failed: connection to server at "10.0.0.5", port 5432 failed: Connection refused\n\tIs it running?'


@pytest.mark.parametrize(
    ("error", "beginning"),
    [
        (errors.unwritable_error(FILE, "the disk is full"), "Nothing can be saved (the disk is full). "),
        (errors.locked_error(FILE), "Another program keeps the desk locked: "),
        (errors.unreachable_error(SERVER, REASON), "The database cannot be reached. "),
        (errors.slow_statement_error(SERVER), "The database took too long, "),
        (errors.missing_rights_error(SERVER, "INSERT on event"), "You lack rights in the database (INSERT on event): "),
        (errors.unreadable_error("sqlite:////srv/desk.sqlite3", "permission denied"), "The desk cannot be read (perm"),
        (errors.desk_moved_error(FILE, "nothing was written; open it again"), "The desk was moved or removed while"),
    ],
)
def test_an_error_of_the_database_is_said_in_words_of_the_console(error: DeskError, beginning: str) -> None:
    for before in ("", "What you write cannot be saved yet, and is tried again: "):
        sentence = translate_calls(f"{before}{error}")
        assert sentence.startswith(before + beginning)
        assert not any(word in sentence for word in ("/srv", "db.example", "--database", "URL", "10.0.0.5", "\n"))
