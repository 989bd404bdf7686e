"""Escalation: a ladder is begun and climbed by hand, by a rule or by words of the customer, and its steps are reviewed.

A step is a record `escalation.N` with the `ladder`, the `level` (from 1), its `label`, `who` (the role that is asked),
`by` or `by_rule` or `by_customer`, a short `reason`, and the impact in the customer's words where it was told. It is
`open` until it is `passed-on` to the next level or `reviewed`, or `over` because the ticket was closed, which does not
end one that was begun `afterwards`; while it is open the ticket is marked `escalated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory import tier_coverage
from deskterm.desk.domain.due_changes import due_times, promises_moved
from deskterm.desk.domain.event_kinds import LEVEL_EVENTS
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import Record, change, next_key, of_kind
from deskterm.desk.notify.letters import load_event_text
from deskterm.desk.policy.status_graph import chosen
from deskterm.desk.workflow import checklists
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Ladder, LadderLevel, Severity, Status

ESCALATED = "escalated"
_QUOTED = re.compile(r"^\s*(>|-{2,}\s*(original|forwarded) message|(on|am|le|el|il|op)\b.{0,200}:\s*$)", re.IGNORECASE)


def escalate(
    desk: DeskSession,
    number: int,
    *,
    ladder: str | None = None,
    level: str | None = None,
    reason: str = "",
    impact: str = "",
    by_customer: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Take the next step of a ladder, or the one that is named (S2-20, S4-23). ladder, level: by key, label or place;
    left out, the ladder that was begun, else the one to the next level of support, and its next level. impact: how it
    touches the customer's business, in their words (S4-22); by_customer: they ask for it, where the ladder is open to
    them."""
    with desk.ticket(number, "escalate", now, version) as work:
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is not open: reopen it before you escalate it.")
        part = _wanted(work, ladder, by_customer=by_customer)
        if by_customer and not part.by_customer:
            raise DeskError(f"{part.label} is not for customers to ask for: escalate in the desk's own name.")
        if not (reason.strip() or impact.strip()):
            raise UsageError("Say why it is escalated: a reason, or the impact on the customer.")
        place = _place(work, part, level)
        said = _step(work, part, place, reason=reason.strip(), impact=impact.strip(), by_customer=by_customer)
        done = work.done(f"{number} {said}" if said.startswith("escalated") else f"{number}: {said}")
    return done


def begin_ladder(
    work: TicketTransaction,
    ladder_key: str,
    *,
    level: int | None = None,
    reason: str = "",
    by_rule: str | None = None,
    afterwards: bool = False,
) -> str:
    """Begin a ladder in a command's transaction, for what happens by itself; what was done, in a few words: nothing
    where it was begun already, or the ticket is not open. level: which step, from 1, the first where left out;
    afterwards: on a ticket that is done too, which stays where it is (S4-21)."""
    part = next((one for one in work.procedure.definition.ladders if one.key == ladder_key), None)
    if part is None or not (work.state.is_open or afterwards):
        return ""
    before = find_open_step(work, part.key)
    place = level or 1
    if before is not None and int(before.values["level"]) >= place:
        return ""
    return _step(work, part, min(place, len(part.levels)), reason=reason, by_rule=by_rule)


def escalate_on_phrases(work: TicketTransaction, event: Event) -> list[str]:
    """Begin the ladders that the words of a customer's message ask for (S1-34); what was done. Quoted lines of earlier
    messages do not count."""
    if event.kind != "replied" or event.data.get("author_kind") != "requester" or event.data.get("thanks"):
        return []
    ladders = [part for part in work.procedure.definition.ladders if part.phrases]
    if not ladders or not work.state.is_open:
        return []
    words = strip_quoted_lines(load_event_text(work, event))
    return [
        _step(work, part, 1, reason="asked for in a message", by_customer=True, message=event.seq)
        for part in ladders
        if contains_phrase(words, part.phrases) and find_open_step(work, part.key) is None
    ]


