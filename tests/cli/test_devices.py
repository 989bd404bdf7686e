"""Devices in the place of files: they are refused, because reading some of them never ends (D-47)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call
from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import open_log

SHIPPED = Path(__file__).parents[2] / "data" / "procedures"

CALLS = {
    ("restore", "--without-manifest", "--dry-run"): "link.toml is a device: give a file.",
    ("seed", "agents"): "link.toml is a device: give a file.",
    ("procedure", "check"): "There is no procedure and no file called",
}


@pytest.mark.parametrize("words", CALLS, ids=lambda words: words[0])
def test_a_device_is_refused(managed_services: Call, tmp_path: Path, words: tuple[str, ...]) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to("/dev/zero")
    result = managed_services(*words, link)
    assert result.code == 1
    assert CALLS[words] in result.err


def test_an_event_log_is_no_device() -> None:
    with pytest.raises(DeskError, match="/dev/zero is a device"), open_log(Path("/dev/zero")):
        pass


def test_holidays_do_not_come_from_a_device(managed_services: Call, tmp_path: Path) -> None:
    text = (SHIPPED / "managed-services.toml").read_text(encoding="utf-8")
    file = tmp_path / "procedure.toml"
    file.write_text(text.replace("[calendars.australia]", '[calendars.australia]\nics = "/dev/zero"', 1))
    result = managed_services("procedure", "check", file)
    assert result.code == 1
    assert "/dev/zero is a device" in result.out + result.err
