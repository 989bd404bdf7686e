"""Seed files: severities, agents, clients and contacts as TOML or CSV.

A TOML file is a list of tables (`[[severities]]`, `[[agents]]`, `[[clients]]`, `[[contacts]]`), and one of agents may
say for which procedure it was written (`procedure = "KEY"`); a CSV file has a header row of the same keys. A key that a
file leaves out stays as it is on the desk; an empty text empties the field.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from deskterm.desk.admin.severity_scale import SeededSeverity
from deskterm.desk.domain.email_address import is_email_address
from deskterm.errors import DeskError
from deskterm.exchange.seeding.text_files import load_toml, read_text
from deskterm.procedure.checking.problems import problems_from_validation, suggest
from deskterm.procedure.schema import Part, Severity
from deskterm.procedure.schema.text_types import Key, Text
from deskterm.sla.targets import parse_target

_DAY_SECONDS = 28_800
"""The length of a day for checking targets: whether they can be parsed does not depend on it."""


class SeverityRow(Severity):
    """A step of a scale. targets: metric → target."""

    targets: dict[str, str] = Field(default_factory=dict)


class AgentRow(Part):
    """An agent. roles: named roles of the procedure."""

    login: Annotated[str, StringConstraints(pattern=r"^\S+$", max_length=100)]
    name: Text
    email: str = ""
    role: Literal["viewer", "agent", "lead", "admin"] = "agent"
    roles: str = ""
    team: Key | None = None
    tier: Annotated[int, Field(ge=0, le=9)] | None = None
    active: bool = True
    certified: bool = False
    """Has the certificate that some tiers require (S3-11)."""

    @field_validator("roles", mode="before")
    @classmethod
    def _join_roles(cls, roles: object) -> object:
        if isinstance(roles, str):
            roles = roles.replace(";", ",").split(",")
        if isinstance(roles, list) and all(isinstance(role, str) for role in roles):
            return ",".join(role.strip() for role in roles if role.strip())
        return roles

    # mode="before": a CSV file writes None as an empty cell, which is no number
    @field_validator("team", "tier", mode="before")
    @classmethod
    def _empty_to_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("email")
    @classmethod
    def _require_address(cls, email: str) -> str:
        if email and not is_email_address(email):
            raise ValueError(f'"{email}" is no e-mail address: write it as name@example.org')
        return email


class ClientRow(Part):
    """A client. domain: the part after the @ of its people's addresses."""

    key: Key
    name: Text
    domain: str = ""
    tenant: str = ""
    notes: str = ""
    coverage: str = ""
    """The tiers of support that this desk covers, `2,3`; empty is all of them (S3-12)."""
    handoff: str = ""
    """The function or address that has the other tiers."""

    @field_validator("coverage", mode="before")
    @classmethod
    def _join_levels(cls, coverage: object) -> object:
        words = coverage if isinstance(coverage, list) else str(coverage).replace(";", ",").split(",")
        levels = [str(word).strip() for word in words if str(word).strip()]
        if not all(level.isdecimal() for level in levels):
            raise ValueError(f'"{coverage}" are no tiers: write their levels, such as 2,3')
        return ",".join(levels)

    @field_validator("domain")
    @classmethod
    def _normalise_domain(cls, domain: str) -> str:
        return domain.strip().removeprefix("@").casefold()


class ContactRow(Part):
    """A contact. client: key or name of the client that the contact belongs to; left out, the one whose domain the
    address has."""

    name: str = ""
    email: str = ""
    phone: str = ""
    client: str = ""

    @field_validator("email")
    @classmethod
    def _require_address(cls, email: str) -> str:
        if email and not is_email_address(email):
            raise ValueError(f'"{email}" is no e-mail address: write it as name@example.org')
        return email

    @model_validator(mode="after")
    def _require_identity(self) -> ContactRow:
        if not (self.name.strip() or self.email):
            raise ValueError("a contact has a name or an address: write one of them")
        return self


class _Severities(Part):
    severities: tuple[SeverityRow, ...]


class _Agents(Part):
    """procedure: the key of the one whose teams and roles the file names; empty where it does not say."""

    procedure: str = ""
    agents: tuple[AgentRow, ...]


class _Clients(Part):
    clients: tuple[ClientRow, ...]


class _Contacts(Part):
    contacts: tuple[ContactRow, ...]


R = TypeVar("R", bound=Part)


class _Entry(NamedTuple, Generic[R]):
    """A row of a file. find_line: key → its line."""

    row: R
    find_line: Callable[[str], int]


def load_severities(path: Path, metrics: Iterable[str] = ()) -> list[SeededSeverity]:
    """Load a scale of severities, in the order of the file. metrics: those of the procedure, for which the file may
    give targets (TOML: a table `targets`; CSV: a column a metric). Raises DeskError with file, line and the nearest
    known word."""
    known = list(metrics)
    entries = _load_entries(path, "severities", _Severities, SeverityRow, known)
    _require_unique(path, entries, "key")
    found = []
    for entry in entries:
        for metric, text in entry.row.targets.items():
            if metric not in known:
                raise DeskError(
                    f'{path}:{entry.find_line("targets")}: unknown metric "{metric}"{suggest(metric, known)}'
                )
            try:
                parse_target(text, _DAY_SECONDS)
            except ValueError as error:
                raise DeskError(f"{path}:{entry.find_line('targets')}: {metric}: {error}.") from error
        step = Severity(**_given_values(entry.row, without={"targets"}))
        found.append(SeededSeverity(step, dict(entry.row.targets)))
    return found


