"""The manifest of an exported desk: what its files hold, and the digest of each (R-65)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from deskterm.errors import DeskError

FORMAT = 1
"""Increased when the files of an exported desk have another shape."""
FILE_NAME = "manifest.json"


class TableFile(NamedTuple):
    """The file of a table. rows: how many lines it has; sha256: of its bytes."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DeskManifest:
    """A desk as its manifest describes it. exported_at: RFC 3339 in UTC; program: the version of deskterm; layout:
    number of the store's layout; procedures: digest of each edition, the first one first; tables: name → file."""

    desk: str
    exported_at: str
    program: str
    layout: int
    procedures: tuple[str, ...]
    tables: Mapping[str, TableFile]

    @property
    def digest(self) -> str:
        """The digest of all rows: equal desks have the same, whichever database they are in."""
        lines = [f"{name} {file.rows} {file.sha256}\n" for name, file in sorted(self.tables.items())]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def format(self) -> str:
        """Return the text of the file."""
        tables = {name: file._asdict() for name, file in self.tables.items()}
        document = {"format": FORMAT} | asdict(self) | {"tables": tables, "digest": self.digest}
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def parse_manifest(text: str, place: str) -> DeskManifest:
    """Parse the text of a manifest. Raises DeskError when it is none, one of another format, or its own digest does not
    fit."""
    try:
        document: Mapping[str, Any] = json.loads(text)
        if document["format"] != FORMAT:
            raise DeskError(
                f"{place} has format {document['format']}, and this deskterm reads format {FORMAT}: import it with the "
                f"deskterm that made it ({document.get('program', 'unknown')})."
            )
        tables = {
            str(name): TableFile(int(file["rows"]), str(file["sha256"])) for name, file in document["tables"].items()
        }
        manifest = DeskManifest(
            str(document["desk"]),
            str(document["exported_at"]),
            str(document["program"]),
            int(document["layout"]),
            tuple(str(digest) for digest in document["procedures"]),
            tables,
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DeskError(f"{place} is no manifest of a desk: give what `deskterm export desk` made.") from error
    if manifest.digest != document.get("digest"):
        raise DeskError(f"{place} was changed after the export: its own digest does not fit.")
    return manifest
