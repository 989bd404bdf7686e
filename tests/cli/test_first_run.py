"""The first minute of somebody who has no desk (C-16)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from cli_call import Call
from deskterm.cli.first_run import offer_desk
from deskterm.cli.runtime.context import CliContext
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.desk_facts import load_desk_facts
from small_desk import small_desk


def answer(monkeypatch: pytest.MonkeyPatch, place: Path, *lines: str) -> CliContext | None:
    """Answer the questions with these lines, and return the call that is to go on."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return offer_desk(CliContext(str(place), login="ann"))


@pytest.mark.law("C-16")
def test_a_new_desk_asks_for_procedure_name_and_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "desk.sqlite3"
    offered = answer(
        monkeypatch,
        place,
        *("2", "", "nonsense", "managed-services", "Night shift"),
        *("Europe/Nowhere", "Europe/Berlin", ""),
    )
    printed = " ".join(capsys.readouterr().out.split())  # wrapped at the edge of the terminal
    assert offered is not None
    assert "Two maintainers, UTC, weekends off" in printed, "each procedure has its line"
    assert "There is no procedure and no file called nonsense" in printed
    assert "There is no time zone 'Europe/Nowhere'" in printed
    with open_reader(offered.url) as reader:
        facts = load_desk_facts(reader)
    assert (facts.name, facts.timezone) == ("Night shift", "Europe/Berlin")
    # The teams take turns by the same clock
    assert facts.document.count("Europe/Berlin") == 5
    assert "Australia/Sydney" not in facts.document


@pytest.mark.law("C-16")
def test_whoever_has_a_desk_elsewhere_gives_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}")
    desk.store.close()
    offered = answer(
        monkeypatch, tmp_path / "none.sqlite3", "7", "3", str(tmp_path / "nowhere"), str(tmp_path / "elsewhere.sqlite3")
    )
    assert offered is not None
    assert offered.url == desk.store.url
    printed = " ".join(capsys.readouterr().out.split())  # wrapped at the edge of the terminal
    assert "Type one of 1, 2, 3, or q to leave." in printed
    assert f"There is no desk at {tmp_path / 'nowhere'}." in printed
    assert not (tmp_path / "none.sqlite3").exists()


@pytest.mark.law("C-16")
@pytest.mark.parametrize("lines", [("q",), (), ("2", "1", "q"), ("2", "1", "", "q")])
def test_whoever_leaves_has_made_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "desk.sqlite3"
    assert answer(monkeypatch, place, *lines) is None
    assert "Nothing was made." in capsys.readouterr().out
    assert not place.exists()


@pytest.mark.law("C-16")
def test_where_nobody_can_be_asked_one_sentence_says_what_to_do(deskterm: Call, tmp_path: Path) -> None:
    answered = deskterm()
    assert (answered.code, answered.out) == (1, "")
    assert answered.err.count("\n") == 1
    assert "make one with `deskterm init --procedure NAME`, or try `deskterm demo`" in answered.err
    assert not (tmp_path / "desk.sqlite3").exists()
