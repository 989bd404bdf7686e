"""Values of request fields: people, keys of the procedure's lists, and the names of fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deskterm.desk.core.people import find_or_add_contact
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.policy.classification import resolve_key
from deskterm.desk.policy.request_fields import (
    ParsedRequest,
    describe_field,
)
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.store.db.tables import Organisation


def build_participant_changes(
    work: TicketTransaction, request: ParsedRequest, requester: int | None, client: Organisation | None
) -> dict[str, Any]:
    """Return the changes that make the people named in fields participants. A field holds the numbers of its contacts
    only, so that their names can be erased.

    requester: number of the requester's contact. client: the ticket's client; None for the one that the ticket has.
    """
    state = work.state
    organisation_id = client.id if client is not None else state.organisation_id
    changes: dict[str, Any] = {}
    # Callers first: the state of somebody in several fields is that of the last, so a caller who is also to be notified
    # is notified.
    for definition in sorted(work.procedure.definition.fields, key=lambda definition: definition.who != "caller"):
        numbers = []
        for person in request.people.get(definition.key, ()):
            number = requester
            if not person.requester:
                contact_row = find_or_add_contact(
                    work.session, person.name or None, person.email, person.phone, organisation_id
                )
                if contact_row is None or contact_row.id is None:
                    continue
                # A number that is known stays: a form only fills in what is missing
                contact_row.phone = contact_row.phone or person.phone
                number = contact_row.id
            if number is not None:
                numbers.append(number)
        for number in numbers:
            if number != requester:
                changes |= build_record_change(
                    state.records, "participant", str(number), state=definition.who, contact=number
                )
        if numbers:
            changes[f"fields.{definition.key}"] = (
                state.fields.get(definition.key),
                {"contacts": list(dict.fromkeys(numbers))},
            )
    return changes


def resolve_listed_key(name: str, value: str | None, table: Iterable[Any]) -> str | None:
    """Return the key that a value names in a table of the procedure; the value itself where the table is empty."""
    return resolve_key(name, value, table) if table else value


def format_field_names(procedure: CompiledProcedure, keys: Iterable[str]) -> str:
    """Format the names of fields, by key, for a person."""
    return ", ".join(describe_field(procedure, key).partition(" (")[0] for key in keys)
