"""Check a reply before it is sent: load the facts of its ticket, and collect the findings against it (C-23)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import cache

from sqlalchemy import select

from deskterm.desk.conversation.guard.findings import (
    Finding,
    ReplyDraft,
    TicketFacts,
    find_findings,
    find_greeted,
    list_whole_names,
)
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.directory.participants import list_people_outside
from deskterm.desk.domain.wording.signature import load_signature_words
from deskterm.desk.notify.letters import find_people_without_address
from deskterm.errors import DeskError
from deskterm.procedure.channels import MAIL
from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.tables import Agent, Contact, Organisation, table_of
from deskterm.store.queries.writing.other_customers import (
    is_name_of_somebody,
    load_client_names,
    load_people_called,
)

_SHORTEST_CLIENT = 4
"""Fewest characters of a client's name, without its legal form, for which it is searched."""


class ReplyHeldBack(DeskError):
    """A reply was refused because of findings against it."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        points = "; ".join(finding.sentence for finding in findings)
        super().__init__(f"Not sent. {points}. Change it, or send it all the same.", option="--anyway")
        self.findings = findings


def check_reply(
    desk: DeskSession,
    number: int,
    draft: ReplyDraft,
    *,
    channel: str,
    now: datetime,
    reader: ReadConnection | None = None,
) -> list[Finding]:
    """Return the findings against a reply on a ticket, in the order of `find_findings`. channel: how it goes out;
    reader: that names of others are looked up with, by default one of its own. Raises DeskError as sending the reply
    would."""
    action = "resolve tickets" if draft.is_solution else ""
    with desk.ticket(number, "reply", now, dry_run=True, action=action) as work:
        people = list_people_outside(work)
        facts = TicketFacts(
            work.procedure.definition.send_guard,
            work.context.timezone,
            now,
            without_address=_find_unreachable(work, people) if channel in (MAIL, "") else (),
            own_names=list(_list_own_names(work, people)),
            last_due=_find_last_due(work, channel),
        )
        client = work.state.organisation_id
    if facts.guard.others:
        with nullcontext(reader) if reader is not None else desk.open_reader() as opened:
            facts = facts._replace(other_names=_load_other_names(opened, draft.text, facts.own_names, client))
    return find_findings(draft, facts)


def reaches_nobody(findings: Iterable[Finding]) -> bool:
    """Return whether a reply reaches nobody, so that it does not count as an answer if it is sent (D-13)."""
    return any(finding.key == "address" for finding in findings)


def _find_unreachable(work: TicketTransaction, people: Sequence[int]) -> Sequence[str]:
    """Return the names of all recipients of the letter when none of them has an address; else none."""
    without = find_people_without_address(work, people)
    return without if people and len(without) == len(people) else ()


def _list_own_names(work: TicketTransaction, people: Sequence[int]) -> Iterator[str]:
    contact, organisation, agent = table_of(Contact), table_of(Organisation), table_of(Agent)
    authors = {int(event.data.get("contact") or 0) for event in work.load_earlier_events()}
    numbers = sorted({*people, *authors})[:500]
    yield from work.session.execute(select(contact.c.name).where(contact.c.id.in_(numbers))).scalars()
    yield from work.session.execute(
        select(organisation.c.name).where(organisation.c.id == work.state.organisation_id)
    ).scalars()
    yield from work.session.execute(select(agent.c.name)).scalars()
    yield work.context.desk_name
    yield work.procedure.definition.about.organisation


def _find_last_due(work: TicketTransaction, channel: str) -> tuple[str, int] | None:
    """Return label and due instant of the clock that is due last once the reply is sent: clocks that it stops do not
    count."""
    work.append("replied", {}, {}, author_kind="agent", channel=channel)
    labels = {metric.key: metric.label for metric in work.procedure.definition.metrics}
    due = [
        (clock.due_at, labels.get(clock.metric, clock.metric))
        for clock in work.fold.clocks()
        if clock.state == "running" and clock.due_at is not None and not clock.metric.startswith(TIMER_PREFIX)
    ]
    if not due:
        return None
    instant, label = max(due)
    return label, instant


def _load_other_names(reader: ReadConnection, text: str, own_names: Sequence[str], client: int | None) -> list[str]:
    """Load the names of other customers that may occur in a text."""
    known = set(own_names)
    found = [
        spelling
        for name in load_client_names(reader, client)
        for spelling in dict.fromkeys((name, _without_legal_form(name)))
        if spelling in text and spelling not in known
    ]
    candidates = [name for name in list_whole_names(text) if name not in known]
    found += load_people_called(reader, candidates, client) if candidates else []
    own_words = {word for name in own_names for word in name.casefold().split()}
    greeted = find_greeted(text)
    words = greeted.split()
    # One matching word is enough: people are greeted by first name or last name
    if greeted and own_words.isdisjoint(word.casefold() for word in words):
        found += (word for word in words if is_name_of_somebody(reader, word, client))
    return found


@cache
def _without_legal_form(name: str) -> str:
    """Return the name of a client without `Ltd` and the like; the whole name when too little would be left."""
    forms = load_signature_words()["legal_forms"]
    words = name.split()
    while len(words) > 1 and words[-1].strip(".,").casefold() in forms:
        words.pop()
    short = " ".join(words).rstrip(",")
    return short if len(short) >= _SHORTEST_CLIENT else name
