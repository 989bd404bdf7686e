"""Findings against letters on several tickets: one to everybody affected by an incident, or the replies of a macro
(C-23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from deskterm.desk.conversation.guard.checking import check_reply
from deskterm.desk.conversation.guard.findings import Finding, ReplyDraft
from deskterm.desk.core.session import DeskSession

_MOST_CHECKED = 200
"""Most tickets that are checked for one letter."""

_MOST_NAMED = 3
"""Most tickets that a finding names."""


def check_letter(
    desk: DeskSession, numbers: Sequence[int], draft: ReplyDraft, *, channel: str, now: datetime
) -> list[Finding]:
    """Return the findings against one letter to the people of several tickets: a name that is right on one of them is
    another customer's on the others. Raises DeskError as `check_reply` does."""
    with desk.open_reader() as reader:
        return merge_findings(
            {
                number: check_reply(desk, number, draft, channel=channel, now=now, reader=reader)
                for number in numbers[:_MOST_CHECKED]
            }
        )


def merge_findings(found: Mapping[int, Sequence[Finding]]) -> list[Finding]:
    """Return the findings of several tickets, each once, with its tickets unless these are all. found: ticket → the
    findings against its letter."""
    numbers: dict[Finding, list[int]] = {}
    for number, findings in found.items():
        for finding in findings:
            numbers.setdefault(finding, []).append(number)
    return [
        finding if len(about) == len(found) else Finding(finding.key, f"{_name(about)}: {finding.sentence}")
        for finding, about in numbers.items()
    ]


def _name(numbers: Sequence[int]) -> str:
    more = len(numbers) - _MOST_NAMED
    named = ", ".join(map(str, numbers[:_MOST_NAMED]))
    return f"{named} and {more} more" if more > 0 else named
