"""The mapping of a ticket list: which columns of another desk's export are what, and what its words mean here.

source = "zendesk"             # the name under which its tickets are remembered
[file]       words for nothing and nobody, zones, formats of dates, names by which the shape is known
[columns]    field → names of its column, in every language that the product speaks, paths in json and xml
[words.status]  word → key or label of the procedure, or @new, @open, @waiting, @solved, @closed; several in order
[words.priority]  word → @1/4, the first of four steps; or a key of the procedure
[words.type], [words.channel]  word → keys of the procedure, the first that it has
[[messages]]  where comments are        [history]  where changes of status are
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from deskterm.errors import DeskError
from deskterm.exchange.importing.tables.records import fold_name
from deskterm.exchange.seeding.text_files import load_toml
from deskterm.named_files import expand_home
from deskterm.procedure.schema.text_types import Key, Text
from deskterm.procedure.shipped import data_folder

DateOrder = Literal["dmy", "mdy"]
DurationUnit = Literal["minutes", "seconds", "hours", "clock"]
"""Unit of a duration; `clock` is HH:MM:SS, also behind the date of an epoch (R-97)."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RelativeDates(_Part):
    """Columns whose dates are relative ("3 weeks ago"), and what to export instead of them."""

    columns: tuple[Text, ...]
    instead: Text


class TicketFile(_Part):
    """The form of an export. delimiter, encoding: left out, they are found. empty: words for an empty cell; nobody:
    words for no person. zone: of instants without an offset, else `--zone` is asked for; zones: the same by shape
    (csv, json, ndjson, xml, xlsx). dates: formats of `strptime` to try first, or `epoch`, `epoch-ms`; order: of day and
    month, where the column does not show it. known: further names of columns, by which the shape is recognised. skip:
    records in which one of these columns is filled are no tickets."""

    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str = "auto"
    empty: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    zone: str | None = None
    zones: dict[str, str] = {}
    dates: tuple[Text, ...] = ()
    order: DateOrder | None = None
    known: tuple[Text, ...] = ()
    skip: tuple[Text, ...] = ()
    relative: RelativeDates | None = None

    @field_validator("zone")
    @classmethod
    def _require_zone(cls, name: str | None) -> str | None:
        return None if name is None else require_zone(name)

    @field_validator("zones")
    @classmethod
    def _require_zones(cls, names: dict[str, str]) -> dict[str, str]:
        return {shape: require_zone(name) for shape, name in names.items()}

    @field_validator("encoding")
    @classmethod
    def _require_encoding(cls, name: str) -> str:
        try:
            return name if name == "auto" else codecs.lookup(name).name
        except LookupError as error:
            raise ValueError(f"there is no encoding {name!r}: write utf-8, cp1252 or auto") from error


Names = tuple[Text, ...]


class TicketColumns(_Part):
    """The names of the columns of each field; the first that is filled counts. description: the words of the request.
    requester_id: a number of the person, where the file has no name. assigned: the instant of the assignment.
    first_response, resolved, closed: the instants at which that happened; updated: the last change of the ticket.
    note: words of the last update, and note_author who wrote them."""

    number: Names
    subject: Names
    status: Names
    created: Names
    description: Names = ()
    priority: Names = ()
    type: Names = ()
    channel: Names = ()
    team: Names = ()
    assignee: Names = ()
    assignee_email: Names = ()
    requester: Names = ()
    requester_email: Names = ()
    requester_id: Names = ()
    organisation: Names = ()
    tags: Names = ()
    product: Names = ()
    topic: Names = ()
    assigned: Names = ()
    first_response: Names = ()
    resolved: Names = ()
    closed: Names = ()
    updated: Names = ()
    note: Names = ()
    note_author: Names = ()


class MessageSource(_Part):
    """A source of messages. list: path of the records of json and xml, whose parts the other names are; or cell: names
    of columns whose cells are `at;author;body`, parted by `parted_by` (R-70). public, internal, incoming: columns that
    say whether the requester sees it, and whether it came from outside."""

    list: Text | None = None
    cell: Names = ()
    parted_by: str = ";"
    at: Names = ()
    author: Names = ()
    author_email: Names = ()
    body: Names = ()
    public: Names = ()
    internal: Names = ()
    incoming: Names = ()

    @model_validator(mode="after")
    def _require_one_source(self) -> MessageSource:
        if (self.list is None) == (not self.cell):
            raise ValueError("say where messages are: one of list or cell")
        return self


