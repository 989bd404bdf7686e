"""Pictures of signatures, which come with every mail of somebody and say nothing (M-18)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from deskterm.desk.domain.email_address import list_spellings
from deskterm.mail.reading.attached_files import AttachedFile
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import Attachment, Contact, Ticket, table_of

_TIMES = 3
"""Mails of an organisation with the same picture, from which on it is one of its signature."""

_attachment, _ticket, _contact = table_of(Attachment), table_of(Ticket), table_of(Contact)


def drop_known_pictures(
    store: Store, files: Sequence[AttachedFile], ticket: int | None, sender: str
) -> list[AttachedFile]:
    """Return the files of a mail without the pictures in its text that came before: on its ticket, or three times from
    the sender's organisation. They stay in the mail as it came. ticket: None for a new one."""
    pictures = {file.digest for file in files if _is_in_text(file)}
    if not pictures:
        return list(files)
    with store.reading() as session:
        on_ticket = select(_attachment.c.content).where(
            _attachment.c.ticket_id == ticket, _attachment.c.content.in_(pictures)
        )
        known = set(session.execute(on_ticket).scalars()) if ticket is not None else set()
        organisation = session.execute(
            select(_contact.c.organisation_id).where(_contact.c.email.in_(list_spellings(sender)))
        ).scalar()
        if organisation is not None:
            often = (
                select(_attachment.c.content)
                .select_from(_attachment.join(_ticket, _ticket.c.id == _attachment.c.ticket_id))
                .where(_ticket.c.organisation_id == organisation, _attachment.c.content.in_(pictures))
                .group_by(_attachment.c.content)
                .having(func.count() >= _TIMES)
            )
            known |= set(session.execute(often).scalars())
    return [file for file in files if not (_is_in_text(file) and file.digest in known)]


def _is_in_text(file: AttachedFile) -> bool:
    return file.is_inline and file.kind.startswith("image/")
