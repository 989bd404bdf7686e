"""Mails of many megabytes, and processes whose memory is measured while they take them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_HEAD = (
    "From: Kim Reed <kim@larch.example>\r\nTo: support@desk.example\r\nSubject: {subject}\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nThe plan is attached.\r\n"
    '--b\r\nContent-Type: application/pdf; name="plan.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
)
_LINE = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"
_LINES = _LINE * 10_000

_SCRIPT = """
import contextlib, io, json, resource, sys, time
from pathlib import Path
from deskterm.cli import main

def measure_peak():
    # Of this program alone: what a process is told of itself begins with the memory of the one that started it
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

results = []
for name, standard_input, words in json.loads(sys.argv[1]):
    begun, out = time.monotonic(), io.StringIO()
    with contextlib.ExitStack() as stack:
        if standard_input:
            sys.stdin = stack.enter_context(open(standard_input))
        stack.enter_context(contextlib.redirect_stdout(out))
        code = main.run(words, login="ann")
    results.append([name, code, out.getvalue(), measure_peak(), time.monotonic() - begun])
print(json.dumps(results))
"""


def write_large_mail(path: Path, megabytes: int, subject: str, *, first: str = "") -> None:
    """Write a mail with a file of so many megabytes. first: a line in front of it, as an mbox file has."""
    with path.open("wb") as file:
        file.write(first.encode() + _HEAD.format(subject=subject).encode())
        while file.tell() < megabytes * 1_000_000:
            file.write(_LINES)
        file.write(b"--b--\r\n")


def measure_calls(
    calls: Sequence[tuple[str, Path | None, Sequence[object]]], environment: Mapping[str, str]
) -> list[Any]:
    """Call the program as ann several times in one process, which begins anew. calls: a name, the file on standard
    input, and words. Return of each the name, the exit code, what it printed, the most memory so far in bytes, and the
    seconds it took."""
    given = [(name, str(path) if path else "", [str(word) for word in words]) for name, path, words in calls]
    answer = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(given)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return list(json.loads(answer.stdout))
