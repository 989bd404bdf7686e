"""Seed files: severities, agents and clients as TOML or CSV.

A TOML file is a list of tables named after what it holds (`[[severities]]`, `[[agents]]`, `[[clients]]`); a CSV
file has a header row of the same keys. What a file leaves out stays as it is on the desk; an empty text empties.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import Field, StringConstraints, ValidationError, field_validator

from deskterm.desk.admin.severity_scale import SeededSeverity
from deskterm.desk.domain.email_address import is_email_address
from deskterm.errors import DeskError
from deskterm.exchange.seeding.text_files import load_toml, read_text_file
from deskterm.procedure.checking.problems import problems_from_validation, suggest
from deskterm.procedure.schema import Part, Severity
from deskterm.procedure.schema.text_types import Key, Text
from deskterm.sla.targets import parse_target

_DAY = 28_800
"""A day's length, in seconds, for reading a target: its words are right or wrong whatever a day is."""


class SeverityRow(Severity):
    """A step of a scale. targets: metric → target."""

    targets: dict[str, str] = Field(default_factory=dict)


class AgentRow(Part):
    """Somebody who works on the desk. roles: named roles of the procedure."""

    login: Annotated[str, StringConstraints(pattern=r"^\S+$", max_length=100)]
    name: Text
    email: str = ""
    role: Literal["viewer", "agent", "lead", "admin"] = "agent"
    roles: str = ""
    team: Key | None = None
    tier: Annotated[int, Field(ge=0, le=9)] | None = None
    active: bool = True
    certified: bool = False
    """May work on tiers that want a certificate (S3-11)."""

    @field_validator("roles", mode="before")
    @classmethod
    def _listed(cls, roles: object) -> object:
        if isinstance(roles, str):
            roles = roles.replace(";", ",").split(",")
        if isinstance(roles, list) and all(isinstance(role, str) for role in roles):
            return ",".join(role.strip() for role in roles if role.strip())
        return roles

    @field_validator("team", "tier", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("email")
    @classmethod
    def _address(cls, email: str) -> str:
        if email and not is_email_address(email):
            raise ValueError(f'"{email}" is no e-mail address: write it as name@example.org')
        return email


class ClientRow(Part):
    """A client. domain: what follows the @ in its people's addresses."""

    key: Key
    name: Text
    domain: str = ""
    tenant: str = ""
    notes: str = ""
    coverage: str = ""
    """The tiers that are ours, `2,3`; empty is all of them (S3-12)."""
    handoff: str = ""
    """Who has the others: a function or an address."""

    @field_validator("coverage", mode="before")
    @classmethod
    def _levels(cls, coverage: object) -> object:
        words = coverage if isinstance(coverage, list) else str(coverage).replace(";", ",").split(",")
        levels = [str(word).strip() for word in words if str(word).strip()]
        if not all(level.isdecimal() for level in levels):
            raise ValueError(f'"{coverage}" are no tiers: write their levels, such as 2,3')
        return ",".join(levels)

    @field_validator("domain")
    @classmethod
    def _bare(cls, domain: str) -> str:
        return domain.strip().removeprefix("@").casefold()


class _Severities(Part):
    severities: tuple[SeverityRow, ...]


class _Agents(Part):
    agents: tuple[AgentRow, ...]


class _Clients(Part):
    clients: tuple[ClientRow, ...]


R = TypeVar("R", bound=Part)


class _Entry(NamedTuple, Generic[R]):
    """A row of a file. line: key → the line that it stands on."""

    row: R
    line: Callable[[str], int]


def load_severities(path: Path, metrics: Iterable[str] = ()) -> list[SeededSeverity]:
    """The scale in a file, in its order. metrics: those of the procedure, for which a file may give targets (TOML: a
    table `targets`; CSV: a column a metric). DeskError names file, line and the nearest known word."""
    known = list(metrics)
    entries = _entries(path, "severities", _Severities, SeverityRow, known)
    _once(path, entries, "key")
    found = []
    for entry in entries:
        for metric, text in entry.row.targets.items():
            if metric not in known:
                raise DeskError(f'{path}:{entry.line("targets")}: unknown metric "{metric}"{suggest(metric, known)}')
            try:
                parse_target(text, _DAY)
            except ValueError as error:
                raise DeskError(f"{path}:{entry.line('targets')}: {metric}: {error}.") from error
        step = Severity(**_said(entry.row, without={"targets"}))
        found.append(SeededSeverity(step, dict(entry.row.targets)))
    return found


def load_agents(path: Path) -> list[dict[str, Any]]:
    """The agents in a file: what it says of each, by column of the desk's table."""
    entries = _entries(path, "agents", _Agents, AgentRow)
    _once(path, entries, "login")
    return [_said(entry.row) for entry in entries]


def load_clients(path: Path) -> list[dict[str, Any]]:
    """The clients in a file: what it says of each, by column of the desk's table."""
    entries = _entries(path, "clients", _Clients, ClientRow)
    _once(path, entries, "key")
    return [_said(entry.row) for entry in entries]


def _said(row: Part, without: Iterable[str] = ()) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).model_fields if name in row.model_fields_set - set(without)}


