"""`deskterm mail import`: how many mails, and what it says of them (M-12)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli_call import Call
from mail.support.mail_desk import write_mail
from small_desk import SMALL_PROCEDURE


@pytest.mark.rule("M-12", "M-64")
def test_an_import_takes_as_many_mails_as_it_is_told_and_goes_on_from_there(deskterm: Call, tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(SMALL_PROCEDURE, encoding="utf-8")
    (tmp_path / "mail.toml").write_text('[mailbox.support]\naddresses = ["support@desk.example"]\n', encoding="utf-8")
    assert deskterm("init", "--procedure", tmp_path / "desk.toml").code == 0
    folder = tmp_path / "old"
    folder.mkdir()
    for year in (2022, 2023, 2024):
        mail = write_mail(f"In {year}.", subject=f"Of {year}").replace("Mon, 23 Nov 2026", f"1 Mar {year}")
        (folder / f"{year}.eml").write_bytes(mail.encode())
    words = ("mail", "import", folder, "--mail-config", tmp_path / "mail.toml")
    refused = deskterm(*words)
    assert (refused.code, "--limit N, or --all" in refused.err) == (2, True)
    first = deskterm(*words, "--limit", "1", "--since", "2023-01-01", "--closed-before", "2024-01-01")
    assert first.code == 0, first.err
    lines = first.out.splitlines()
    assert "registered: Of 2023" in lines[0]
    assert lines[1:] == ["solved: 1001", "1 more to import: say the same again to go on"]
    assert [line.split(":")[1][:8] for line in deskterm(*words, "--all").out.splitlines()] == [" Of 2022", " Of 2024"]
    assert deskterm(*words, "--all").out == ""
    log = deskterm("audit", "log", "--by", "ann").out
    assert "1 mail imported into support: 1 new ticket, 1 of them solved" in log
    empty = tmp_path / "empty"
    empty.mkdir()
    nothing = deskterm("mail", "import", empty, "--all", "--mail-config", tmp_path / "mail.toml")
    assert (nothing.code, "no .eml files" in nothing.err) == (1, True)


@pytest.mark.rule("M-12", "M-64")
def test_without_a_path_the_mailbox_itself_is_imported(deskterm: Call, tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(SMALL_PROCEDURE, encoding="utf-8")
    file = tmp_path / "mail.toml"
    file.write_text('[mailbox.support]\naddresses = ["support@desk.example"]\n', encoding="utf-8")
    assert deskterm("init", "--procedure", tmp_path / "desk.toml").code == 0
    words = ("mail", "import", "--mail-config", file, "--limit", "1", "--closed-before", "2024-01-01", "--json")
    refused = deskterm(*words)
    assert (refused.code, "Say where the old mails are" in refused.err) == (2, True)
    (tmp_path / "in" / "cur").mkdir(parents=True)
    for year in (2022, 2023):
        mail = write_mail(f"In {year}.", subject=f"Of {year}").replace("Mon, 23 Nov 2026", f"1 Mar {year}")
        (tmp_path / "in" / "cur" / f"{year}.host").write_bytes(mail.encode())
    file.write_text(f'[mailbox.support]\nmaildir = "{tmp_path / "in"}"\n', encoding="utf-8")
    document = json.loads(deskterm(*words).out)
    assert ([mail["ticket"] for mail in document["mails"]], document["solved"], document["left_open"]) == (
        [1001],
        [1001],
        [],
    )
    assert document["remaining"] == 1
