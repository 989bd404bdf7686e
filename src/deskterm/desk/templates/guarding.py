"""Findings against the reply of a macro, before the macro is run (C-23)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.conversation.guard.checking import check_reply
from deskterm.desk.conversation.guard.findings import Finding, ReplyDraft
from deskterm.desk.core.session import DeskSession
from deskterm.desk.templates.placeholders import render
from deskterm.desk.templates.run import MacroCall
from deskterm.desk.templates.values import load_values
from deskterm.procedure.channels import MAIL


def check_macro(desk: DeskSession, number: int, call: MacroCall, *, now: datetime) -> list[Finding]:
    """Return the findings against the reply of a macro on a ticket as it is now; none for a macro without a reply.
    Raises DeskError as the reply would."""
    body = call.reply_body
    if not body:
        return []
    text = render(body, load_values(desk, number, now=now) | dict(call.values or {})).text
    draft = ReplyDraft(text, is_solution=call.macro.resolution is not None)
    return check_reply(desk, number, draft, channel=MAIL, now=now)
