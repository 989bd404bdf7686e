"""Refresh tokens by a device code (RFC 8628): a person types a code into a page of the provider, on any machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from deskterm.errors import DeskError
from deskterm.mail.login.access_tokens import make_client_fields
from deskterm.mail.login.pages import PageAnswer, PageError, send_form
from deskterm.mail.login.providers import find_provider
from deskterm.mail.settings.schema import OAuthPart
from deskterm.mail.settings.tls import TIMEOUT

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_USUAL_INTERVAL, _USUAL_LENGTH = 5, 900
"""Seconds between two questions, and until a code ends, where the page does not say."""
_SLOWER = 5
"""Seconds more between two questions once the page asks for that."""


class DeviceCode(NamedTuple):
    """A code that a person types into a page. device_code: what this program asks by, a secret; interval: seconds
    between two questions; length: seconds until it ends."""

    address: str
    user_code: str
    device_code: str
    interval: int
    length: int

    def __repr__(self) -> str:
        return f"DeviceCode(address={self.address!r}, user_code={self.user_code!r})"


def get_device_code(part: OAuthPart, *, timeout: float = TIMEOUT) -> DeviceCode:
    """Get a code from the provider. Raises DeskError where it gives none."""
    provider = find_provider(part)
    fields = {"client_id": part.client_id, "scope": provider.scope}
    answer = send_form(provider.device_url, fields, part.ca_file, timeout=timeout)
    # `verification_url` is Google's name for it, from before there was a standard
    address = answer.get_text("verification_uri") or answer.get_text("verification_url")
    user_code, device_code = answer.get_text("user_code"), answer.get_text("device_code")
    if answer.error or not (address and user_code and device_code):
        raise DeskError(describe_login_refusal(answer))
    return DeviceCode(
        address,
        user_code,
        device_code,
        answer.get_seconds("interval", _USUAL_INTERVAL),
        answer.get_seconds("expires_in", _USUAL_LENGTH),
    )


def wait_for_person(
    part: OAuthPart, code: DeviceCode, pause: Callable[[float], None], *, timeout: float = TIMEOUT
) -> str:
    """Ask until the person has allowed the access, and return the refresh token. pause: waits for so many seconds.
    Raises DeskError where they refuse, or the code ends."""
    provider = find_provider(part)
    fields = {"grant_type": _GRANT, "device_code": code.device_code, **make_client_fields(part)}
    interval, passed = max(code.interval, 1), 0
    while passed < code.length:
        pause(interval)
        passed += interval
        try:
            answer = send_form(provider.token_url, fields, part.ca_file, timeout=timeout)
        except PageError:
            interval += _SLOWER  # a line that fails for a moment is no reason to begin anew
            continue
        if not answer.error:
            return find_refresh_token(answer)
        if answer.error == "slow_down":
            interval += _SLOWER
        elif answer.error != "authorization_pending":
            raise DeskError(describe_login_refusal(answer))
    raise DeskError("Nobody entered the code before it ended: begin anew.")


def find_refresh_token(answer: PageAnswer) -> str:
    """Return the refresh token of an answer. Raises DeskError where the provider gave none."""
    token = answer.get_text("refresh_token")
    if not token:
        raise DeskError("The provider gave no refresh token: the scope has to ask for one, mostly by `offline_access`.")
    return token


def describe_login_refusal(answer: PageAnswer) -> str:
    """Return why a provider lets nobody log in, in a sentence."""
    detail = f" ({answer.detail})" if answer.detail else ""
    if answer.error in ("access_denied", "authorization_declined"):
        return f"The access was refused in the browser{detail}: nothing was kept."
    if answer.error in ("expired_token", "bad_verification_code", "code_expired"):
        return f"Nobody entered the code before it ended{detail}: begin anew."
    if answer.error in ("invalid_client", "unauthorized_client"):
        return (
            f"The provider does not take the client{detail}: check client_id and client_secret, and whether the client"
            " may use this way of logging in."
        )
    if answer.error == "invalid_scope":
        return f"The provider does not take the scope{detail}: check scope, and what the client may ask for."
    return f"The provider lets nobody log in: {answer.error or 'its answer has no code'}{detail}."
