"""Messages of thanks to a closed ticket: recording them without reopening it, and overruling that (S5-12, rule 14)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from deskterm.desk.conversation.thanks_filter import is_only_thanks, may_be_thanks
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.received_mail import ReceivedMail
from deskterm.desk.domain.records import build_record_change, records_of_kind
from deskterm.desk.tickets.reopening import find_reopen_status
from deskterm.desk.workflow.transition_rules import require_reopenable
from deskterm.errors import DeskError
from deskterm.store.db.tables import Contact, Message, Organisation, PersonalText, table_of

THANKS = "thanks"
"""The kind of record of a message that was taken for mere thanks. Its key is the `seq` of the message; `state` is
`kept` or `overruled`, `who` the agent who overruled it."""


def is_only_thanks_on_ticket(work: TicketTransaction, body: str, attachments: bool) -> bool:
    """Return whether a message to a ticket is only thanks, and the procedure keeps tickets closed for thanks."""
    closing = work.procedure.definition.closing
    # Nothing is added to a ticket that is closed for good, not even thanks (S4-15)
    if closing.immutable and work.state.category == "closed":
        return False
    if not closing.thanks_keeps_closed or not may_be_thanks(body, closing):
        return False
    people, sent_texts = _load_people_and_sent_texts(work)
    return is_only_thanks(body, closing, attachments, people=people, sent_texts=sent_texts)


def record_thanks(
    work: TicketTransaction,
    body: str,
    *,
    contact: int | None,
    channel: str,
    arrived_at: int | None,
    mail: ReceivedMail | None = None,
) -> CommandResult:
    """Record a message of thanks and leave the ticket closed: no notice, no clock, no change of the waiting party.
    arrived_at: when the message arrived, UTC epoch seconds; None for now. mail: the one that it came as."""
    seq = str(work.state.version + 1)  # of the event that is appended next
    work.append(
        "thanked",
        build_record_change(work.state.records, THANKS, seq, state="kept"),
        {"body": body, **(mail.texts() if mail else {})},
        author_kind="requester",
        contact=contact,
        channel=channel,
        spoken_at=arrived_at,
        **(mail.data() if mail else {}),
    )
    return work.build_result(f"{work.number}: thanks recorded, it stays closed")


def overrule_thanks(
    desk: DeskSession, number: int, *, message: int | None = None, now: datetime, version: int | None = None
) -> CommandResult:
    """Reopen a ticket because a message that was taken for thanks was a request; its clocks count from the arrival of
    the message (rule 14). message: its `seq`, by default the last one. Raises DeskError when there is no such message,
    or the ticket is open or cannot be reopened."""
    with desk.ticket(number, "move", now, version, action="take a ticket up again") as work:
        unreviewed = [record for record in records_of_kind(work.state.records, THANKS) if record.state == "kept"]
        matching = [record for record in unreviewed if message in (None, record.number)]
        if not matching:
            raise DeskError(f"No message of {number} was taken for mere thanks: there is nothing to overrule.")
        record = matching[-1]
        # The reopening period is measured to when the message was recorded, not to this later decision about it.
        require_reopenable(work, record.at)
        if work.state.is_open:
            raise DeskError(f"Ticket {number} is open already.")
        target = find_reopen_status(work)
        if target is None:
            raise DeskError(f"Ticket {number} has no way back: open a new one that names it.")
        changes = build_record_change(work.state.records, THANKS, record.key, state="overruled", who=desk.agent.login)
        arrived_at = next(
            (
                event.data.get("spoken_at", event.at)
                for event in work.load_earlier_events()
                if event.seq == record.number
            ),
            record.at,
        )
        work.append(
            "overruled",
            {**changes, "status": (work.state.status, target.key)},
            message=record.number,
            # The customer has waited since then, and not since the mistake was found
            counts_from=arrived_at,
        )
        result = work.build_result(f"{number}: opened again for what was taken for thanks, now {target.label}")
    return result


def has_unreviewed_thanks(work: TicketTransaction) -> bool:
    """Return whether a ticket stayed closed for a message of thanks that nobody has overruled."""
    return any(record.state == "kept" for record in records_of_kind(work.state.records, THANKS))


def _load_people_and_sent_texts(work: TicketTransaction) -> tuple[list[str], list[str]]:
    """Load the names of the people on a ticket (requester, client, authors), and the messages the desk sent them."""
    state, session = work.state, work.session
    contact, organisation = table_of(Contact), table_of(Organisation)
    message, text = table_of(Message), table_of(PersonalText)
    names: list[str] = []
    if state.requester_id is not None:
        names += session.execute(select(contact.c.name).where(contact.c.id == state.requester_id)).scalars()
    if state.organisation_id is not None:
        query = select(organisation.c.name).where(organisation.c.id == state.organisation_id)
        names += session.execute(query).scalars()
    sent = session.execute(
        select(message.c.author, text.c.body)
        .join(text, text.c.id == message.c.text_id)
        .where(message.c.ticket_id == work.number, message.c.author_kind != "requester", message.c.kind != "internal")
    ).all()
    return [*names, *(row.author for row in sent)], [row.body for row in sent]