def _once(path: Path, entries: Iterable[_Entry[Any]], key: str) -> None:
    first: dict[str, int] = {}
    for entry in entries:
        value = getattr(entry.row, key)
        line = entry.line(key)
        if value in first:
            raise DeskError(f'{path}:{line}: the {key} "{value}" stands on line {first[value]} already.')
        first[value] = line


def _entries(path: Path, name: str, document: type[Part], row: type[R], metrics: Iterable[str] = ()) -> list[_Entry[R]]:
    suffix = path.suffix.lower()
    if suffix == ".toml":
        told, lines = load_toml(path, document)
        rows: tuple[R, ...] = getattr(told, name)
        entries = [
            _Entry(item, lambda key, number=number: lines.find_line((name, number, key)))  # type: ignore[misc]
            for number, item in enumerate(rows)
        ]
    elif suffix == ".csv":
        entries = list(_rows(path, row, list(metrics)))
    else:
        raise DeskError(f"{path} is neither .toml nor .csv: give a seed file in one of these forms.")
    if not entries:
        raise DeskError(f"{path} holds no {name}: list at least one.")
    return entries


# -- CSV -------------------------------------------------------------------------------------------------------------


def _rows(path: Path, row: type[R], metrics: list[str]) -> Iterator[_Entry[R]]:
    text = read_text_file(path)
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
            columns = _columns(path, line, cells, row, metrics)
            continue
        if len(cells) > len(columns):
            raise DeskError(
                f"{path}:{line}: {len(cells)} values for {len(columns)} columns; put quotes around a value"
                " with the separator in it."
            )
        said = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        yield _Entry(_checked(path, line, row, _values(said, row, metrics)), lambda _, line=line: line)  # type: ignore[misc]


def _columns(path: Path, line: int, cells: list[str], row: type[Part], metrics: list[str]) -> list[str]:
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


def _values(said: Mapping[str, str], row: type[Part], metrics: list[str]) -> dict[str, Any]:
    """The cells as the model takes them; an empty one that cannot be empty says nothing."""
    values: dict[str, Any] = {}
    for name, cell in said.items():
        field = row.model_fields.get(name)
        if field is None or name in metrics:
            if cell:
                values.setdefault("targets", {})[name] = cell
        elif cell:
            values[name] = cell
        elif not field.is_required() and field.default in (None, ""):
            values[name] = field.default
    return values


def _checked(path: Path, line: int, row: type[R], values: Mapping[str, Any]) -> R:
    try:
        return row.model_validate(values)
    except ValidationError as error:
        told = "\n".join(f"{path}:{line}: {fault.sentence}" for fault in problems_from_validation(error, values, row))
        raise DeskError(told) from error
