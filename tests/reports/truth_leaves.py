"""Every single figure of a truth file, and the command that prints it: nothing but commands and their JSON is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

Path = tuple[str | int, ...]
Words = tuple[str, ...]
COUNTS = {
    "created": "created",
    "resolved": "resolved",
    "resolutions": "resolutions",
    "first_resolutions": "first-resolved",
    "reopenings": "reopened",
    "tickets_reopened": "reopened/tickets",
    "closed": "closed",
}
TIMES = {
    ("response", "wall"): "first-response/elapsed",
    ("response", "working"): "first-response/working",
    ("resolve", "wall"): "time-to-resolve/elapsed",
    ("resolve", "working"): "time-to-resolve/working",
    ("resolve", "net_working"): "time-to-resolve/net",
    ("first_resolution", "wall"): "time-to-first-resolution",
}
STATISTICS = {"n": "n", "sum_s": "sum", "median_s": "median", "p90_s": "p90", "max_s": "max"}
CLOCKS = {
    "resolution_overdue": "undecided/resolution/late-and-open",
    "response_overdue": "undecided/response/late-and-open",
    "resolution_paused_not_late": "undecided/resolution/paused",
    "resolution_running": "undecided/resolution/running",
}
VERDICTS = {"met": "met", "late": "late", "retarget": "retarget", "inherited": "already"}
OPEN_BY = {"by_severity": "severity", "by_status": "status", "by_team_top5": "team", "by_workgroup": "team"}
LISTS = {
    "resolution late by retarget": "attainment/resolution/retarget",
    "resolution inherited (counted as nothing)": "attainment/resolution/already",
    "reopened": "reopened/tickets",
}
NOT_COMMANDED = "opened before, first row later"
"""Begins the name of a list that says what an import up to an instant leaves out."""


class Leaf(NamedTuple):
    """A figure that is given, and what a command says. key: of the figure in what it prints."""

    path: Path
    given: Any
    found: Any
    words: Words
    key: str

    @property
    def is_equal(self) -> bool:
        if isinstance(self.given, float):
            return self.found is not None and abs(self.given - float(self.found)) < 1e-6
        return bool(self.given == self.found)


def list_leaves(given: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the path and the value of everything in a document that is no object and no list."""
    if isinstance(given, Mapping):
        for key, value in given.items():
            yield from list_leaves(value, (*path, key))
    elif isinstance(given, list):
        for place, value in enumerate(given):
            yield from list_leaves(value, (*path, place))
    else:
        yield path, given


