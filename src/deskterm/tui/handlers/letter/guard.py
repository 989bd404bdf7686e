"""The send guard at the console: shows the findings against a letter before it goes out (C-23)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.desk.conversation.guard.checking import check_reply, reaches_nobody
from deskterm.desk.conversation.guard.findings import Finding, ReplyDraft
from deskterm.desk.conversation.guard.several import check_letter
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking.incidents import find_written_to
from deskterm.present.sanitize import sanitize
from deskterm.tui.attached_files import list_attached
from deskterm.tui.dialogs.guard import Guard

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.dialogs.compose import Composer


async def is_cleared(console: Console, composer: Composer) -> bool:
    """Return whether a letter may go out: it has no findings, or its writer overrules them. A finding that was
    overruled is not shown again. Raises DeskError as sending it would."""
    number, channel, now, attached = composer.number, composer.channel, console.now(), composer.attached
    draft = ReplyDraft(composer.text, len(list_attached(composer)), is_solution=composer.kind == "resolve")

    def check(desk: DeskSession) -> list[Finding]:
        if attached:
            # The letter goes to the people of many tickets, and the incident itself may be closed
            return check_letter(desk, find_written_to(desk, number), draft, channel=channel, now=now)
        return check_reply(desk, number, draft, channel=channel, now=now)

    findings = await console.run(check)
    composer.findings = findings
    open_points = [finding for finding in findings if finding not in composer.overruled]
    if await is_overruled(console, str(number), open_points):
        composer.overruled |= set(open_points)
        return True
    return False


async def is_overruled(console: Console, name: str, findings: Sequence[Finding]) -> bool:
    """Return whether there are no findings, or the agent overrules them. name: of the tickets."""
    if not findings:
        return True
    answer: bool | None = await console.show(Guard(name, [sanitize(one.sentence) for one in findings]))
    return bool(answer)


def is_unaddressed(composer: Composer) -> bool:
    """Return whether a letter that the guard has checked reaches nobody, so that it does not count as an answer
    (D-13)."""
    return composer.kind != "note" and reaches_nobody(composer.findings)