def load_agents(path: Path) -> list[dict[str, Any]]:
    """Load agents: for each, column of the desk's table → value, for the keys that the file has."""
    entries = _load_entries(path, "agents", _Agents, AgentRow)
    _require_unique(path, entries, "login")
    return [_given_values(entry.row) for entry in entries]


def load_agents_procedure(path: Path) -> str:
    """Load the key of the procedure whose teams and roles a file of agents names; empty where it does not say."""
    return load_toml(path, _Agents)[0].procedure if path.suffix.lower() == ".toml" else ""


def load_clients(path: Path) -> list[dict[str, Any]]:
    """Load clients: for each, column of the desk's table → value, for the keys that the file has."""
    entries = _load_entries(path, "clients", _Clients, ClientRow)
    _require_unique(path, entries, "key")
    return [_given_values(entry.row) for entry in entries]


def load_contacts(path: Path) -> list[dict[str, Any]]:
    """Load contacts: for each, its values (`desk.directory.seed_contacts`), for the keys that the file has. An address
    stands in it once."""
    entries = _load_entries(path, "contacts", _Contacts, ContactRow)
    _require_unique(path, [entry for entry in entries if entry.row.email], "email")
    return [_given_values(entry.row) for entry in entries]


def _given_values(row: Part, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return the values of a row that its file has, without those that are defaults."""
    return {name: getattr(row, name) for name in type(row).model_fields if name in row.model_fields_set - set(without)}


def _require_unique(path: Path, entries: Iterable[_Entry[Any]], key: str) -> None:
    """Raise DeskError when two entries have the same key."""
    first: dict[str, int] = {}
    for entry in entries:
        value = getattr(entry.row, key)
        line = entry.find_line(key)
        if value in first:
            raise DeskError(f'{path}:{line}: the {key} "{value}" stands on line {first[value]} already.')
        first[value] = line


def _load_entries(
    path: Path, name: str, document: type[Part], row: type[R], metrics: Iterable[str] = ()
) -> list[_Entry[R]]:
    """Load the rows of a file. name: the list of tables in a TOML file; document: the model of such a file."""
    suffix = path.suffix.lower()
    if suffix == ".toml":
        content, lines = load_toml(path, document)
        rows: tuple[R, ...] = getattr(content, name)
        entries = [
            _Entry(item, lambda key, number=number: lines.find_line((name, number, key)))  # type: ignore[misc]
            for number, item in enumerate(rows)
        ]
    elif suffix == ".csv":
        entries = list(_read_csv(path, row, list(metrics)))
    else:
        raise DeskError(f"{path} is neither .toml nor .csv: give a seed file in one of these forms.")
    if not entries:
        raise DeskError(f"{path} holds no {name}: list at least one.")
    return entries


# -- CSV -------------------------------------------------------------------------------------------------------------


def _read_csv(path: Path, row: type[R], metrics: list[str]) -> Iterator[_Entry[R]]:
    """Yield the rows of a CSV file. The separator is the one that its header has most of."""
    text = read_text(path)
    header = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    columns: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DeskError(f"{path}:{line}: this is no CSV: {error}.") from error
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = _read_header(path, line, cells, row, metrics)
            continue
        if len(cells) > len(columns):
            raise DeskError(
                f"{path}:{line}: {len(cells)} values for {len(columns)} columns; put quotes around a value"
                " with the separator in it."
            )
        # A spreadsheet leaves empty cells at the end of a row out
        named = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        values = _to_values(named, row, metrics)
        yield _Entry(_validate(path, line, row, values), lambda _, line=line: line)  # type: ignore[misc]


def _read_header(path: Path, line: int, cells: list[str], row: type[Part], metrics: list[str]) -> list[str]:
    """Return the keys that a header names. Raises DeskError for an unknown one, or one that is there twice."""
    known = [*(name for name in row.model_fields if name != "targets"), *metrics]
    columns: list[str] = []
    for cell in cells:
        name = "_".join(cell.split()).lower()
        if name not in known:
            raise DeskError(f'{path}:{line}: unknown column "{cell.strip()}"{suggest(name, known)}')
        if name in columns:
            raise DeskError(f'{path}:{line}: the column "{name}" is there twice.')
        columns.append(name)
    return columns


def _to_values(cells: Mapping[str, str], row: type[Part], metrics: list[str]) -> dict[str, Any]:
    """Convert the cells of a row to values for its model. An empty cell empties a field that may be empty; for any
    other field it counts as left out."""
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        field = row.model_fields.get(name)
        if field is None or name in metrics:
            if cell:
                values.setdefault("targets", {})[name] = cell
        elif cell:
            values[name] = cell
        elif not field.is_required() and field.default in (None, ""):
            values[name] = field.default
    return values


def _validate(path: Path, line: int, row: type[R], values: Mapping[str, Any]) -> R:
    """Validate the values of a row. Raises DeskError with a line for each mistake."""
    try:
        return row.model_validate(values)
    except ValidationError as error:
        problems = problems_from_validation(error, values, row)
        raise DeskError("\n".join(f"{path}:{line}: {problem.sentence}" for problem in problems)) from error
