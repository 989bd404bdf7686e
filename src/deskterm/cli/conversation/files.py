"""`deskterm ticket files|save-files|open-file`: the files that went with a ticket's messages (C-22)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, to_rfc3339
from deskterm.cli.runtime.options import AsJson, AsOf, Number, missing_ticket_error
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.names import make_file_name
from deskterm.desk.domain.files.new_file import NewFile, format_size
from deskterm.errors import DeskError
from deskterm.exchange.attaching.opening import make_temporary_folder, open_content
from deskterm.exchange.attaching.reading import read_files
from deskterm.exchange.attaching.saving import save_content
from deskterm.present.ticket_files import find_files, name_file
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts, load_desk_facts
from deskterm.store.queries.ticket_detail import load_ticket_detail
from deskterm.store.queries.ticket_tabs.files import FileView, load_content

Attach = Annotated[
    list[str] | None, typer.Option("--attach", help="A file that goes with it; may be given again.", metavar="PATH")
]
_Names = Annotated[
    list[str] | None, typer.Argument(help="The files, by name or by their number in the list; left out, all.")
]


def read_attachments(desk: DeskSession, paths: list[str] | None) -> list[NewFile]:
    """Read the files of `--attach`. Raises DeskError for what cannot be read, and UsageError for what is too large."""
    return read_files(paths, desk.procedure.definition.files.largest_mb) if paths else []


def list_files(context: typer.Context, number: Number, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """List the files that went with a ticket's messages."""
    cli: CliContext = context.obj
    with cli.open_reader() if as_of is None else cli.open_current_reader(number, as_of=as_of) as reader:
        facts, files = _load_files(cli, reader, number, "files")
    if as_json:
        print_json([file_to_json(place, file) for place, file in enumerate(files, 1)])
    elif not files:
        print_lines([f"No files went with {number}."])
    else:
        print_table(
            ("#", "When", "Who", "Name", "Type", "Size", ""),
            [
                (
                    str(place),
                    format_time(file.at, facts.timezone),
                    file.author or "requester",
                    name_file(file),
                    file.type,
                    format_size(file.size),
                    ", ".join(_list_remarks(file, number)),
                )
                for place, file in enumerate(files, 1)
            ],
            right=("#", "Size"),
        )


def save_files(
    context: typer.Context,
    number: Number,
    names: _Names = None,
    to: Annotated[str, typer.Option("--to", help="The folder that they go to.", metavar="FOLDER")] = ".",
    as_json: AsJson = False,
) -> None:
    """Save files of a ticket into a folder; nothing there is replaced."""
    cli: CliContext = context.obj
    with cli.open_reader() as reader:
        _, files = _load_files(cli, reader, number, "files saved")
        chosen = find_files(files, names or ())
        saved = [str(save_content(to, file.name, _load_content(reader, file))) for file in chosen]
    if as_json:
        print_json({"number": number, "saved": saved})
    elif saved:
        print_lines(f"Saved {path}" for path in saved)
    else:
        print_lines([f"No files went with {number}."])


def open_file(
    context: typer.Context,
    number: Number,
    name: Annotated[str, typer.Argument(help="The file, by name or by its number in the list.")],
) -> None:
    """Open a file of a ticket with the system's program for it, unless it might run as a program."""
    cli: CliContext = context.obj
    with cli.open_reader() as reader:
        _, files = _load_files(cli, reader, number, "file opened")
        (file,) = find_files(files, [name])
        content = _load_content(reader, file)
    path = open_content(make_temporary_folder(), file.name, content)
    print_lines([f"Opened {path}"])


def _load_files(
    cli: CliContext, reader: ReadConnection, number: int, what: str
) -> tuple[DeskFacts, Sequence[FileView]]:
    """Load the files of a ticket, and note that somebody looked. Raises DeskError when there is no such ticket."""
    facts = load_desk_facts(reader)
    ticket = load_ticket_detail(reader, number)
    if ticket is None:
        raise missing_ticket_error(reader, number)
    cli.log_access(facts, number, what)
    return facts, ticket.files


def _load_content(reader: ReadConnection, file: FileView) -> bytes:
    content = load_content(reader, file)
    if content is None:
        raise DeskError(f"The content of {name_file(file)} was erased: there is nothing to save or open.")
    return content


def _list_remarks(file: FileView, number: int) -> list[str]:
    remarks = {
        "internal": file.kind == "internal",
        "taken back": file.is_undone,
        "erased": file.digest is None,
        f"in {file.ticket}": file.ticket != number,
    }
    return [remark for remark, holds in remarks.items() if holds]


def file_to_json(place: int, file: FileView) -> dict[str, Any]:
    """Return a file of a ticket for JSON. place: its number in the list."""
    return {
        "file": place,
        "name": make_file_name(file.name) if file.name else None,
        "type": file.type,
        "size": file.size,
        "sha256": file.digest,
        "at": to_rfc3339(file.at),
        "author": file.author,
        "kind": file.kind,
        "taken_back": file.is_undone,
        "number": file.ticket,
        "seq": file.seq,
    }
