"""Forms sent to a provider's pages (M-61). What is sent holds secrets, so no error says more than the page's name."""

from __future__ import annotations

import json
import re
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit

from deskterm.errors import DeskError
from deskterm.mail.settings.tls import TIMEOUT, describe_tls_failure, make_tls_context

_LARGEST = 1_000_000
"""Most bytes of an answer that are read."""
_CODE = re.compile(r"[a-z_]{1,40}")
_MICROSOFT_CODE = re.compile(r"AADSTS\d{4,9}")


class PageError(DeskError):
    """A page of the provider is out of reach, or does not answer as one."""


class PageAnswer(NamedTuple):
    """The answer of a page. error: its code of what is wrong (RFC 6749), empty where nothing is; detail: a number of
    the provider that its help pages explain. Neither is text that could hold what was sent."""

    status: int
    values: dict[str, Any]
    error: str
    detail: str

    def get_text(self, name: str) -> str:
        """Return a value that is text of printable ASCII, as tokens and codes are; empty otherwise."""
        value = self.values.get(name)
        return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""

    def get_seconds(self, name: str, usual: int) -> int:
        """Return a length of time in seconds. Some pages write numbers as text."""
        try:
            return max(0, min(int(self.values.get(name, usual)), 10_000_000))
        except (TypeError, ValueError, OverflowError):
            return usual


def send_form(url: str, fields: Mapping[str, str], ca_file: str | None, *, timeout: float = TIMEOUT) -> PageAnswer:
    """Send a form to a page and return its answer, whatever its status. timeout: seconds without a word. Raises
    PageError where there is no answer. Any number of threads may call it at once."""
    where = urlsplit(url).netloc.rpartition("@")[2]
    request = urllib.request.Request(
        url,
        data=urlencode(fields).encode(),
        headers={"Accept": "application/json", "User-Agent": "deskterm"},
    )
    try:
        with _make_opener(url, ca_file).open(request, timeout=timeout) as page:
            status, data = page.status, page.read(_LARGEST)
    except HTTPError as error:  # a status other than 200 is an answer too
        with error:
            status, data = error.code, _read_rest(error)
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise PageError(_describe(error, where, timeout)) from None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    values = found if isinstance(found, dict) else {}
    if status >= 500 or status == 429:
        raise PageError(f"{where} answers with {status} when it is asked for a token: try it again later.")
    if not values:
        raise PageError(f"{where} answers with {status} and no token: check token_url and device_url.")
    code, words = values.get("error"), values.get("error_description")
    is_code = isinstance(code, str) and _CODE.fullmatch(code)
    error_code = str(code) if is_code else "invalid_request" if status >= 400 or code is not None else ""
    number = _MICROSOFT_CODE.search(words) if isinstance(words, str) else None
    return PageAnswer(status, values, error_code, number[0] if number else "")


def _read_rest(error: HTTPError) -> bytes:
    try:
        return bytes(error.read(_LARGEST))
    except (HTTPException, OSError):
        return b""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follow no redirection: the secrets are for the page that the file names, and for no other one."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _make_opener(url: str, ca_file: str | None) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
    if url.startswith("https:"):
        handlers.append(urllib.request.HTTPSHandler(context=make_tls_context(ca_file)))
    else:
        # To this machine only (the mail file is checked for that), and never by way of a proxy elsewhere
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _describe(error: Exception, where: str, timeout: float) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLError):
        return describe_tls_failure(reason, where)
    if isinstance(reason, socket.gaierror):
        return f"There is no page {where} to get a token from: check its name, and the network."
    if isinstance(reason, TimeoutError):
        return f"{where} does not answer for {timeout:g} seconds when it is asked for a token."
    strerror = getattr(reason, "strerror", "") or "the connection was closed"
    return f"{where} cannot be reached for a token: {strerror.lower()}."
