"""An imported log whose figures are what `deskterm report figures --json` prints."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any

from deskterm.cli import main
from reports.truth import Log


def run_program(*words: str) -> str:
    """Run a command as ann, and return what it printed."""
    with redirect_stdout(io.StringIO()) as printed:
        code = main.run(list(words), login="ann")
    assert code == 0, words
    return printed.getvalue()


@dataclass(frozen=True)
class CommandLog(Log):
    """An imported log that is asked by commands only."""

    def count(self, since: int, until: int, as_of: int, *by: str) -> Document:
        first = datetime.fromtimestamp(since, self.zone) if since else datetime(2000, 1, 1, tzinfo=self.zone)
        last = datetime.fromtimestamp(until - 1, self.zone)
        instant = datetime.fromtimestamp(as_of, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return read_document(self.url, f"{first:%Y-%m-%d}", f"{last + timedelta(days=1):%Y-%m-%d}", instant, by)


@lru_cache(maxsize=64)
def read_document(url: str, since: str, until: str, as_of: str, by: tuple[str, ...]) -> Document:
    dimensions = [word for dimension in by for word in ("--by", dimension)]
    period = ("--since", since, "--until", until, "--as-of", as_of)
    words = ("--database", url, "report", "figures", *period, "--with-closed", *dimensions, "--json")
    return Document(json.loads(run_program(*words)))


class Document:
    """A printed document. Figures that it lacks count nothing."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.imbalance: int = document["imbalance"]

    @cached_property
    def figures(self) -> Mapping[str, DocumentFigure]:
        lists = self._document["lists"]
        return {key: DocumentFigure(said, lists.get(key, {})) for key, said in self._document["figures"].items()}

    def count(self, key: str) -> int:
        return self.find(key).count

    def find(self, key: str) -> DocumentFigure:
        return self.figures.get(key, DocumentFigure({"n": 0}, {}))


class DocumentFigure:
    """A figure of a printed document. digest: that of its list."""

    def __init__(self, said: Mapping[str, Any], listed: Mapping[str, Any]) -> None:
        self._said = said
        self.count: int = said.get("visits", said.get("n", 0))
        self.digest: str = listed.get("digest", "")
        assert not listed or listed["n"] == self.count

    def compute_times(self) -> SimpleNamespace:
        return SimpleNamespace(**{"sum": 0, "median": None, **self._said})
