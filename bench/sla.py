"""Working time side by side with the libraries for it, then what is built on it: clocks, and a history judged anew.

    python bench/sla.py [--starts N] [--tickets N] [--without-log]

10,000 random starts from 2020 to 2026 and 1 to 40 hours each, Mon-Fri 08:00-16:00 in London with England's holidays.
They are cut into rounds, and every library does each round's share before the next round begins; a ratio is the
median of the rounds' ratios. Seconds are the processor's, not the wall's, and so what else the machine does counts as
little as it can. All answers are compared.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import folding
import libraries
from deskterm.sla.calendar import Calendar
from libraries import Library

ROUNDS = 10
AGAIN = 25
"""How often deskterm repeats its share of a round, which else would be over before the clock has ticked."""
AIMS = {"businesstimedelta": 500, "pandas": 50, "officehours": 1}
ADDS = 650_000
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

Work = Callable[[int, int], list[Any]]
"""The answers for the starts from one place up to another."""


def timed(work: Work, begin: int, end: int, times: int = 1) -> tuple[float, list[Any]]:
    """Answers a second, the median of several goes without the garbage collector; and the answers."""
    spent = []
    gc.disable()
    for _ in range(times):
        began = time.process_time()
        answers = work(begin, end)
        spent.append(time.process_time() - began)
    gc.enable()
    return (end - begin) / statistics.median(spent), answers


def side_by_side(what: str, ours: Work, theirs: dict[str, Work], count: int) -> dict[str, list[Any]]:
    """Time all of them round by round, print the ratios, and give the answers of the others."""
    share = max(1, count // ROUNDS)
    rates: dict[str, list[float]] = {name: [] for name in ("deskterm", *theirs)}
    answers: dict[str, list[Any]] = {name: [] for name in theirs}
    for begin in range(0, count, share):
        end = min(begin + share, count)
        rates["deskterm"].append(timed(ours, begin, end, AGAIN)[0])
        for name, work in theirs.items():
            rate, found = timed(work, begin, end)
            rates[name].append(rate)
            answers[name] += found
    aim = f" (aim {ADDS:,})" if what == "adds" else ""
    print(f"{what:<9} {'deskterm':<18} {statistics.median(rates['deskterm']):>11,.0f}/s{aim}")
    for name in theirs:
        ratio = statistics.median(mine / other for mine, other in zip(rates["deskterm"], rates[name], strict=True))
        aim = f" (aim {AIMS[name]})" if name in AIMS else ""
        print(f"{what:<9} {name:<18} {statistics.median(rates[name]):>11,.0f}/s   ratio {ratio:7,.1f}{aim}", flush=True)
    return answers


def arithmetic(count: int) -> None:
    chance = random.Random(1)
    span = int((LAST - FIRST).total_seconds())
    starts = [FIRST + timedelta(seconds=chance.randrange(span)) for _ in range(count)]
    hours = [chance.randint(1, 40) for _ in starts]
    closed = libraries.public_holidays()
    ours, others = libraries.deskterm(closed), [libraries.walking(closed)]
    for name in ("businesstimedelta", "pandas", "business_duration", "officehours"):
        library = getattr(libraries, name)(closed)
        if library is None:
            print(f"{name} is not installed: `make bench` installs it")
        else:
            others.append(library)
    calendar = Calendar(libraries.ZONE.key, libraries.WEEK, closed)
    dues = [calendar.add(start, amount * 3600) for start, amount in zip(starts, hours, strict=True)]
    adding = {library.name: adds(library, starts, hours) for library in others if library.add is not None}
    added = side_by_side("adds", adds(ours, starts, hours), adding, count)
    measuring = {library.name: betweens(library, starts, dues) for library in others if library.between is not None}
    measured = side_by_side("betweens", betweens(ours, starts, dues), measuring, count)
    for library in others:
        if library.add is not None:
            compare(library, calendar, dues, added[library.name])
        if library.between is not None:
            wrong = sum(found != amount * 3600 for found, amount in zip(measured[library.name], hours, strict=True))
            print(f"answers   {library.name:<18} betweens: {wrong:,} of {count:,} differ")


def adds(library: Library, starts: Sequence[datetime], hours: Sequence[int]) -> Work:
    add, given = library.add, [library.given(start) for start in starts]
    amounts = [library.amount(amount) for amount in hours]
    assert add is not None
    add(given[0], amounts[0])
    return lambda begin, end: [
        add(start, amount) for start, amount in zip(given[begin:end], amounts[begin:end], strict=True)
    ]


def betweens(library: Library, starts: Sequence[datetime], dues: Sequence[datetime]) -> Work:
    between, a = library.between, [library.given(start) for start in starts]
    b = [library.given(due) for due in dues]
    assert between is not None
    between(a[0], b[0])
    return lambda begin, end: [between(one, two) for one, two in zip(a[begin:end], b[begin:end], strict=True)]


def compare(library: Library, calendar: Calendar, dues: Sequence[datetime], answers: Sequence[Any]) -> None:
    """Say how many answers differ, and how: a closing instant may be named by the opening that follows it."""
    pairs = [(due, library.told(answer)) for due, answer in zip(dues, answers, strict=True)]
    differing = [(due, found) for due, found in pairs if due != found]
    reopened = sum(calendar.between(due, found) == 0 for due, found in differing)
    why = f", {reopened:,} of them the next opening for the instant of closing" if differing else ""
    zones = "" if library.zones else " (knows no zones: was given wall times)"
    print(f"answers   {library.name:<18} adds: {len(differing):,} of {len(dues):,} differ{why}{zones}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Working time, clocks and what-if, in rates and ratios.")
    parser.add_argument("--starts", type=int, default=10_000)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--without-log", action="store_true", help="leave out the what-if over an imported log")
    asked = parser.parse_args()
    arithmetic(asked.starts)
    folding.main(asked.tickets)
    if not asked.without_log:
        sys.stdout.flush()
        subprocess.run([sys.executable, str(Path(__file__).with_name("replay.py"))], check=True)


if __name__ == "__main__":
    main()
