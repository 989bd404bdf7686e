"""Protected connections to mail servers, and to the pages that give tokens (M-60)."""

from __future__ import annotations

import ssl

from deskterm.errors import DeskError
from deskterm.mail.settings.schema import ServerPart
from deskterm.named_files import expand_home

TIMEOUT = 30.0
"""Seconds that a server has for an answer."""
_TOO_OLD = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW", "NO_PROTOCOLS_AVAILABLE")


def build_tls_context(server: ServerPart) -> ssl.SSLContext:
    """Return the context for a server, as `make_tls_context` does."""
    return make_tls_context(server.ca_file)


def make_tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Return a context in which certificates are checked, and nothing before TLS 1.2 is spoken. ca_file: certificates
    of an authority of one's own. Raises DeskError for a file of certificates that cannot be read."""
    try:
        context = ssl.create_default_context(cafile=str(expand_home(ca_file)) if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        reason = "it is no PEM file" if isinstance(error, ssl.SSLError) else (error.strerror or str(error)).lower()
        raise DeskError(f"{ca_file} holds no certificates: {reason}.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def describe_tls_failure(error: ssl.SSLError, where: str) -> str:
    """Return why there is no protected connection to a server, in a sentence that says what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return f"The certificate of {where} is refused: {reason}; for one of your own, name its authority in ca_file."
    reason = error.reason or ""
    if any(word in reason for word in _TOO_OLD):
        return f"{where} speaks no TLS 1.2, which is the least: its encryption is too old."
    if "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason:
        return f'{where} does not begin with TLS: check its port, and whether tls is to be "starttls".'
    words = reason.replace("_", " ").lower() or "the connection was closed"
    return f"There is no protected connection to {where}: {words}."
