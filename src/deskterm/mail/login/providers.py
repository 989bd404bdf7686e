"""Providers of access tokens: where their pages are, and what mail needs of them (M-61)."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.mail.settings.schema import OAuthPart


class Provider(NamedTuple):
    """The pages of a provider. device_url: of its device codes; authorize_url: where a person allows the access in a
    browser of their own; both empty where there is none."""

    token_url: str
    device_url: str = ""
    authorize_url: str = ""
    scope: str = ""


# Google's page for device codes refuses the scope of mail: a person allows the access in the browser
_GOOGLE = Provider(
    token_url="https://oauth2.googleapis.com/token",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    scope="https://mail.google.com/",
)
_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/{page}"
# `offline_access` is what makes Microsoft give a refresh token
_MICROSOFT_SCOPE = (
    "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
)


def find_provider(part: OAuthPart) -> Provider:
    """Return the provider of a login: that of its preset, but for what the mail file says itself."""
    preset = Provider("")
    if part.preset == "google":
        preset = _GOOGLE
    elif part.preset == "microsoft":
        token, device, authorize = (
            _MICROSOFT.format(tenant=part.tenant, page=page) for page in ("token", "devicecode", "authorize")
        )
        preset = Provider(token, device, authorize, _MICROSOFT_SCOPE)
    return Provider(
        part.token_url or preset.token_url,
        part.device_url or preset.device_url,
        part.authorize_url or preset.authorize_url,
        part.scope if part.scope is not None else preset.scope,
    )
