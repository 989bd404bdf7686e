"""A headless Chromium of this machine, told what to do over a pipe: for pages that a browser is to show."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "DESKTERM_TEST_CHROMIUM"
_SECONDS = 60
_FLAGS = (
    *("--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--disable-extensions"),
    # What the browser itself would ask the network for is no request of the page
    *("--disable-background-networking", "--disable-sync", "--disable-component-update", "--hide-scrollbars"),
)


def find_chromium() -> str:
    """Return the path of a browser; skip the test, with the reason, where there is none. With
    `DESKTERM_TEST_CHROMIUM=install` root gets Debian's package first."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get(INSTALL) == "install" and os.geteuid() == 0:
        command = ["apt-get", "install", "-y", "--no-install-recommends", NAMES[0]]
        subprocess.run(command, check=False, capture_output=True, timeout=600)
        found = shutil.which(NAMES[0])
    if found is None:
        pytest.skip(
            f"no Chromium on this machine: install Debian's chromium, or let root's test do it by {INSTALL}=install"
        )
    return found


class Browser:
    """A page of a running browser. requests: addresses that were asked for since the page was opened."""

    def __init__(self, process: subprocess.Popen[bytes], to_browser: int, from_browser: int) -> None:
        self._process, self._to, self._from = process, to_browser, from_browser
        self._rest, self._sent = b"", 0
        self._session: str | None = None
        self.requests: list[str] = []
        self._loaded = False
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._call(f"{domain}.enable")

    def open(self, path: Path, *, width: int = 1100, height: int = 900) -> None:
        """Open a file in a window of some width and height, and wait until it is loaded."""
        self.resize(width, height)
        self.requests.clear()
        self._loaded = False
        self._call("Page.navigate", url=path.as_uri())
        while not self._loaded:
            self._take(self._read())

    def resize(self, width: int, height: int) -> None:
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def emulate(self, *, scheme: str = "light", medium: str = "") -> None:
        """Show the page by day or by night, as on a screen or on paper. scheme: light or dark; medium: print."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", media=medium, features=features)

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript in the page."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def take_picture(self) -> bytes:
        """Return a picture of the whole page, as PNG."""
        found = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        return base64.b64decode(found)

    def print_page(self) -> bytes:
        """Return the page as PDF, on the paper that its style asks for."""
        found = self._call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"]
        return base64.b64decode(found)

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._sent:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result
            self._take(answer)

    def _take(self, event: Mapping[str, Any]) -> None:
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(event["params"]["request"]["url"])
        self._loaded |= event.get("method") == "Page.loadEventFired"

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._from, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a browser of its own, and end it. Skips as `find_chromium` does."""
    program = find_chromium()
    to_browser, from_browser = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [program, *_FLAGS, f"--user-data-dir={folder}"]
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium's own sandbox refuses root

        def place_pipes() -> None:
            # Descriptors 3 and 4 are where it listens and answers; copies out of their way first
            reading, writing = os.dup(to_browser[0]), os.dup(from_browser[1])
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        process = subprocess.Popen(
            command, preexec_fn=place_pipes, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(to_browser[0])
        os.close(from_browser[1])
        try:
            yield Browser(process, to_browser[1], from_browser[0])
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_SECONDS)
            process.kill()
            os.close(to_browser[1])
            os.close(from_browser[0])