def contains_phrase(words: str, phrases: tuple[str, ...]) -> bool:
    """Whether any of the phrases stands in the words, as whole words, whatever their case and the spaces between."""
    return bool(phrases) and _pattern(phrases).search(words) is not None


@lru_cache(maxsize=32)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    each = (r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)", re.IGNORECASE)


def strip_quoted_lines(body: str) -> str:
    """A message without what it quotes of earlier ones."""

    def lines() -> Iterator[str]:
        for line in body.splitlines():
            if _QUOTED.match(line):
                if not line.lstrip().startswith(">"):
                    return
                continue
            yield line

    return "\n".join(lines())


def review(
    desk: DeskSession,
    number: int,
    key: str | None = None,
    *,
    decision: str,
    severity: str | None = None,
    priority: str | None = None,
    note: str = "",
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Decide on an escalation after looking at its impact (S4-22), which may raise severity and priority. decision: an
    outcome of the ladder's checklist, whose items are done first; a few words where it has none. For the role that is
    asked, and for leads. key: which one; left out, the one that is open."""
    with desk.ticket(number, "escalate", now, version, final=True, doing="decide on an escalation") as work:
        before = due_times(work.fold, work.at)
        record = _reviewable(work, key)
        if not work.state.is_open and (severity or priority):
            raise DeskError(f"Ticket {number} is not open: its severity and priority stay as they are.")
        if record.who not in desk.agent.roles.split(","):
            desk.require("review")
        if not decision.strip():
            raise UsageError("Say what was decided.")
        part = next((one for one in work.procedure.definition.ladders if one.key == record.values["ladder"]), None)
        changes, ended = _gone_through(work, part, decision.strip())
        changes |= change(
            work.state.records, "escalation", record.key,
            state="reviewed", flag=None, decision=ended, decided_by=desk.agent.login,
        )  # fmt: skip
        texts = {"body": note.rstrip()} if note.strip() else {}
        work.append("reviewed", changes, texts, author_kind="agent", author=desk.agent.name)
        said = [f"{number}: escalation reviewed: {ended}"]
        if severity is not None:
            said += _raised(work, "severity", severity, work.procedure.definition.severities)
        if priority is not None:
            said += _raised(work, "priority", priority, work.procedure.definition.priority.scale)
        done = work.done(", ".join(said), promises_moved(before, work.fold, work.at, work.procedure, number))
    return done


def find_open_step(work: TicketTransaction, ladder: str) -> Record | None:
    """The open step of a ladder, if it was begun."""
    return next(
        (
            record
            for record in of_kind(work.state.records, "escalation")
            if record.state == "open" and record.values.get("ladder") == ladder
        ),
        None,
    )


def _step(work: TicketTransaction, ladder: Ladder, place: int, *, impact: str = "", **more: Any) -> str:
    """Take a step: the one before is passed on, its level of support takes over, whoever is asked is told. A level of
    support that is the client's own takes nothing from us: the ticket is marked to be passed there (S3-12)."""
    level, records = ladder.levels[place - 1], work.state.records
    here = work.state.is_open
    if level.tier is not None and level.tier < (work.state.tier or 0):
        level = level.model_copy(update={"tier": None})  # a ticket is not brought down
    if (
        here
        and level.tier is not None
        and (theirs := tier_coverage.mark_for_handoff(work, level.tier, by_rule=more.get("by_rule")))
    ):
        return theirs
    if here:
        _hand_over(work, level)
    before = find_open_step(work, ladder.key)
    changes: dict[str, tuple[Any, Any]] = {}
    if before is not None:
        changes |= change(records, "escalation", before.key, state="passed-on", flag=None)
    changes |= change(
        records, "escalation", next_key(records, "escalation"),
        state="open", flag=ESCALATED, ladder=ladder.key, level=place, label=level.label, who=level.role,
        by=work.context.agent.login, words=["body"] if impact else None, afterwards=not here, **more,
    )  # fmt: skip
    if here:
        if level.tier is not None:
            changes["tier"] = (work.state.tier, level.tier)
        status = _status_of(work, level)
        if status is not None:
            changes["status"] = (work.state.status, status.key)
    texts = {"body": impact} if impact else {}
    work.append("escalated", changes, texts, author_kind="agent", author=work.context.agent.name, reason=more["reason"])
    return f"escalated to {level.label}"


def _hand_over(work: TicketTransaction, level: LadderLevel) -> None:
    """The team of the level's tier takes over; no clock is another for it (rule 16)."""
    procedure, state = work.procedure.definition, work.state
    team = next((tier.team for tier in procedure.tiers if tier.level == level.tier), None)
    if team is None or team == state.team:
        return
    home = next((part.department for part in procedure.teams if part.key == team), None)
    changes: dict[str, tuple[Any, Any]] = {"team": (state.team, team), "assignee": (state.assignee, None)}
    if home is not None:
        changes["department"] = (state.department, home)
    work.append("transferred", changes, reason=f"escalated to {level.label}")


def _status_of(work: TicketTransaction, level: LadderLevel) -> Status | None:
    """The status that a level leads to, whatever the graph says, or that tickets of its tier are worked on in, where
    one may follow; none that asks for a list first."""
    here = work.procedure.statuses.get(work.state.status)
    if level.status is not None:
        wanted = work.procedure.statuses[level.status]
        fits = work.procedure.knows(work.state.type, wanted) and not wanted.requires_checklist
        return wanted if fits else None
    if level.tier is None or (here is not None and here.tier == level.tier):
        return None
    ways = work.procedure.next_statuses(work.state.type, work.state.status)
    return next((way for way in ways if way.tier == level.tier and not way.requires_checklist), None)


def _wanted(work: TicketTransaction, ladder: str | None, *, by_customer: bool) -> Ladder:
    """The ladder that is meant: the one named, else one that was begun, else the one whose next step is to the lowest
    level of support above the ticket's (S2-07), else the only one. UsageError where several could be."""
    ladders = work.procedure.definition.ladders
    if not ladders:
        raise DeskError("This procedure has no ladder to escalate on: give it one under [[ladders]].")
    if ladder is not None:
        return chosen("ladder", ladder, ladders)
    fitting = [part for part in ladders if part.by_customer or not by_customer]
    if not fitting:
        raise DeskError("No ladder of this desk is for customers to ask for: escalate in the desk's own name.")
    begun = [part for part in fitting if find_open_step(work, part.key)]
    for among in (begun, fitting):
        ahead = [(part, _tier_ahead(work, part)) for part in among if _next(work, part)]
        nearest = min((tier for _, tier in ahead if tier is not None), default=None)
        meant = [part for part, tier in ahead if tier == nearest]
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise UsageError(f"Say which ladder: {', '.join(part.key for part in meant)}.")
    return (begun or fitting)[0]


def _next(work: TicketTransaction, ladder: Ladder) -> int | None:
    """The next step of a ladder, from 1, that does not lead to a level of support where the ticket is, or was before;
    None for none."""
    before, here = find_open_step(work, ladder.key), work.state.tier
    taken = int(before.values["level"]) if before else 0
    ahead = list(enumerate(ladder.levels, 1))[taken:]
    return next((place for place, one in ahead if one.tier is None or here is None or one.tier > here), None)


def _tier_ahead(work: TicketTransaction, ladder: Ladder) -> int | None:
    """The level of support that the next step of a ladder leads to, if it is above the ticket's; a ticket of which
    nobody said it is at the first."""
    levels = [tier.level for tier in work.procedure.definition.tiers]
    here = work.state.tier if work.state.tier is not None else 1 if 1 in levels else min(levels, default=0)
    place = _next(work, ladder)
    tier = ladder.levels[place - 1].tier if place else None
    return tier if tier is not None and tier > here else None


def _place(work: TicketTransaction, ladder: Ladder, level: str | None) -> int:
    """The step that is meant, from 1. A level may be skipped, none is taken twice, and none leads down (S2-07)."""
    labels, record = [part.label for part in ladder.levels], find_open_step(work, ladder.key)
    before, here = int(record.values["level"]) if record else 0, work.state.tier
    if level is None:
        following = _next(work, ladder)
        if following is None and before:
            raise DeskError(f"{ladder.label} is at its last level, {labels[before - 1]}: review it.")
        if following is None:
            raise DeskError(f"Ticket {work.number} is at {_tier_label(work)} already, where {ladder.label} ends.")
        return following
    if level.isdecimal():
        place = int(level)
    else:
        wanted = level.strip().casefold()
        places = [number for number, label in enumerate(labels, 1) if label.casefold().startswith(wanted)]
        if len(places) != 1:
            raise DeskError(f"{ladder.label} has no level {level!r}: its levels are {', '.join(labels)}.")
        place = places[0]
    if not 1 <= place <= len(labels):
        raise DeskError(f"{ladder.label} has no level {level!r}: its levels are {', '.join(labels)}.")
    if place <= before:
        raise DeskError(f"{ladder.label} is at {labels[before - 1]} already: name a level above it.")
    tier = ladder.levels[place - 1].tier
    if tier is not None and here is not None and tier < here:
        raise DeskError(
            f"Ticket {work.number} is at {_tier_label(work)} already, above {labels[place - 1]}: name a level above it."
        )
    return place


def _tier_label(work: TicketTransaction) -> str:
    here = work.state.tier
    return next((tier.label for tier in work.procedure.definition.tiers if tier.level == here), f"tier {here}")


def _reviewable(work: TicketTransaction, key: str | None) -> Record:
    known = [record for record in of_kind(work.state.records, "escalation") if record.state == "open"]
    found = [record for record in known if key in (None, record.key)]
    if not found:
        raise DeskError(f"Ticket {work.number} has no open escalation{f' {key}' if key else ''}: nothing to decide.")
    if len(found) > 1:
        each = ", ".join(f"{record.key} ({record.values.get('label', '')})" for record in found)
        raise UsageError(f"Say which escalation was decided on: {each}.")
    return found[0]


def _gone_through(
    work: TicketTransaction, ladder: Ladder | None, decision: str
) -> tuple[dict[str, tuple[Any, Any]], str]:
    """What the decision makes of the ladder's checklist, and the decision in words. DeskError while items of it are
    left."""
    part = None
    if ladder is not None and ladder.checklist is not None:
        part = next((one for one in work.procedure.definition.checklists if one.key == ladder.checklist), None)
    if part is None:
        return {}, decision
    outcome = chosen("outcome", decision, part.outcomes) if part.outcomes else None
    record = work.state.records.get((checklists.CHECKLIST, part.key))
    missing = (
        [item.text for item in part.items if item.required] if record is None else checklists.list_open_items(record)
    )
    if missing:
        how = checklists.format_tick_hint(work.procedure, work.number, part, record, with_outcome=False)
        waits = " · ".join(text.rstrip(".") for text in missing)
        raise DeskError(f"The review goes through the list “{part.label}” first; left: {waits}. {how}")
    if outcome is None:
        return {}, decision
    done = change(work.state.records, checklists.CHECKLIST, part.key, state="done", outcome=outcome.key)
    return done, outcome.label


def _raised(work: TicketTransaction, what: str, wanted: str, scale: tuple[Severity, ...]) -> list[str]:
    step, before = chosen(what, wanted, scale), getattr(work.state, what)
    if step.key == before:
        return []
    work.append(LEVEL_EVENTS[what], {what: (before, step.key)}, reason="escalation reviewed")
    return [f"{what} {step.label}"]
