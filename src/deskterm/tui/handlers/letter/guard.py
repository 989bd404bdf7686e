"""The send guard at the console: shows the findings against a letter before it goes out (C-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.desk.conversation.guard.checking import check_reply, reaches_nobody
from deskterm.desk.conversation.guard.findings import ReplyDraft
from deskterm.present.sanitize import sanitize
from deskterm.tui.attached_files import list_attached
from deskterm.tui.dialogs.guard import Guard

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.dialogs.compose import Composer


async def is_cleared(console: Console, composer: Composer) -> bool:
    """Return whether a letter may go out: it has no findings, or its writer overrules them. A finding that was
    overruled is not shown again. Raises DeskError as sending it would."""
    if composer.attached:
        # The guard looks at one ticket: a letter on an incident goes to the people of many, and the incident may be
        # closed
        return True
    number, channel, now = composer.number, composer.channel, console.now()
    draft = ReplyDraft(composer.text, len(list_attached(composer)), is_solution=composer.kind == "resolve")
    findings = await console.run(lambda desk: check_reply(desk, number, draft, channel=channel, now=now))
    composer.findings = findings
    open_points = [finding for finding in findings if finding not in composer.overruled]
    if not open_points:
        return True
    if await console.show(Guard(number, [sanitize(finding.sentence) for finding in open_points])):
        composer.overruled |= set(open_points)
        return True
    return False


def is_unaddressed(composer: Composer) -> bool:
    """Return whether a letter that the guard has checked reaches nobody, so that it does not count as an answer
    (D-13)."""
    return composer.kind != "note" and reaches_nobody(composer.findings)