@dataclass
class CommandTruth:
    """The figures that are given of a log, and the desk that it was imported into. ask: runs a command and returns the
    document that it printed; end: of the log's last month; dimensions: name of a breakdown that is given → figure and
    dimension of the desk; groups: name of a group that is given → dimension; severities: word of the log → severity."""

    given: Mapping[str, Any]
    ask: Callable[..., Any]
    end: datetime
    dimensions: Mapping[str, tuple[str, str]]
    groups: Mapping[str, str]
    severities: Mapping[str, str] = field(default_factory=dict)
    _documents: dict[Words, Any] = field(default_factory=dict)

    def compare(self) -> Iterator[Leaf]:
        """Yield every figure that is given. Raises LookupError for one that no command is known to print."""
        given = {name: part for name, part in self.given.items() if name != "definitions"}
        for path, value in list_leaves(given):
            if not str(path[1]).partition(" ")[2].startswith(NOT_COMMANDED):
                words, key, found = self._find(path)
                yield Leaf(path, value, found, words, key)

    def read(self, *words: str) -> Any:
        """Return what a command prints, which is run once."""
        if words not in self._documents:
            self._documents[words] = self.ask(*words)
        return self._documents[words]

    def read_figures(self, period: Words, as_of: str, by: str = "", more: Words = ()) -> tuple[Words, dict[str, Any]]:
        """Return the words of a command, and the figures that it prints."""
        dimension = ("--by", by) if by else ()
        words = ("report", "figures", *period, "--as-of", as_of, "--with-closed", *dimension, *more, "--json")
        return words, self.read(*words)["figures"]

    def find_tables(self) -> Iterator[tuple[Path, dict[str, int]]]:
        """Yield the breakdowns that are given, each with the groups of the desk that it lacks; of the largest ones only
        what is larger than the smallest of them."""
        for path, table in self._list_breakdowns({name: self.given[name] for name in ("whole", "months", "as_of")}):
            if table:
                words, key, _ = self._find((*path, next(iter(table))))
                stem = key.rpartition("=")[0]
                dimension = stem.rpartition("/")[2]
                listed = {self._end(dimension, word).rpartition("=")[2] for word in table}
                least = min(table.values()) if "_top" in str(path[-1]) else 0
                figures = self.read(*words)["figures"]
                found = {name: figure["n"] for name, figure in figures.items() if name.rpartition("=")[0] == stem}
                more = {name: n for name, n in found.items() if name.rpartition("=")[2] not in listed and n > least}
                yield path, more

    def _list_breakdowns(self, given: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, int]]]:
        for name, value in given.items():
            if name in self.dimensions or name in OPEN_BY:
                yield (*path, name), value
            elif isinstance(value, Mapping):
                yield from self._list_breakdowns(value, (*path, name))

    @cached_property
    def _clients(self) -> Mapping[str, str]:
        """Name of a client in the log → its key on the desk, by a ticket that shows both."""
        tickets = self.read("report", "tickets", *self._whole, "--json")["tickets"]
        names = {row["number"]: row["organisation"] for row in self.read("ticket", "list", "is:open,closed", "--json")}
        return {names[row["number"]]: row["client"] for row in tickets}

    @property
    def _whole(self) -> Words:
        return ("--since", "2000-01-01", "--until", f"{self.end:%Y-%m-%d}")

    def _end(self, dimension: str, word: str) -> str:
        """Return the end of the key of a group."""
        if dimension == "client":
            word = self._clients[word]
        if dimension in ("severity", "severity-at-opening"):
            word = self.severities.get(word, word)
        return f"/{dimension}={word or '(none)'}"

    def _find(self, path: Path) -> tuple[Words, str, Any]:
        """Return the words of the command, the key of the figure, and what it is."""
        part, name, *rest = map(str, path)
        if part == "whole":
            return self._find_in_period(self._whole, name, *rest)
        if part == "months" and rest[0] == "backlog_end":
            year, month = map(int, name.split("-"))
            until = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=self.end.tzinfo)
            return self._find_open((name,), (until - timedelta(seconds=1)).isoformat(), *rest[1:])
        if part == "months":
            return self._find_in_period((name,), *rest)
        if part == "as_of":
            return self._find_open((name[:10],), name, *rest)
        if part == "lists":
            return self._find_listed(name, *map(int, rest))
        return self._find_group(part, name, *rest)

    def _find_in_period(self, period: Words, name: str, *rest: str) -> tuple[Words, str, Any]:
        end = self.end.isoformat()
        if name in self.dimensions:
            whole, dimension = self.dimensions[name]
            return self._find_count(period, end, whole, dimension, rest[0])
        if name == "error_budget_resolution_moderate_80":
            more = ("--objective", "resolution=80%", "--filter", "severity:moderate")
            words, figures = self.read_figures(period, end, "", more)
            budget = figures["budget/resolution"]
            found = float(budget["target"].rstrip("%")) / 100 if rest[0] == "objective" else budget[rest[0]]
            return words, "budget/resolution", found
        if name == "attainment":
            metric, severity, what = rest
            by, group = ("", "") if severity == "all" else ("severity", self._end("severity", severity))
            words, figures = self.read_figures(period, end, by)
            return words, *_find_verdict(figures, metric, group, what)
        if name == "resolve_by_severity":
            severity, kind, statistic = rest
            words, figures = self.read_figures(period, end, "severity")
            key = TIMES["resolve", kind] + self._end("severity", severity)
            return words, key, _find_statistic(figures.get(key, {}), statistic)
        words, figures = self.read_figures(period, end)
        if name.endswith("_digest"):
            key = name.removesuffix("_digest")
            return words, key, self.read(*words)["lists"][key]["digest"]
        if name == "first_team_resolution":
            share = figures["share/first-team"]
            return words, "share/first-team", share["whole" if rest[0] == "resolved" else "part"]
        if name == "time_in_status":
            status, what = rest
            key = f"time-in-status/{status}/{'working' if 'working' in what else 'elapsed'}"
            return words, key, _find_stay(figures[key], what)
        if (name, rest[0] if rest else "") in TIMES:
            key = TIMES[name, rest[0]]
            return words, key, _find_statistic(figures[key], rest[1])
        return words, COUNTS[name], figures[COUNTS[name]]["n"]

    def _find_open(self, period: Words, at: str, name: str, *rest: str) -> tuple[Words, str, Any]:
        if name in OPEN_BY:
            return self._find_count(period, at, "backlog/end", OPEN_BY[name], rest[0])
        words, figures = self.read_figures(period, at)
        if name == "oldest":
            words = (*words[:-1], "--list", "age", "--json")
            return words, "age", self.read(*words)["rows"][int(rest[0])]["external_id"]
        if name == "age_median_s":
            return words, "age", _find_statistic(figures["age"], "median_s")
        if name in ("open", "digest"):
            key = "backlog/end"
        elif name == "ageing":
            key = f"age/{rest[0]}"
        else:
            key = f"due/resolution/{rest[0]}h" if name == "due_within_hours" else CLOCKS[name]
        is_digest = (name, *rest)[-1] == "digest"
        return words, key, self.read(*words)["lists"][key]["digest"] if is_digest else figures[key]["n"]

    def _find_count(self, period: Words, at: str, whole: str, by: str, word: str) -> tuple[Words, str, Any]:
        words, figures = self.read_figures(period, at, by)
        key = whole + self._end(by, word)
        return words, key, figures.get(key, {"n": 0})["n"]

    def _find_group(self, part: str, word: str, name: str, *rest: str) -> tuple[Words, str, Any]:
        dimension = self.groups[part]
        words, figures = self.read_figures(self._whole, self.end.isoformat(), dimension)
        group = self._end(dimension, word)
        if name == "attainment":
            return words, *_find_verdict(figures, rest[0], group, rest[1])
        if rest:
            key = TIMES["resolve", name.removeprefix("resolve_")] + group
            return words, key, _find_statistic(figures.get(key, {}), rest[0])
        # Who resolved a ticket says nothing of one that was not resolved
        is_of_all = "tickets" in self.given[part][word] and dimension != "agent"
        key = COUNTS.get(name, "created" if is_of_all else "resolved") + group
        if name == "digest":
            return words, key, self.read(*words)["lists"][key]["digest"]
        return words, key, figures.get(key, {"n": 0})["n"]

    def _find_listed(self, name: str, place: int, member: int = 0) -> tuple[Words, str, Any]:
        begin, _, what = name.partition(" ")
        is_due = what == "due within 8 h"
        key = "due/resolution/8h" if is_due else LISTS[what]
        at = begin if is_due else self.end.isoformat()
        words = ("report", "figures", begin[: 10 if is_due else 7], "--as-of", at, "--list", key, "--json")
        row = sorted(self.read(*words)["rows"], key=lambda row: (row["external_id"], row["at"]))[place]
        due = datetime.fromisoformat(row["at"]).astimezone(self.end.tzinfo).isoformat()
        return words, key, due if member else row["external_id"]


def _find_statistic(figure: Mapping[str, Any], name: str) -> Any:
    if name == "n" or not figure.get("n"):
        return figure.get("n", 0) if name in ("n", "sum_s") else None
    if name == "mean_s":
        return round(figure["sum"] / figure["n"], 3)
    found = figure[STATISTICS[name]]
    return float(found) if isinstance(found, str) else found


def _find_stay(figure: Mapping[str, Any], name: str) -> Any:
    if name in ("tickets", "visits"):
        return figure["n" if name == "tickets" else name]
    return round(figure["sum"] / figure["n"], 3) if name.startswith("mean") else figure["sum"]


def _find_verdict(figures: Mapping[str, Any], metric: str, group: str, name: str) -> tuple[str, Any]:
    if name in VERDICTS:
        key = f"attainment/{metric}/{VERDICTS[name]}{group}"
        return key, figures.get(key, {"n": 0})["n"]
    key = f"kept/{metric}{group}"
    share = figures.get(key, {"part": 0, "whole": 0})
    if name == "judged":
        return key, share["whole"]
    return key, round(share["part"] / share["whole"], 6) if share["whole"] else None
