"""The entry of an event kind: everything the desk knows about one kind of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.event_kinds import payloads
from deskterm.procedure.schema.text_types import NoticeTopic, RuleTrigger

Data = Mapping[str, Any]
"""Data of an event, as its kind's payload describes it."""

Category = Literal["person", "system", "retention"]
MessageKind = Literal["public", "internal", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKindEntry:
    """Everything the desk knows about one kind of event."""

    label: str
    """Phrase for the history, to go on after the actor's name: `closed it as a duplicate`."""
    phrase: Callable[[str, Data], str] | None = None
    """Makes a fuller phrase from the label and an event's data."""
    payload: type[payloads.EventData] = payloads.EventData
    category: Category = "person"
    """`person`: somebody acted. `system`: it follows from other events or from the time. `retention`: it concerns how
    long the ticket is kept. Only events of persons make a ticket younger."""
    message_kind: MessageKind | None = None
    """Visibility of the event's `body`; None where events of the kind have no body."""
    topics: Callable[[Changes, Data], tuple[NoticeTopic, ...]] | None = None
    """Returns the notice topics that an event has because of its kind."""
    trigger: RuleTrigger | None = None
    """Trigger of rules that every event of the kind fires."""
    has_reactions: bool = True
    """Rules, notices and follow-up actions react to it."""
    letter_note: str = ""
    """Name of the text that letters about the event insert as `{note}`; empty for none."""
    is_merge: bool = False
    """It joins two tickets into one, so a ticket that it closes was not resolved."""
    erases_texts: bool = False
    undone: str = ""
    """Outcome once it is undone, as a sentence about `{number}`, with `{ticket}` and `{into}` from the data; empty
    where the changes say enough."""
    undone_by_case: Callable[[Changes, Data], str] | None = None
    """Returns such a sentence for special cases, or an empty text where `undone` holds."""
    irreversible: str = ""
    """Reason why events of the kind cannot be undone; empty where they can."""
    members: frozenset[str] = field(init=False)
    """Names that the payload allows in the data."""

    def __post_init__(self) -> None:
        # The annotations of a TypedDict include those of its bases
        object.__setattr__(self, "members", frozenset(self.payload.__annotations__))
