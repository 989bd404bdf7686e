"""`deskterm import sniff`: a first look at the export of another desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.exchange.importing.tickets.sniff import sniff_file


def sniff_export(
    file: Annotated[Path, typer.Argument(help="The export: csv, tsv, json, ndjson, xml or xlsx, compressed or not.")],
    zone: Annotated[
        str | None, typer.Option(help="Time zone of its instants, for the mapping.", metavar="ZONE")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook, else the first.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the mapping of another desk's export, or the draft of one.

    The mapping of an export that is known by its columns is taken by `import tickets --mapping` as it is. A draft has
    every column with samples, and `# ?` wherever somebody should look.
    """
    found = sniff_file(file, sheet=sheet, zone=zone)
    if as_json:
        print_json(found.to_json())
    else:
        print_lines(found.mapping.splitlines())
