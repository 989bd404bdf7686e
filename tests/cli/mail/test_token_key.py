"""`deskterm doctor` says when the key of the tokens in letters is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call


@pytest.mark.rule("M-62")
def test_a_key_that_is_lost_or_that_others_read_is_noted_once_there_is_mail(desk: Call, tmp_path: Path) -> None:
    key, folder = tmp_path / "mail-token.key", tmp_path / "in"
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    (tmp_path / "mail.toml").write_text(f'[mailbox.support]\nmaildir = "{folder}"\n')
    assert "mail-token.key" not in desk("doctor").out  # no letter can have left yet
    assert desk("mail", "fetch").code == 0
    assert "mail-token.key" not in desk("doctor").out
    key.chmod(0o644)
    assert f"the key of the mail's tokens is of no use: {key} can be read by others" in desk("doctor").out
    key.unlink()
    answer = desk("doctor")
    assert (answer.code, f"{key}, is missing: put your copy back" in answer.out) == (0, True)
