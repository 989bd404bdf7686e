"""A ticket's life as of an instant: the facts that figures are counted of (R-03, R-05).

Pure. Instants are epoch seconds. Dimensions are as of the instant that the life was read for; the hands of a visit are
those at its beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from deskterm.desk.domain.records import Record
from deskterm.desk.domain.visits import Visit
from deskterm.procedure.compiled import OPEN_CATEGORIES
from deskterm.reports.attainment import Continuation

OTHER_ENDS = frozenset({"duplicated", "merged", "withdrawn"})
"""Kinds of events that end a ticket without resolving it (R-15)."""


WATCHED_RECORDS = frozenset({"escalation", "feedback"})
"""Kinds of records whose earlier states are counted too."""
COUNTED_RECORDS = WATCHED_RECORDS | {"entry", "thanks"}
"""Kinds of records that a life has."""


class Cycle(NamedTuple):
    """A cycle of a metric, as of the instant of its life. calendar, version: the calendar that its time is counted in,
    and the version of the procedure that has it. continuation: how it continues the cycle before it."""

    metric: str
    number: int
    state: str
    started_at: int
    due_at: int | None
    stopped_at: int | None
    breached_at: int | None
    cause: str | None
    waived: bool
    calendar: str
    version: int
    continuation: Continuation


class MessageMark(NamedTuple):
    """A message without its words. author: requester, agent or system; is_public: people outside read it; is_thanks: it
    was mere thanks. One that was taken back is none."""

    seq: int
    at: int
    author: str
    is_public: bool
    is_automatic: bool
    is_thanks: bool = False


class RecordChange(NamedTuple):
    """A change of a record: its members before and after an event, None where it was not there. A record itself has
    only the instant of its last change. event: the kind of the event; is_automatic: no person wrote it."""

    kind: str
    key: str
    event: str
    at: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    is_automatic: bool = False


EntryKind = Literal["resolved", "ended", "reopened", "brought-back"]


class Entry(NamedTuple):
    """A change between the open categories and the others: `resolved`, `ended` otherwise than by a resolution (R-15),
    `reopened`, or `brought-back` by a separation. visit: the one that it began; place: its place among the visits."""

    kind: EntryKind
    visit: Visit
    place: int


def list_entries(visits: Sequence[Visit]) -> Iterator[Entry]:
    """Yield the changes between the open categories and the others. A ticket that came ended counts as ended at its
    arrival, so that what is created less what is ended is what is open (R-16)."""
    was_open = True
    for place, visit in enumerate(visits):
        is_open = visit.category in OPEN_CATEGORIES
        if is_open is not was_open:
            kind: EntryKind
            if is_open:
                kind = "brought-back" if visit.kind == "separated" else "reopened"
            else:
                kind = "ended" if visit.kind in OTHER_ENDS else "resolved"
            yield Entry(kind, visit, place)
        was_open = is_open


@dataclass(frozen=True, slots=True)
class Life:
    """A ticket as of an instant. client: the key of the organisation. severity_at_opening: the one that it was
    registered with. recorded_at: instant at which its registration was recorded, `received_at` that of its arrival.
    split_from: number of the ticket that it was split from. changes: those of `WATCHED_RECORDS`, in the
    order of the events."""

    number: int
    external_id: str | None
    received_at: int
    recorded_at: int
    type: str
    severity: str | None
    severity_at_opening: str | None
    priority: str | None
    client: str | None
    product: str | None
    channel: str
    department: str | None
    topic: str | None
    tags: tuple[str, ...]
    team: str | None
    tier: int | None
    assignee: str | None
    exempt: str | None
    split_from: int | None
    visits: Sequence[Visit]
    cycles: Sequence[Cycle]
    records: Sequence[Record] = ()
    messages: Sequence[MessageMark] = ()
    changes: Sequence[RecordChange] = ()

    # Found once, and not for every measure
    entries: Sequence[Entry] = field(init=False, compare=False, repr=False)
    """The changes between the open categories and the others."""
    resolution: Entry | None = field(init=False, compare=False, repr=False)
    """The standing resolution, the last one (R-12); None while the ticket is open, and where it ended otherwise, or was
    ended so after its resolution (R-15)."""
    first_resolution: Entry | None = field(init=False, compare=False, repr=False)
    """The first resolution, whatever came after it."""
    is_ended_otherwise: bool = field(init=False, compare=False, repr=False)
    """True where the ticket is at an end that is no resolution (R-15)."""

    def __post_init__(self) -> None:
        entries = tuple(list_entries(self.visits))
        last = entries[-1] if entries else None
        is_at_end = last is not None and last.kind in ("resolved", "ended")
        is_other = is_at_end and last is not None and any(one.kind in OTHER_ENDS for one in self.visits[last.place :])
        put = object.__setattr__
        put(self, "entries", entries)
        put(self, "is_ended_otherwise", is_other)
        put(self, "resolution", last if last is not None and last.kind == "resolved" and not is_other else None)
        put(self, "first_resolution", next((one for one in entries if one.kind == "resolved"), None))

    @property
    def id(self) -> str:
        """The external id where there is one, else the number, so that the order of an import does not matter."""
        return self.external_id or str(self.number)

    def find_visit(self, at: int) -> Visit | None:
        """Return the visit that the ticket was in at an instant; None before it was received. Of several in one second
        it is the last, the one that stayed."""
        for visit in reversed(self.visits):
            if visit.since <= at:
                return visit
        return None

    def is_open_at(self, at: int) -> bool:
        """Return whether the ticket was in an open category at an instant."""
        visit = self.find_visit(at)
        return visit is not None and visit.category in OPEN_CATEGORIES

    def find_closing(self) -> Visit | None:
        """Return the visit that the standing closing began; None where the ticket is not closed (R-14)."""
        found = None
        for visit in reversed(self.visits):
            if visit.category != "closed":
                break
            found = visit
        return found
