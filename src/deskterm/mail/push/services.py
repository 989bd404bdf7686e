"""The services that push: apprise reads their addresses and speaks to them."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from deskterm.errors import DeskError
from deskterm.mail.settings.secrets import read_secret

if TYPE_CHECKING:
    from apprise import Apprise

_TIMEOUT = 30
"""Seconds that a service has for a push."""
_TITLE = "deskterm"
_CODE = re.compile(r"\berror=(\d{3})\b")
_LATER_CODES = frozenset({408, 425, 429})
"""Answers by which a server refuses a request for now only, though they begin with a 4."""

# Its lines have parts of addresses, which are secrets: nobody gets them but the result that asked for them
_log = logging.getLogger("apprise")
_log.addHandler(logging.NullHandler())
_log.propagate = False


class PushAnswer(NamedTuple):
    """The answer to a push. state: `later` where it may go well another time, `refused` where it will not; words: of
    ours, as what a library says may have parts of the address."""

    state: Literal["sent", "later", "refused"]
    words: str


class PushService:
    """A service that pushes to somebody. name: of the kind of service, `Slack`."""

    def __init__(self, client: Apprise, name: str) -> None:
        self._client, self.name = client, name

    def send(self, text: str) -> PushAnswer:
        """Push a text."""
        try:
            result = self._client.notify(body=text, title=_TITLE, body_format="text")
            codes = [int(code) for entry in result.logs() for code in _CODE.findall(entry.message)]
        except Exception as error:  # of any of its hundred plugins: none of them may end the round
            return PushAnswer("later", f"{self.name} failed with {type(error).__name__}")
        if result:
            return PushAnswer("sent", f"sent by {self.name}")
        if not codes:
            return PushAnswer("later", f"{self.name} did not take it, or cannot be reached")
        is_refused = 400 <= codes[-1] < 500 and codes[-1] not in _LATER_CODES
        return PushAnswer("refused" if is_refused else "later", f"{self.name} answered {codes[-1]}")


def open_service(place: str) -> PushService:
    """Open the service whose address is a secret at a place. Nothing is sent. Raises DeskError, which names the place
    and never the address, where there is none, apprise is not installed, or does not know such an address."""
    try:
        import apprise  # noqa: PLC0415 - it is an extra, and takes 150 ms
    except ImportError:
        raise DeskError("A push needs apprise: install `deskterm[push]`.") from None
    url = read_secret(place)
    asset = apprise.AppriseAsset(
        app_id="deskterm",
        app_desc="deskterm",
        storage_mode="memory",
        secure_logging=True,
        async_mode=False,
        service_timeout=_TIMEOUT,
    )
    client = apprise.Apprise(asset=asset)
    try:
        is_known = client.add(url)
    except Exception:  # as above; its words may have the address
        is_known = False
    names = [str(service.service_name) for service in client]
    if not is_known or len(names) != 1:
        raise DeskError(
            f"What lies at {place} is not the one address of a service that apprise knows and can use here:"
            " https://appriseit.com says how each is written."
        )
    return PushService(client, names[0])
