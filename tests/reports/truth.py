"""Figures of real logs by an independent program, compared with those of the desk that the logs were imported into."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from deskterm.reports.attainment import Period
from deskterm.reports.lives.life import Life
from deskterm.reports.lives.rules import DeskRules, load_rules
from deskterm.reports.lives.source import read_lives
from deskterm.reports.measures.figures import Figure, FigureSet
from deskterm.reports.measures.measure import Scope
from deskterm.reports.measures.table import MEASURES
from deskterm.store.db.reader import ReadConnection, open_reader
from reports.measures.counting import count_figures

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


class Found(NamedTuple):
    """A figure of the desk beside the one that is given."""

    name: str
    given: Any
    found: Any


@dataclass(frozen=True)
class Log:
    """An imported log. end: of its last month; dimensions: name of a breakdown in the given figures → figure and
    dimension here; labels: word of the log → value here, by dimension."""

    url: str
    zone: ZoneInfo
    end: datetime
    dimensions: Mapping[str, tuple[str, str]]
    labels: Mapping[str, Mapping[str, str]]

    def count(self, since: int, until: int, as_of: int, *by: str) -> FigureSet:
        rules, lives = load_lives(self.url, as_of)
        scope = Scope(Period(since, until), as_of, rules, with_closed=True)
        return count_figures(lives, scope, MEASURES, by)

    def to_value(self, dimension: str, word: str) -> str:
        return self.labels.get(dimension, {}).get(word, word) or "(none)"

    @property
    def last(self) -> int:
        return int(self.end.timestamp())


@lru_cache(maxsize=2)
def load_lives(url: str, as_of: int) -> tuple[DeskRules, list[Life]]:
    with open_reader(url) as reader, reader.snapshot():
        return load_rules(reader, as_of), list(read_lives(reader, Period(0, as_of + 1), as_of))


def load_clients(reader: ReadConnection) -> dict[str, str]:
    """Load name → key of the clients."""
    return dict(reader.rows("SELECT name, key FROM organisation"))


def load_truth(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def digest(figure: Figure) -> str:
    """Return the digest of the different tickets of a figure."""
    return hashlib.sha256("\n".join(sorted(set(figure.ids))).encode()).hexdigest()


def compare_month(log: Log, month: str, given: Mapping[str, Any]) -> Iterator[Found]:
    """Yield the figures of a month as of the end of the log, and its closing balance as of its last second."""
    year, number = map(int, month.split("-"))
    since = datetime(year, number, 1, tzinfo=log.zone)
    until = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=log.zone)
    limits = int(since.timestamp()), int(until.timestamp())
    yield from compare_period(log, given, *limits)
    yield from compare_balance(log, given["backlog_end"], limits[0], limits[1] - 1)


def compare_period(log: Log, given: Mapping[str, Any], since: int, until: int) -> Iterator[Found]:
    whole = log.count(since, until, log.last)
    yield Found("imbalance", 0, whole.imbalance)
    for name, key in COUNTS.items():
        yield Found(name, given[name], whole.count(key))
    for name in ("created", "resolved"):
        yield Found(f"{name}_digest", given[f"{name}_digest"], digest(whole.find(name)))
    for (name, kind), key in TIMES.items():
        if kind in given.get(name, {}):
            yield from compare_times(key, given[name][kind], whole.find(key))
    for status, stay in given["time_in_status"].items():
        elapsed = whole.find(f"time-in-status/{status}/elapsed")
        times, working = elapsed.compute_times(), whole.find(f"time-in-status/{status}/working").compute_times()
        yield Found(
            f"time in {status}",
            [stay[name] for name in ("tickets", "visits", "wall_s", "working_s")],
            [times.n, elapsed.count, times.sum, working.sum],
        )
    if "first_team_resolution" in given:
        yield Found("first team", given["first_team_resolution"]["by_first_team"], whole.count("first-team"))
    for name, (key, dimension) in log.dimensions.items():
        if name in given:
            parts = log.count(since, until, log.last, dimension)
            for word, count in given[name].items():
                found = parts.count(f"{key}/{dimension}={log.to_value(dimension, word)}")
                yield Found(f"{name} {word}", count, found)
    if "attainment" in given:
        parts = log.count(since, until, log.last, "severity")
        yield from compare_attainment(given["attainment"], parts)
        for severity, kinds in given.get("resolve_by_severity", {}).items():
            for kind, times in kinds.items():
                key = f"{TIMES['resolve', kind]}/severity={severity}"
                yield from compare_times(key, times, parts.figures.get(key))


def compare_times(name: str, given: Mapping[str, Any], figure: Figure | None) -> Iterator[Found]:
    times = figure.compute_times() if figure is not None else None
    yield Found(f"{name} n", given["n"], times.n if times else 0)
    if given["n"] and times:
        yield Found(f"{name} sum", given["sum_s"], times.sum)
        yield Found(f"{name} median", given["median_s"], float(times.median))
        yield Found(f"{name} p90", given["p90_s"], float(times.p90))
        yield Found(f"{name} max", given["max_s"], times.max)


def compare_attainment(given: Mapping[str, Any], found: FigureSet) -> Iterator[Found]:
    names = {"met": "met", "late": "late", "retarget": "retarget", "inherited": "already"}
    for metric, levels in given.items():
        for severity, counts in levels.items():
            end = "" if severity == "all" else f"/severity={severity}"
            for name, key in names.items():
                count = found.count(f"attainment/{metric}/{key}{end}")
                yield Found(f"{metric} {severity} {name}", counts[name], count)


def compare_balance(log: Log, given: Mapping[str, Any], since: int, at: int) -> Iterator[Found]:
    """Yield the figures of the desk as of an instant."""
    whole = log.count(since, at + 1, at)
    yield Found("open", given["open"], whole.count("backlog/end"))
    yield Found("open digest", given["digest"], digest(whole.find("backlog/end")))
    for bucket, count in given["ageing"].items():
        yield Found(f"age {bucket}", count, whole.count(f"age/{bucket}"))
    ages = whole.find("age")
    median = ages.compute_times().median
    yield Found("age median", given.get("age_median_s"), float(median) if median else None)
    for name, dimension in (
        ("by_severity", "severity"),
        ("by_status", "status"),
        ("by_team_top5", "team"),
        ("by_workgroup", "team"),
    ):
        if name in given:
            parts = log.count(since, at + 1, at, dimension)
            for word, count in given[name].items():
                found = parts.count(f"backlog/end/{dimension}={log.to_value(dimension, word)}")
                yield Found(f"open {name} {word}", count, found)
    if "resolution_overdue" in given:
        yield from compare_clocks(given, whole)


def compare_clocks(given: Mapping[str, Any], whole: FigureSet) -> Iterator[Found]:
    for metric in ("response", "resolution"):
        figure = whole.find(f"undecided/{metric}/late-and-open")
        found = {"n": figure.count, "digest": digest(figure)}
        yield Found(f"{metric} overdue", given[f"{metric}_overdue"], found)
    yield Found("paused", given["resolution_paused_not_late"], whole.count("undecided/resolution/paused"))
    yield Found("running", given["resolution_running"], whole.count("undecided/resolution/running"))
    for hours, due in given["due_within_hours"].items():
        figure = whole.find(f"due/resolution/{hours}h")
        yield Found(f"due within {hours} h", due, {"n": figure.count, "digest": digest(figure)})


def compare_group(log: Log, found: FigureSet, dimension: str, word: str, given: Mapping[str, Any]) -> Iterator[Found]:
    """Yield the figures of a team, client or other group over the whole log."""
    end = f"{dimension}={log.to_value(dimension, word)}"
    yield Found(f"{end} resolved", given["resolved"], found.count(f"resolved/{end}"))
    yield Found(f"{end} reopened", given["reopenings"], found.count(f"reopened/{end}"))
    # Who resolved a ticket says nothing of one that was not resolved
    whole = "created" if "tickets" in given and dimension != "agent" else "resolved"
    yield Found(f"{end} tickets", given.get("tickets", given["resolved"]), found.count(f"{whole}/{end}"))
    yield Found(f"{end} digest", given["digest"], digest(found.find(f"{whole}/{end}")))
    for name, key in (("resolve_net_working", "net"), ("resolve_wall", "elapsed")):
        figure = found.figures.get(f"time-to-resolve/{key}/{end}")
        yield from compare_times(f"{end} {key}", given[name], figure)
    names = {"met": "met", "late": "late", "retarget": "retarget", "inherited": "already"}
    for metric, counts in given.get("attainment", {}).items():
        for name, key in names.items():
            yield Found(f"{end} {metric} {name}", counts[name], found.count(f"attainment/{metric}/{key}/{end}"))


def list_differences(found: Sequence[Found]) -> list[Found]:
    return [one for one in found if one.given != one.found]
