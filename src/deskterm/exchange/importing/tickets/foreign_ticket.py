"""A ticket as another desk's export has it: instants in epoch seconds, words not translated yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from deskterm.exchange.importing.csv_source import BadRow


class Person(NamedTuple):
    """Somebody whom an export names: by name, by address, or both."""

    name: str = ""
    address: str = ""

    @property
    def identity(self) -> str:
        """The address, else the name: it tells people of one file apart."""
        return self.address.casefold() or " ".join(self.name.split()).casefold()

    def __bool__(self) -> bool:
        return bool(self.name or self.address)


NOBODY = Person()


class ForeignMessage(NamedTuple):
    """A comment. is_public, is_incoming: None where the file does not say it."""

    at: int
    author: Person
    body: str
    is_public: bool | None = None
    is_incoming: bool | None = None


class ForeignMove(NamedTuple):
    """A change of status in the file's words."""

    at: int
    author: Person
    old: str
    new: str


@dataclass(slots=True)
class ForeignTicket:
    """One ticket. place: where it stands in the file. notes: what is odd about it."""

    place: int
    number: str
    subject: str
    created: int
    description: str = ""
    status: str = ""
    priority: str = ""
    type: str = ""
    channel: str = ""
    team: str = ""
    product: str = ""
    topic: str = ""
    organisation: str = ""
    assignee: Person = NOBODY
    requester: Person = NOBODY
    tags: tuple[str, ...] = ()
    assigned: int | None = None
    first_response: int | None = None
    resolved: int | None = None
    closed: int | None = None
    updated: int | None = None
    messages: list[ForeignMessage] = field(default_factory=list)
    moves: list[ForeignMove] = field(default_factory=list)
    notes: list[BadRow] = field(default_factory=list)
