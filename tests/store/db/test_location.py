"""The location of a desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.errors import UsageError
from deskterm.store.db.location import dialect, display_location, resolve_database_url, sqlite_path


def test_a_path_is_taken_literally_and_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = resolve_database_url("a 100% ?desk#1.sqlite3")
    assert url == f"sqlite:///{tmp_path}/a 100% ?desk#1.sqlite3"
    assert sqlite_path(url) == tmp_path / "a 100% ?desk#1.sqlite3"


@pytest.mark.parametrize("database", ["sqlite:////srv/desk.db", "sqlite:/srv/desk.db", "/srv/x/../desk.db"])
def test_every_form_of_a_path_gives_the_same_url(database: str) -> None:
    assert resolve_database_url(database) == "sqlite:////srv/desk.db"
    assert resolve_database_url(resolve_database_url(database)) == resolve_database_url(database)


def test_a_tilde_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/sam")
    assert resolve_database_url("~/desk.db") == "sqlite:////home/sam/desk.db"


def test_the_environment_names_the_desk_when_the_command_line_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKTERM_DATABASE", "/srv/desk.db")
    assert resolve_database_url(None) == "sqlite:////srv/desk.db"
    assert resolve_database_url("/srv/other.db") == "sqlite:////srv/other.db"


def test_by_default_the_desk_is_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/home/sam/data")
    monkeypatch.delenv("DESKTERM_DATABASE", raising=False)
    assert resolve_database_url(None).endswith("deskterm/desk.sqlite3")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_scheme_of_postgresql_is_accepted(scheme: str) -> None:
    url = resolve_database_url(f"{scheme}://sam:secret@db.example/desk")
    assert url == "postgresql://sam:secret@db.example/desk"
    assert dialect(url) == "postgresql"


def test_a_password_is_never_shown() -> None:
    assert (
        display_location("postgresql://sam:secret@db.example:5433/desk?password=x")
        == "postgresql://sam@db.example:5433/desk"
    )


@pytest.mark.parametrize("database", ["mysql://db/desk", "sqlite://db/desk", "sqlite:"])
def test_another_kind_of_database_is_a_usage_error(database: str) -> None:
    with pytest.raises(UsageError):
        resolve_database_url(database)
