"""The send guard of the command line: a reply with findings against it is refused, unless `--anyway` (C-23)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

from deskterm.desk.conversation.guard.checking import ReplyHeldBack, check_reply, reaches_nobody
from deskterm.desk.conversation.guard.findings import Finding, ReplyDraft
from deskterm.desk.core.session import DeskSession
from deskterm.present.sanitize import sanitize


def pass_guard(desk: DeskSession, number: int, draft: ReplyDraft, *, channel: str, anyway: bool, now: datetime) -> bool:
    """Check a reply. Return whether it reaches nobody, so that it does not count as an answer (D-13). Raises as
    `refuse` does."""
    return refuse(check_reply(desk, number, draft, channel=channel, now=now), anyway=anyway)


def refuse(findings: Sequence[Finding], *, anyway: bool) -> bool:
    """Return whether the findings of a letter say that it reaches nobody; a warning says so on standard error. Raises
    ReplyHeldBack for any other finding, unless `anyway`."""
    if not anyway and (against := [finding for finding in findings if finding.key != "address"]):
        raise ReplyHeldBack(against)
    for finding in findings:
        # No reason to refuse it: a person without an address is told by telephone, and the reply records that
        # afterwards
        if finding.key == "address":
            print(f"deskterm: {sanitize(finding.sentence)}: --channel says how.", file=sys.stderr)
    return reaches_nobody(findings)
