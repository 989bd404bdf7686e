"""The send guard of the command line: a reply with findings against it is refused, unless `--anyway` (C-23)."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from deskterm.desk.conversation.guard.checking import ReplyHeldBack, check_reply, reaches_nobody
from deskterm.desk.conversation.guard.findings import ReplyDraft
from deskterm.desk.core.session import DeskSession
from deskterm.present.sanitize import sanitize

Anyway = Annotated[
    bool, typer.Option("--anyway", help="Send it whatever speaks against it: a file that is missing, a wrong name, …")
]


def pass_guard(desk: DeskSession, number: int, draft: ReplyDraft, *, channel: str, anyway: bool, now: datetime) -> bool:
    """Return whether the reply reaches nobody, so that it does not count as an answer (D-13); a warning says so on
    standard error. Raises ReplyHeldBack for any other finding, unless `anyway`."""
    findings = check_reply(desk, number, draft, channel=channel, now=now)
    if not anyway and (against := [finding for finding in findings if finding.key != "address"]):
        raise ReplyHeldBack(against)
    for finding in findings:
        # No reason to refuse it: a person without an address is told by telephone, and the reply records that
        # afterwards
        if finding.key == "address":
            print(f"deskterm: {sanitize(finding.sentence)}: --channel says how.", file=sys.stderr)
    return reaches_nobody(findings)