class HistorySource(_Part):
    """The changes of a ticket. list: path of the changes; items: of the fields in one of them. field: the name of the
    field, which is `is` for a change of status; old, new: its words."""

    list: Text
    items: Text
    at: Names
    author: Names = ()
    author_email: Names = ()
    field: Names
    value: Text = "status"
    old: Names
    new: Names


class ResponseDelay(_Part):
    """A first response that is known only by how long after the creation it came, in elapsed time."""

    columns: Names
    unit: DurationUnit


Words = dict[str, str | tuple[str, ...]]


class TicketWords(_Part):
    """The export's words → words of the procedure, or of `@…`; of several the first that the procedure has."""

    status: Words = {}
    priority: Words = {}
    type: Words = {}
    channel: Words = {}


class TicketMapping(_Part):
    """A whole mapping of a ticket list. details: the description is a field of the form, not the first message.
    other_priorities: words of the column of priorities that are no priorities, such as other labels, are no
    mistakes. tags_by_blanks: tags are parted by blanks."""

    source: Key
    name: Text
    description: str = ""
    credit: str = ""
    details: bool = False
    other_priorities: bool = False
    tags_by_blanks: bool = False
    file: TicketFile = TicketFile()
    columns: TicketColumns
    first_response_after: ResponseDelay | None = None
    words: TicketWords = TicketWords()
    messages: tuple[MessageSource, ...] = ()
    history: HistorySource | None = None

    @cached_property
    def known_names(self) -> frozenset[str]:
        """Folded names of all columns that the mapping knows."""
        return _collect_names(self)


def _collect_names(mapping: TicketMapping) -> frozenset[str]:
    names = [*mapping.file.known, *mapping.file.skip]
    for field in TicketColumns.model_fields:
        names += getattr(mapping.columns, field)
    for part in mapping.messages:
        prefix = f"{part.list}." if part.list else ""
        for group in (part.cell, part.at, part.author, part.author_email, part.body, part.public, part.incoming):
            names += [f"{prefix}{name}" for name in group]
    if mapping.file.relative:
        names += mapping.file.relative.columns
    if mapping.first_response_after:
        names += mapping.first_response_after.columns
    if mapping.history:
        names.append(mapping.history.list)
    return frozenset(fold_name(name) for name in names)


def require_zone(name: str) -> str:
    """Return the name of a time zone; raise ValueError when there is none of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}: write it as Europe/London") from error
    return name


def narrow_mapping(mapping: TicketMapping, columns: Sequence[str]) -> TicketMapping:
    """Return a mapping without the names of columns that a table does not have: each would be looked for in every
    row."""
    present = {fold_name(name) for name in columns}

    def keep(names: Names) -> Names:
        return tuple(name for name in names if fold_name(name) in present)

    narrowed = mapping.columns.model_copy(
        update={field: keep(getattr(mapping.columns, field)) for field in TicketColumns.model_fields}
    )
    file = mapping.file.model_copy(update={"skip": keep(mapping.file.skip)})
    return mapping.model_copy(update={"columns": narrowed, "file": file})


def load_shipped_mappings() -> dict[str, TicketMapping]:
    """Load the mappings that are shipped, by name."""
    folder = data_folder() / "mappings" / "tickets"
    return {path.stem: _load_once(path) for path in sorted(folder.glob("*.toml"))}


@cache
def _load_once(path: Path) -> TicketMapping:
    return load_ticket_mapping(path)


def load_ticket_mapping(path: Path) -> TicketMapping:
    """Load a mapping from a file. Raises DeskError when it cannot be read, or is no mapping."""
    mapping, _ = load_toml(path, TicketMapping)
    return mapping


def find_ticket_mapping(name_or_path: str) -> TicketMapping:
    """Find a shipped mapping by its name, or one of the person's own by its path. Raises DeskError, which names the
    shipped ones, when there is none."""
    shipped = load_shipped_mappings()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = expand_home(name_or_path)
    if path.exists():
        return load_ticket_mapping(path)
    raise DeskError(f"There is no mapping and no file called {name_or_path}; shipped mappings: {', '.join(shipped)}.")
