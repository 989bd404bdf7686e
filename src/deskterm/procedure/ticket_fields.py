"""Fields of a ticket: one declaration says all that lists, filters, exports and history need to know of each.

A new field is a line here, an attribute of `desk.domain.state.State`, a column of `store.db.tables.Ticket` and a step
of `store.db.migrations`. Everything else (rows, `--field`, `--only`, lists, the ticket's facts, history, exports) reads
this table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from deskterm.procedure.schema import Procedure

Kind = Literal["text", "number", "instant", "flag", "tags", "json"]


@dataclass(frozen=True, slots=True)
class QueueColumn:
    """A column of the queue. width: in cells. from_width: how many cells the list must have for it to show."""

    width: int
    from_width: int


@dataclass(frozen=True, slots=True)
class TicketField:
    """A field of a ticket.

    name: the column of `ticket`, the attribute of the state, and the field's name in events, filters and exports.
    label: how people read it. kind: what the column holds. choices: the part of a procedure that names its values.
    phrase: how a request that lacks it is told so ("a product"); a field with a phrase can be given with a request.
    from_state: the column holds the state's attribute as it is. history: the rank of the field among the changes that
    the history tells, 0 for one that it does not. fact: its rank among the facts of an opened ticket, 0 for none.
    supplied: the words of a request name its value, when it is registered or later (`ticket supply`). filter: lists and
    exports can be narrowed to one of its values. export: in every export of tickets, only in those
    that ask for it, or in none. column: where the queue shows it.
    """

    name: str
    label: str = ""
    kind: Kind = "text"
    choices: str = ""
    phrase: str = ""
    from_state: bool = True
    history: int = 0
    fact: int = 0
    supplied: bool = False
    filter: bool = False
    export: Literal["always", "asked", "never"] = "always"
    column: QueueColumn | None = None


TICKET_FIELDS: tuple[TicketField, ...] = (
    TicketField("external_id"),
    TicketField("type", "Type", choices="types", history=6, filter=True),
    TicketField("subject", "Subject", phrase="a subject", from_state=False),
    TicketField("status", "Status", choices="statuses", history=1, filter=True),
    TicketField("category"),
    TicketField("severity", "Severity", choices="severities", phrase="a severity", history=2, filter=True),
    TicketField("severity_requested"),
    TicketField("priority", "Priority", choices="priorities", phrase="a priority", history=3, filter=True),
    TicketField("impact", "Impact", choices="impacts", phrase="an impact", history=4, fact=7, filter=True),
    TicketField("urgency", "Urgency", choices="urgencies", phrase="an urgency", history=5, fact=8, filter=True),
    TicketField("requester", "Requester", phrase="a requester", from_state=False),
    TicketField("organisation", "Organisation", phrase="a client", from_state=False),
    TicketField("channel", "Channel", phrase="a channel", fact=3, filter=True),
    TicketField(
        "department",
        "Department",
        choices="departments",
        phrase="a department",
        history=9,
        fact=1,
        filter=True,
    ),
    TicketField("team", "Team", choices="teams", history=8, filter=True),
    TicketField("tier", "Tier", kind="number", choices="tiers", history=10, fact=2, filter=True),
    TicketField("assignee", "Assignee", history=7, filter=True),
    TicketField(
        "product", "Product", choices="products", phrase="a product", history=11, fact=4, supplied=True, filter=True
    ),
    TicketField("topic", "Topic", choices="topics", phrase="a topic", history=12, fact=5, supplied=True, filter=True),
    TicketField(
        "source",
        "Source",
        phrase="a source",
        history=13,
        fact=6,
        supplied=True,
        filter=True,
        export="asked",
        column=QueueColumn(14, 168),
    ),
    TicketField("tags", "Tags", kind="tags", from_state=False, history=14),
    TicketField("fields", kind="json", from_state=False),
    TicketField("received_at", kind="instant", from_state=False),
    TicketField("updated_at", kind="instant"),
    TicketField("answered_at", kind="instant"),
    TicketField("solved_at", kind="instant"),
    TicketField("closed_at", kind="instant"),
    TicketField("reopened", kind="number"),
    TicketField("waiting"),
    TicketField("next_due_at", kind="instant", from_state=False),
    TicketField("next_metric", from_state=False),
    TicketField("breached", kind="flag", from_state=False),
    TicketField("version", kind="number"),
    TicketField("sprint", "Sprint", history=15, export="never"),
    TicketField("snoozed_until", kind="instant", export="never"),
    TicketField("exempt", "Exempt", choices="exempt_reasons", history=16, export="never"),
    TicketField("held", "Hold", history=17, export="never"),
    TicketField("last_event_at", kind="instant", export="never"),
)
"""In the order of the columns of an export."""

BY_NAME = {field.name: field for field in TICKET_FIELDS}
HISTORY_FIELDS = tuple(sorted((field for field in TICKET_FIELDS if field.history), key=lambda field: field.history))
FACT_FIELDS = tuple(sorted((field for field in TICKET_FIELDS if field.fact), key=lambda field: field.fact))
SUPPLIED_FIELDS = tuple(field for field in TICKET_FIELDS if field.supplied)
FILTER_FIELDS = {field.name: field for field in TICKET_FIELDS if field.filter}
QUEUE_FIELDS = tuple(field for field in TICKET_FIELDS if field.column is not None)
"""Fields that the queue shows beside those that every line has."""
REQUEST_FIELDS = {field.name: field.phrase for field in TICKET_FIELDS if field.phrase} | {
    "description": "a description",
    "email": "the requester's e-mail address",
    "tenant": "a tenant",
}
"""Key → phrase of what every request can say, beside the fields of its procedure. A description is the first message,
an address the requester's, a tenant the client's: none of them is a column."""


def list_choices(definition: Procedure, part: str) -> Sequence[Any]:
    """Return the choices that a procedure has in a part that a field names: `products`, `impacts` …; none where it
    has none, or where the field takes any words."""
    if part in ("priorities", "impacts", "urgencies"):
        scales = definition.priority
        return {"priorities": scales.scale, "impacts": scales.impacts, "urgencies": scales.urgencies}[part]
    if part == "exempt_reasons":
        return definition.sla.exempt_reasons
    found: Sequence[Any] = getattr(definition, part) if part else ()
    return found
