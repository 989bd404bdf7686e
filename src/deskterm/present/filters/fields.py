"""The fields of the filter language (C-12): one table for reading, completion and the manual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from deskterm.procedure.ticket_fields import FILTER_FIELDS

if TYPE_CHECKING:
    from deskterm.present.labels import Vocabulary
    from deskterm.present.models import Choice
    from deskterm.store.filters.conditions import NamedKey

FilterKind: TypeAlias = Literal[
    "choice", "person", "client", "requester", "text", "tags", "number", "instant", "left", "age", "is", "has"
]


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field of the filter language. name: as it is shown and completed; aliases: other names; column: of `ticket`;
    choices: the part of a procedure that names its values; is_past: its instants lie in the past; help: its values, for
    the manual."""

    name: str
    kind: FilterKind
    help: str
    aliases: tuple[str, ...] = ()
    column: str = ""
    choices: str = ""
    is_past: bool = True


_SHORT_NAMES = {"severity": ("sev",), "priority": ("prio",), "department": ("dept",)}
_MORE_VALUES = {"status": ", or by category: `new`, `open`, `waiting`, `solved`, `closed`"}
_OWN_KINDS = ("assignee",)

FIELDS: tuple[FilterField, ...] = (
    *(
        FilterField(
            field.name,
            "number" if field.kind == "number" else "choice",
            f"the {field.label.lower()}"
            + (", by number: `2`, `>=2`" if field.kind == "number" else ", by key or label" if field.choices else "")
            + _MORE_VALUES.get(field.name, ""),
            _SHORT_NAMES.get(field.name, ()),
            field.name,
            field.choices,
        )
        for field in FILTER_FIELDS.values()
        if field.name not in _OWN_KINDS
    ),
    FilterField("assignee", "person", "who has it: a login, a name or a part of one, `me`", ("agent",), "assignee"),
    FilterField("client", "client", "the client: its key, its name or a part of it", ("organisation", "org")),
    FilterField("requester", "requester", "the requester: name, e-mail address or a part of either", ("from",)),
    FilterField("subject", "text", "words in the subject", ("title",), "subject"),
    FilterField("tag", "tags", "a tag", ("tags",), "tags"),
    FilterField("flag", "tags", "a flag that escalations, complaints and the like raise", ("flags",), "flags"),
    FilterField("number", "number", "the ticket's number: `1001`, `>=1200`", ("id",), "id"),
    FilterField("reopened", "number", "how often it was reopened: `>=2`", (), "reopened"),
    FilterField(
        "sla", "left", "time left until it is due: `<1h`, `>30m`, `<-2h` (late by more than two hours)", ("left",)
    ),
    FilterField("due", "instant", "when it is due", (), "next_due_at", is_past=False),
    FilterField("created", "instant", "when it was received", ("received", "opened"), "received_at"),
    FilterField("updated", "instant", "when it last changed", ("changed",), "updated_at"),
    FilterField("answered", "instant", "when it was first answered", (), "answered_at"),
    FilterField("solved", "instant", "when it was solved", (), "solved_at"),
    FilterField("closed", "instant", "when it was closed", (), "closed_at"),
    FilterField("snoozed", "instant", "until when it is snoozed", (), "snoozed_until", is_past=False),
    FilterField("age", "age", "how long ago it was received: `>3d`, `<2h`", ()),
    FilterField("is", "is", "what it is, see below"),
    FilterField("has", "has", "what it has, see below"),
)
"""In the order of the manual."""

BY_NAME = {name: field for field in FIELDS for name in (field.name, *field.aliases)}

IS_VALUES: dict[str, tuple[NamedKey | None, str]] = {
    "open": ("open", "not solved or closed yet"),
    "closed": ("closed", "done with: solved or closed"),
    "waiting": ("waiting", "waits for somebody else"),
    "breached": ("breached", "missed a target, or is late now"),
    "late": ("late", "past its due time now"),
    "escalated": ("escalated", "an escalation of it is open"),
    "urgent": (None, "of a severity or priority that the procedure marks as urgent"),
    "snoozed": ("snoozed", "snoozed until a later time"),
    "reopened": ("reopened", "was reopened"),
    "mine": (None, "yours"),
    "mentioned": (None, "a colleague mentioned you in a note or a reply"),
    "unassigned": (None, "nobody has it"),
    "exempt": (None, "has no targets, for a reason"),
    "held": (None, "kept as it is by a legal hold"),
}
"""Value of `is:` → its named condition, and its meaning. The condition is None when the value is short for a field
(`_SAME_AS_FIELD` of `present.filters.reading`)."""

HAS_VALUES: dict[str, tuple[NamedKey | None, str]] = {
    "draft": (None, "a draft of yours"),
    "files": ("files", "files came with a message"),
    "note": ("note", "an internal note"),
    "reply": ("reply", "an answer of an agent"),
}
"""Value of `has:` → its named condition, and its meaning. Fields are values too: `has:assignee`."""

CATEGORIES = ("new", "open", "waiting", "solved", "closed")
"""Categories of statuses (`procedure.schema.text_types.Category`, which takes long to import): each is a value of
`status:` where no status of the procedure has that name."""

NOTHING, ANYTHING = "none", "any"
"""Values of every field: it has none, or any."""

SCOPE_FIELDS = frozenset({"status", "solved", "closed"})
"""Fields whose filter says itself whether tickets are open."""
SCOPE_VALUES = frozenset({"open", "closed", "snoozed"})
"""Values of `is:` that say whether tickets are open or asleep."""


def list_choices(field: FilterField, vocabulary: Vocabulary) -> Mapping[str, Choice]:
    """Return the values that the procedure has for a field; none where it takes any."""
    if not field.choices or field.kind != "choice":
        return {}
    choices = vocabulary.choices(field.choices)
    if field.name == "team" and not choices:  # in a procedure without teams, departments are the teams
        choices = vocabulary.departments
    return choices
