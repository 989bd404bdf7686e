"""A refresh token by a code that a person types into a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskterm.errors import DeskError
from deskterm.mail.login.device_codes import get_device_code, wait_for_person
from deskterm.mail.settings.schema import OAuthPart
from mail.support.token_pages import Provider, serve_provider

PENDING = (400, {"error": "authorization_pending"})


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider on this machine."""
    with serve_provider() as provider:
        yield provider


def make_part(provider: Provider) -> OAuthPart:
    url = provider.url
    return OAuthPart(client_id="desk", token_url=f"{url}/token", device_url=f"{url}/device", scope="mail")


@pytest.mark.rule("M-61")
def test_the_page_is_asked_until_the_person_is_done_and_as_slowly_as_it_wants(provider: Provider) -> None:
    provider.answers = [PENDING, (400, {"error": "slow_down"}), (503, {}), PENDING]
    code = get_device_code(make_part(provider))
    assert (code.address, code.user_code, code.length) == (f"{provider.url}/here", "ABCD-EFGH", 900)
    assert "secret-device-code" not in repr(code)
    pauses: list[float] = []
    assert wait_for_person(make_part(provider), code, pauses.append) == "refresh-token-2"
    assert pauses == [1, 1, 6, 11, 11]
    assert provider.asked[0] == ("/device", {"client_id": "desk", "scope": "mail"})
    assert provider.asked[-1][1]["device_code"] == "secret-device-code"
    assert set(provider.grants) == {"urn:ietf:params:oauth:grant-type:device_code"}


@pytest.mark.rule("M-61")
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, {"error": "access_denied"}), "refused in the browser"),
        ((400, {"error": "authorization_declined"}), "refused in the browser"),
        ((400, {"error": "expired_token"}), "before it ended"),
        ((401, {"error": "invalid_client"}), "check client_id and client_secret"),
        ((400, {"error": "say secret-device-code"}), "lets nobody log in: invalid_request"),
        ((200, {"access_token": "x"}), "gave no refresh token"),
    ],
)
def test_a_login_that_fails_says_why(provider: Provider, answer: tuple[int, dict[str, str]], words: str) -> None:
    provider.answers = [PENDING, answer]
    part = make_part(provider)
    with pytest.raises(DeskError, match=words) as failed:
        wait_for_person(part, get_device_code(part), lambda _: None)
    assert "secret-device-code" not in str(failed.value)


@pytest.mark.rule("M-61")
def test_a_code_that_nobody_enters_ends(provider: Provider) -> None:
    provider.device_answer = {
        "device_code": "d", "user_code": "u", "verification_url": "https://example.org/device", "expires_in": "12",
    }  # fmt: skip
    provider.answers = [PENDING] * 9
    part = make_part(provider)
    code = get_device_code(part)
    assert (code.address, code.interval, code.length) == ("https://example.org/device", 5, 12)
    with pytest.raises(DeskError, match="Nobody entered the code"):
        wait_for_person(part, code, lambda _: None)
    assert len(provider.answers) == 6


@pytest.mark.rule("M-61")
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": "invalid_scope"}, "does not take the scope"),
        ({"error": "unauthorized_client"}, "may use this way"),
        ({"device_code": "d", "user_code": "\x1b[2J", "verification_uri": "https://x/"}, "its answer has no code"),
    ],
)
def test_a_page_that_gives_no_code_says_why(provider: Provider, answer: dict[str, str], words: str) -> None:
    provider.device_answer = answer
    with pytest.raises(DeskError, match=words):
        get_device_code(make_part(provider))
