"""The location of a desk."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from deskterm.errors import DeskError, UsageError
from deskterm.store.db.connection import connect_postgresql
from deskterm.store.db.location import (
    dialect,
    display_location,
    redact_passwords,
    resolve_database_url,
    sqlite_path,
)


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


@pytest.mark.parametrize(
    "database",
    [
        "postgresql://sam:Zx9@127.0.0.1:1/desk",
        "postgresql://sam:%5Ax9@127.0.0.1:1/desk",
        "postgresql://sam:Z#x9@127.0.0.1:1/desk",
        "postgresql://sam:Z?x9@127.0.0.1:1/desk",
        "postgresql://sam:Z/x9@127.0.0.1:1/desk",
        "postgresql://sam:1/x9@127.0.0.1:1/desk",
        "postgresql://sam:1?x9=1@127.0.0.1:1/desk",
        "postgresql://sam:Z x9@127.0.0.1:1/desk",
        "postgresql://sam:Z%zzx9@127.0.0.1:1/desk",
        "postgresql://sam:Z%00x9@127.0.0.1:1/desk",
        "postgresql://sam:Zx9%@127.0.0.1:1/desk",
        "postgresql://sam:Zx9@y@127.0.0.1:1/desk",
        "postgresql://sam:[x9]@127.0.0.1:1/desk",
        "postgresql://:Zx9@127.0.0.1:1/desk",
        "postgresql:/sam:Zx9@127.0.0.1:1/desk",
        "postgresql:///sam:Zx9@127.0.0.1:1/desk",
        "postgresql:sam:Zx9@127.0.0.1:1/desk",
        "postgres:/sam:Zx9@127.0.0.1:1/desk",
        "postgresql+asyncpg://sam:Zx9@127.0.0.1:1/desk",
        "jdbc:postgresql://127.0.0.1:1/desk?user=sam&password=Zx9",
        '"postgresql://sam:Zx9@127.0.0.1:1/desk"',
        "//sam:Zx9@127.0.0.1:1/desk",
        "sam:Zx9@127.0.0.1:1/desk",
        "host=127.0.0.1 port=1 user=sam password=Zx9",
        "password='Zx9' host=127.0.0.1",
        "postgresql://sam@127.0.0.1:1/desk?password=Zx9",
        "postgresql://sam@127.0.0.1:1/desk?sslpassword=Zx9&sslmode=prefer",
        "postgresql://sam@127.0.0.1:1/desk?Zx9",
        "mysql://sam:Zx9@127.0.0.1:1/desk",
        "sqlite://sam:Zx9@127.0.0.1:1/desk",
        "postgresql//sam:Zx9@127.0.0.1:1/desk",
        "postgresql;//sam:Zx9@127.0.0.1:1/desk",
        "postgresql\t://sam:Zx9@127.0.0.1:1/desk",
        "postgresql\u200b://sam:Zx9@127.0.0.1:1/desk",
        "postgresql//sam@Zx9/desk",
        "sqlite:///sam:Zx9@127.0.0.1:1/desk",
        "sqlite:////sam:Zx9@127.0.0.1:1/desk",
        "sqlite:sam:Zx9@127.0.0.1:1/desk",
        "sqllite//sam:Zx9@127.0.0.1:1/desk",
        "desk/sam:Zx9@127.0.0.1:1/desk",
        "./postgresql://sam:Zx9@127.0.0.1:1/desk",
    ],
)
def test_no_form_of_a_url_shows_its_password(database: str) -> None:
    """D-44: it is refused without repeating it, or it is PostgreSQL, whose errors do not show it either."""
    try:
        url = resolve_database_url(database)
        assert dialect(url) == "postgresql", "a file would be named after the password"
        assert "x9" not in display_location(url)
        with pytest.raises(DeskError) as refused:
            connect_postgresql(url)
        assert "cannot be reached" in str(refused.value)
    except UsageError as error:
        refused_sentence = str(error)
    else:
        refused_sentence = str(refused.value)
    assert "x9" not in refused_sentence


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://", "postgresql://"),
        ("postgresql:///desk", "postgresql:///desk"),
        ("postgresql://?service=desk&password=x", "postgresql://?service=desk"),
        ("postgresql://sam@/desk?host=/var/run/postgresql", "postgresql://sam@/desk"),
        ("postgresql://%2Fvar%2Frun/desk", "postgresql://%2Fvar%2Frun/desk"),
        ("postgresql://[::1]:5433/desk", "postgresql://[::1]:5433/desk"),
        ("postgresql://one:5432,two:5433/desk?target_session_attrs=any", "postgresql://one:5432,two:5433/desk"),
        ("postgresql://sam%40x:a:b!$&'()*+,;=-._~@db/desk", "postgresql://sam%40x@db/desk"),
    ],
)
def test_urls_of_postgresql_are_read_as_its_own_programs_do(url: str, shown: str) -> None:
    assert resolve_database_url(url) == url
    assert display_location(url) == shown


def test_a_message_of_the_driver_loses_the_password_as_written_and_as_meant() -> None:
    url = "postgresql://sam:a%23b@db/desk?sslpassword=key"
    assert redact_passwords("no a#b, a%23b or key", url) == "no (password), (password) or (password)"


@pytest.mark.parametrize("name", ["./sam:x@y", "/srv/postgres:15/desk.db", "a 100% ?desk#1.sqlite3", "me@home.db"])
def test_a_file_may_have_an_odd_name(name: str) -> None:
    assert dialect(resolve_database_url(name)) == "sqlite"


@given(st.text(max_size=40), st.text(alphabet="pqszZ9:/@#?%= [],.", max_size=40))
def test_nothing_that_is_read_as_postgresql_shows_its_password(user: str, password: str) -> None:
    """D-44: with any signs in it, written as they are."""
    text = f"postgresql://{quote(user, safe='')}:QQ{password}QQ@db/desk"
    try:
        shown = display_location(resolve_database_url(text)).replace(quote(user, safe=""), "")
    except UsageError as error:
        shown = str(error)
    assert "QQ" not in shown


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_service_says_where_the_desk_is(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D-44, as docs/databases.md shows it: neither the command line nor the environment has a password."""
    settings = conninfo_to_dict(store_url)
    file = tmp_path / "pg_service.conf"
    file.write_text("\n".join(["[desk]", *(f"{key}={value}" for key, value in settings.items())]))
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    monkeypatch.setenv("DESKTERM_DATABASE", "postgresql://?service=desk")
    connection = connect_postgresql(resolve_database_url(None))
    assert connection.info.dbname == settings["dbname"]
    connection.close()
