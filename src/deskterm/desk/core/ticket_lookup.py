"""Look-ups by number inside a session: tickets, and versions of the procedure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.core.row_mapping import to_datetime
from deskterm.errors import RESTORE_ADVICE, DeskError
from deskterm.procedure.compiled import CompiledProcedure, compute_digest
from deskterm.store.db.tables import ProcedureVersion, Ticket, table_of

_ticket, _version = table_of(Ticket), table_of(ProcedureVersion)
_SELECT_VERSION_AT = select(func.max(_version.c.id)).where(_version.c.applied_at <= bindparam("at"))


def require_ticket(session: Session, number: int) -> None:
    """Raise DeskError when there is no such ticket."""
    if session.execute(select(_ticket.c.id).where(_ticket.c.id == number)).scalar_one_or_none() is None:
        raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")


def select_open_tickets(session: Session, numbers: Iterable[int]) -> list[int]:
    """Return those of some tickets that are open, in the order of their numbers."""
    query = select(_ticket.c.id).where(_ticket.c.id.in_(list(numbers)), _ticket.c.is_open == 1)
    return sorted(session.execute(query).scalars())


def procedure_versions_from_session(
    session: Session, compiled: dict[int, CompiledProcedure] | None = None
) -> ProcedureVersions:
    """Return the look-up of procedure versions in a session; it finds one that the transaction has just added too.
    compiled: see `ProcedureVersions`. The look-up raises DeskError for a version that the store lacks."""
    return ProcedureVersions(partial(_load_document, session), compiled)


def find_version_at(session: Session, at: int) -> int | None:
    """Return the version of the procedure that was in force at an instant in epoch seconds; None before the first."""
    found: int | None = session.execute(_SELECT_VERSION_AT, {"at": to_datetime(at)}).scalar_one()
    return found


def _load_document(session: Session, version: int) -> str:
    row = session.get(ProcedureVersion, version)
    return require_intact_document(version, None if row is None else (row.document, row.digest))


def require_intact_document(version: int, found: Sequence[str] | None) -> str:
    """Return the document of a version of the procedure. found: document and digest as they are stored. Raises
    DeskError where the store lacks it or it is not what its digest says."""
    if found is None:
        raise DeskError(f"The store lacks version {version} of its procedure: {RESTORE_ADVICE}.")
    document, digest = found
    if compute_digest(document) != digest:
        raise DeskError(
            f"Edition {version} of the procedure is not what was put in force, so nothing is done by it: "
            f"`deskterm audit verify` says more; {RESTORE_ADVICE}."
        )
    return document
