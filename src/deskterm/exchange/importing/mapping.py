"""The mapping file: the meaning of the columns of a log.

    source = "helpdesk-log"                     # the name under which its rows are remembered
    [log]      format: delimiter, encoding, words for an empty cell, dates and their zone
    [rows]     columns of the row itself: ticket, time, actor, and opening of the ticket
    [ticket]   field of the ticket → column, fixed word or template, with translations

All mistakes in a file are reported at once, with file, line and the nearest known key.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from deskterm.errors import DeskError
from deskterm.exchange.seeding.text_files import load_toml
from deskterm.named_files import expand_home
from deskterm.procedure.schema.text_types import Key, Text
from deskterm.procedure.shipped import data_folder


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LogFormat(_Part):
    """The format of a log. empty: words that mean an empty cell. dates: formats in the order to try them, of
    `strptime`, or `iso`, `epoch` (seconds) or `epoch-ms`. zone: of dates without an offset."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "auto"
    empty: tuple[str, ...] = ("",)
    dates: tuple[Text, ...] = Field(default=("iso",), min_length=1)
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def _require_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {name!r}: write it as Europe/London") from error
        return name

    @field_validator("encoding")
    @classmethod
    def _require_encoding(cls, name: str) -> str:
        try:
            return name if name == "auto" else codecs.lookup(name).name
        except LookupError as error:
            raise ValueError(f"there is no encoding {name!r}: write utf-8, cp1252 or auto") from error


class RowColumns(_Part):
    """Columns about the row itself. ticket: the log's own number of the ticket. at: the time of the row. opened: the
    opening of the ticket, by default the time of its first row. actor: the author of the row."""

    ticket: Text
    at: Text
    opened: Text | None = None
    actor: Text | None = None


class FieldSource(_Part):
    """The source of a field's value: one of `column`, `fixed` and `template`.

    template: text with `{column}` in it; a part in square brackets is left out when a column in it is empty. values:
    the log's word → the procedure's; a word that is not in it leaves the field as it was and is reported. An empty word
    of the procedure empties the field."""

    column: Text | None = None
    fixed: Text | None = None
    template: Text | None = None
    values: dict[str, str] = {}

    @model_validator(mode="after")
    def _require_one_source(self) -> FieldSource:
        if sum(part is not None for part in (self.column, self.fixed, self.template)) != 1:
            raise ValueError("say where it comes from: one of column, fixed or template")
        if self.values and self.column is None:
            raise ValueError("values translate a column: name it")
        if (self.template or "").count("[") != (self.template or "").count("]"):
            raise ValueError("square brackets of a template come in pairs")
        return self


class TicketFieldSources(_Part):
    """The sources of the ticket's fields. fields: the procedure's own fields, by key. tags: each source gives one tag
    or none."""

    type: FieldSource
    subject: FieldSource
    status: FieldSource
    severity: FieldSource | None = None
    priority: FieldSource | None = None
    impact: FieldSource | None = None
    urgency: FieldSource | None = None
    requester: FieldSource | None = None
    email: FieldSource | None = None
    organisation: FieldSource | None = None
    channel: FieldSource | None = None
    department: FieldSource | None = None
    team: FieldSource | None = None
    assignee: FieldSource | None = None
    product: FieldSource | None = None
    topic: FieldSource | None = None
    tags: tuple[FieldSource, ...] = ()
    fields: dict[Key, FieldSource] = {}


class LogMapping(_Part):
    """A whole mapping file. source: the name under which imported rows are remembered. credit: the owner of the log and
    the terms of its use."""

    source: Key
    name: Text
    description: str = ""
    credit: str = ""
    log: LogFormat = LogFormat()
    rows: RowColumns
    ticket: TicketFieldSources

    @property
    def zone(self) -> str:
        """The zone of dates without an offset."""
        return self.log.zone


def load_mapping(path: Path) -> LogMapping:
    """Load a mapping from a file. Raises DeskError when it cannot be read, or is no mapping."""
    mapping, _ = load_toml(path, LogMapping)
    return mapping


def find_mapping(name_or_path: str) -> LogMapping:
    """Find a shipped mapping by its name, or one of the person's own by its path. Raises DeskError, which names the
    shipped ones, when there is none."""
    shipped = {path.stem: path for path in sorted((data_folder() / "mappings").glob("*.toml"))}
    if name_or_path in shipped:
        return load_mapping(shipped[name_or_path])
    path = expand_home(name_or_path)
    if path.exists():
        return load_mapping(path)
    raise DeskError(f"There is no mapping and no file called {name_or_path}; shipped mappings: {', '.join(shipped)}.")
