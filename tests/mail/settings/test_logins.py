"""What a mail file may say of servers, secrets and tokens."""

from __future__ import annotations

import pytest

from deskterm.errors import DeskError
from deskterm.mail.login.providers import find_provider
from deskterm.mail.settings.load import loads_mail_file
from deskterm.mail.settings.schema import OAuthPart

FILE = """
[mailbox.support]
imap = {{ host = "{host}", user = "desk"{tls} }}
secret = "{secret}"
{more}
"""


def load(host: str = "imap.example.org", tls: str = "", secret: str = "keyring:x", more: str = "") -> None:
    loads_mail_file(FILE.format(host=host, tls=tls, secret=secret, more=more), "mail.toml")


@pytest.mark.rule("M-60")
def test_nothing_goes_without_encryption_but_to_this_machine() -> None:
    for host in ("localhost", "127.0.0.1", "::1"):
        load(host, ', tls = "none"')
    for host in ("imap.example.org", "10.0.0.1", "localhost.example.org", "127.0.0.1.example.org", "0.0.0.0"):
        with pytest.raises(DeskError, match="goes without encryption to this machine only"):
            load(host, ', tls = "none"')
    with pytest.raises(DeskError, match="starttls"):
        load(tls=', tls = "off"')


@pytest.mark.rule("M-62")
@pytest.mark.parametrize("secret", ["hunter2", "plain:hunter2", "keyring:", "file: hunter2", "HUNTER2"])
def test_a_literal_password_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(DeskError, match="is where the secret lies, and not the secret") as refused:
        load(secret=secret)
    assert "hunter2" not in str(refused.value).lower()
    for more in ('password = "hunter2"', 'oauth = { preset = "google", client_id = "x", client_secret = "hunter2" }'):
        with pytest.raises(DeskError) as refused:
            load(more=more)
        assert "hunter2" not in str(refused.value)


@pytest.mark.rule("M-61")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('oauth = { client_id = "x" }', "needs a preset"),
        ('oauth = { client_id = "x", token_url = "http://login.example.org/token" }', 'begins with "https://"'),
        ('oauth = { client_id = "x", token_url = "http://127.0.0.1.example.org/token" }', 'begins with "https://"'),
        ('oauth = { client_id = "x", token_url = "https://a:b@example.org/token" }', 'begins with "https://"'),
        ('oauth = { preset = "microsoft", client_id = "x", tenant = "a/b" }', "domain of an organisation"),
        ('oauth = { preset = "yahoo", client_id = "x" }', "google"),
    ],
)
def test_pages_of_tokens_are_protected(more: str, words: str) -> None:
    with pytest.raises(DeskError, match=words):
        load(more=more)


@pytest.mark.rule("M-61")
def test_tokens_are_for_somebody_on_a_server() -> None:
    oauth = 'oauth = { preset = "google", client_id = "x" }'
    load(more=oauth)
    for text, words in {
        f'[mailbox.a]\nmaildir = "/m"\n{oauth}': "imap has to name both",
        f'[account.a]\nsmtp = {{ host = "h" }}\n{oauth}': "smtp has to name it",
        f'[account.a]\nsmtp = {{ host = "h", user = "u" }}\n{oauth}': "needs a secret",
    }.items():
        with pytest.raises(DeskError, match=words):
            loads_mail_file(text, "mail.toml")


@pytest.mark.rule("M-61")
def test_presets_know_the_pages_of_the_providers_and_the_file_overrules_them() -> None:
    google = find_provider(OAuthPart(preset="google", client_id="x"))
    assert (google.token_url, google.scope) == ("https://oauth2.googleapis.com/token", "https://mail.google.com/")
    assert (bool(google.authorize_url), google.device_url) == (True, "")  # its device codes are not for mail
    microsoft = find_provider(OAuthPart(preset="microsoft", client_id="x", tenant="example.org", scope="a b"))
    assert microsoft.token_url == "https://login.microsoftonline.com/example.org/oauth2/v2.0/token"
    assert microsoft.device_url == "https://login.microsoftonline.com/example.org/oauth2/v2.0/devicecode"
    assert microsoft.scope == "a b"
    assert "offline_access" in find_provider(OAuthPart(preset="microsoft", client_id="x")).scope
