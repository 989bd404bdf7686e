"""Changes of a ticket's request type and of its client."""

from __future__ import annotations

from deskterm.desk.core.people import find_organisation
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.state import State
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.departments import require_public
from deskterm.desk.policy.permissions import require_granted
from deskterm.desk.policy.request_fields import describe_field
from deskterm.desk.tickets.missing_fields import recheck_missing_fields
from deskterm.desk.workflow.checklists import build_type_checklist_change
from deskterm.errors import Unchanged
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import RequestType
from deskterm.store.db.tables import Organisation


def change_type(work: TicketTransaction, type_word: str, reason: str) -> str:
    """Change the request type, and describe the change. A type without the present status starts in its own first one;
    one without severities keeps none (S1-07).

    type_word: key or label. Raises Unchanged when it is the type already, and DeskError where the type is not open to
    the requester or the agent may not change types.
    """
    procedure, state = work.procedure, work.state
    request_type = resolve_choice("type", type_word, procedure.definition.types)
    if request_type.key == state.type:
        raise Unchanged(f"The type is {request_type.label} already.")
    # A change of type must not be the way round what registration refuses (S5-01)
    if state.organisation_id is None:
        require_public(procedure, request_type, None)
    require_granted(procedure.definition, work.context.agent, "retype")
    changes: Changes = {
        **build_type_changes(procedure, state, request_type),
        **build_type_checklist_change(procedure, state.records, request_type),
    }
    # In the same event as the type, so that undo takes both back
    missing_change = recheck_missing_fields(work, request_type, changes)
    work.append("edited", {**changes, **missing_change}, reason=reason)
    missing_keys = [key for _, after in missing_change.values() for key in after.get("fields", ())]
    missing_names = ", ".join(describe_field(procedure, key) for key in missing_keys)
    return f"now a {request_type.label}" + (f", without {missing_names}" if missing_names else "")


def change_organisation(work: TicketTransaction, organisation: str, reason: str) -> str:
    """Change the client, by key or name, and describe the change."""
    client = find_organisation(work.session, organisation, None)
    if client is None or client.id == work.state.organisation_id:
        raise Unchanged(f"Ticket {work.number} is of {organisation} already.")
    work.append("edited", build_client_changes(work.state, client), reason=reason)
    return f"of {client.name} now"


def build_client_changes(state: State, client: Organisation) -> dict[str, tuple[int | str | None, int | str | None]]:
    """Return the field changes that make a ticket another client's."""
    return {
        "organisation_id": (state.organisation_id, client.id),
        "organisation_key": (state.organisation_key, client.key),
        "tenant": (state.tenant, client.tenant or None),
    }


def build_type_changes(
    procedure: CompiledProcedure, state: State, request_type: RequestType
) -> dict[str, tuple[str | None, str | None]]:
    """Return the field changes that give a ticket another request type."""
    changes: dict[str, tuple[str | None, str | None]] = {"type": (state.type, request_type.key)}
    if state.status in procedure.statuses and not procedure.has_status(
        request_type.key, procedure.statuses[state.status]
    ):
        changes["status"] = (state.status, procedure.find_initial_status(request_type.key).key)
    if not request_type.has_severity:
        changes["severity"] = (state.severity, None)
    elif state.severity is None:
        # Without one no policy by severity would match, and the ticket would have no clocks
        changes["severity"] = (None, request_type.default_severity)
    return changes
