"""The mail file: what it may say, and every mistake in it with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.mail.settings.load import find_mail_file, load_mail_file, loads_mail_file
from deskterm.mail.settings.mailboxes import build_mail_settings

WHOLE = """
[mailbox.support]
imap = { host = "imap.example.org", user = "support@example.org", folder = "INBOX" }
secret = "keyring:support"
addresses = ["Support@example.org", "help@example.org"]
department = "support"
plus = { billing = { department = "billing" } }
trusted = ["mx.example.org"]
after = "move:Done"
[account.main]
smtp = { host = "smtp.example.org", user = "support@example.org" }
secret = "keyring:support"
per_minute = 60
[identity.support]
from = "Example Support <support@example.org>"
account = "main"
bounce = "bounces@example.org"
signature = "{agent}"
[mail]
agents_by_mail = "note"
public_providers = ["gmail.com"]
[notices]
sam = "hourly"
[push.sam]
url = "keyring:sam"
on = ["breached", "rule"]
"""


@pytest.mark.rule("M-63")
def test_a_file_says_what_the_manual_says_it_may() -> None:
    file = loads_mail_file(WHOLE, "mail.toml")
    settings = build_mail_settings(file)
    assert file.mailbox["support"].after == "move:Done"
    assert settings.find_mailbox("support").plus["billing"].department == "billing"
    assert settings.is_ours("support+anything@example.org")
    assert settings.is_ours("bounces+b-1-2-x@example.org")
    assert not settings.is_ours("kim@example.org")


@pytest.mark.rule("M-27", "M-37", "M-38", "M-59")
def test_a_domain_of_the_file_is_known_in_each_of_its_spellings() -> None:
    """Our own address, written with the domain's letters in the file and as IDNA in a mail, was not ours."""
    text = WHOLE.replace("help@example.org", "Hilfe@lärche.example").replace("bounces@example", "bounces@xn--lrche-gra")
    text = text.replace('["gmail.com"]', '["xn--lrche-gra.example", "Birke.example"]\nblocked = ["straße.example"]')
    settings = build_mail_settings(loads_mail_file(text, "mail.toml"))
    for spelling in ("lärche", "LÄRCHE", "xn--lrche-gra"):
        assert settings.is_ours(f"hilfe+t-1@{spelling}.example")
        assert settings.is_public(f"kim@{spelling}.example")
    assert settings.is_ours("bounces@lärche.org")
    assert settings.is_public("kim@birke.example")
    assert settings.is_blocked("kim@xn--strae-oqa.example")
    assert not settings.is_blocked("kim@strasse.example")
    with pytest.raises(DeskError, match="is an address of mailbox"):
        loads_mail_file(
            '[mailbox.a]\naddresses = ["a@lärche.example"]\n[mailbox.b]\naddresses = ["a@xn--lrche-gra.example"]\n',
            "mail.toml",
        )


@pytest.mark.rule("M-60", "M-62", "M-63")
@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('trusted = ["mx', 'trustd = ["mx', 8, 'did you mean "trusted"'),
        ('secret = "keyring:support"\naddresses', 'secret = "hunter2"\naddresses', 4, "and not the secret"),
        ('after = "move:Done"', 'after = "burn"', 9, '"keep", "flag", "delete"'),
        ('account = "main"', 'account = "maim"', 16, 'did you mean "main"?'),
        ('signature = "{agent}"', 'signature = "{agnet}"', 18, 'did you mean "agent"?'),
        ('"help@example.org"', '"help at example"', 5, "is no address"),
        (
            'user = "support@example.org" }\nsecret = "keyring:support"\nper',
            'tls = "none" }\nper',
            11,
            "to this machine only",
        ),
        ("per_minute = 60", "per_minute = 0", 13, "per_minute"),
        ('from = "Example Support <support@example.org>"', 'from = "Example Support"', 15, "has no address"),
        ('from = "Example Support <support@example.org>"', 'from = "Support, Example <a@example.org>"', 15, "commas"),
        ('url = "keyring:sam"', 'url = "slack://hunter2/"', 25, "and not the secret"),
        ('"breached", "rule"', '"breached", "missed"', 26, "is none of registered, "),
    ],
)
def test_a_mistake_is_named_with_its_line(before: str, after: str, line: int, words: str) -> None:
    assert before in WHOLE
    with pytest.raises(DeskError) as refused:
        loads_mail_file(WHOLE.replace(before, after, 1), "mail.toml")
    assert f"mail.toml:{line}: " in str(refused.value)
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.rule("M-63")
def test_an_address_belongs_to_one_mailbox() -> None:
    second = WHOLE + '[mailbox.other]\nmaildir = "/m"\naddresses = ["help@example.org"]\n'
    with pytest.raises(DeskError, match='is an address of mailbox "support" already'):
        loads_mail_file(second, "mail.toml")


@pytest.mark.rule("M-63")
def test_the_file_lies_beside_the_desk_or_where_it_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESKTERM_MAIL", raising=False)
    desk = tmp_path / "desk.sqlite3"
    assert find_mail_file(None, desk).name == "mail.toml"
    (tmp_path / "mail.toml").write_text(WHOLE)
    assert find_mail_file(None, desk) == tmp_path / "mail.toml"
    monkeypatch.setenv("DESKTERM_MAIL", str(tmp_path / "other.toml"))
    assert find_mail_file(None, desk) == tmp_path / "other.toml"
    assert find_mail_file(str(tmp_path / "named.toml"), desk) == tmp_path / "named.toml"
    assert load_mail_file(tmp_path / "nothing.toml", required=False).mailbox == {}
    with pytest.raises(DeskError, match="There is no file"):
        load_mail_file(tmp_path / "nothing.toml", required=True)
