"""Working time and clocks against what one writes without them: walking the days, and scanning a history per metric."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from deskterm.sla import Calendar, Mark, Metric, Policy, Terms, fold
from deskterm.sla.targets import Target, parse_target

ROUNDS = 15
ZONE = "Europe/London"
HOURS = (("08:00", "12:00"), ("13:00", "17:00"))
OFFICE = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), HOURS)
HOLIDAYS = ("2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28")
TARGETS = {"response": "30m", "review": "4h", "resolution": "2d"}


class Walking:
    """Working time by the day: the hours of each date as instants, one after the other."""

    def __init__(self) -> None:
        self._zone = ZoneInfo(ZONE)
        self._hours = [(time_of_day.fromisoformat(opens), time_of_day.fromisoformat(closes)) for opens, closes in HOURS]
        self._holidays = frozenset(map(date.fromisoformat, HOLIDAYS))

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if day.weekday() > 4 or day in self._holidays:
            return []
        return [
            (
                datetime.combine(day, opens, self._zone).astimezone(UTC),
                datetime.combine(day, closes, self._zone).astimezone(UTC),
            )
            for opens, closes in self._hours
        ]

    def add(self, start: datetime, seconds: int) -> datetime:
        left, day = timedelta(seconds=seconds), start.astimezone(self._zone).date()
        while True:
            for opens, closes in self._spans(day):
                begin = max(opens, start)
                if begin < closes:
                    if left <= closes - begin:
                        return begin + left
                    left -= closes - begin
            day += timedelta(days=1)

    def between(self, a: datetime, b: datetime) -> int:
        worked, day = timedelta(), a.astimezone(self._zone).date()
        while day <= b.astimezone(self._zone).date():
            worked += sum(
                (max(min(end, b) - max(start, a), timedelta()) for start, end in self._spans(day)), timedelta()
            )
            day += timedelta(days=1)
        return int(worked.total_seconds())


def rates(work: Sequence[Callable[[], object]], times: int) -> list[float]:
    """How often a second each of some pieces of work is done, `times` at a go: the best of several rounds side by
    side, so that what else the machine does meets all of them."""
    best = [float("inf")] * len(work)
    for _ in range(ROUNDS):
        for number, piece in enumerate(work):
            began = time.perf_counter()
            piece()
            best[number] = min(best[number], time.perf_counter() - began)
    return [times / spent for spent in best]


def told(what: str, measured: Sequence[float], aim: str = "") -> None:
    ours, plain = measured
    print(f"{what:<10}{ours:>12,.0f}/s   plain Python {plain:>9,.0f}/s   ratio {ours / plain:5.1f}{aim}")


def main() -> None:
    chance = random.Random(1)
    year = datetime(2026, 1, 1, tzinfo=UTC)
    starts = [year + timedelta(seconds=chance.randrange(365 * 86_400)) for _ in range(1000)]
    targets = [chance.choice((1800, 4 * 3600, 8 * 3600, 16 * 3600)) for _ in starts]
    calendar, walking = Calendar(ZONE, OFFICE, HOLIDAYS), Walking()
    dues = [calendar.add(start, seconds) for start, seconds in zip(starts, targets, strict=True)]
    if dues != [walking.add(start, seconds) for start, seconds in zip(starts, targets, strict=True)]:
        raise SystemExit("the two ways of adding do not agree")

    def each(function: Callable[[datetime, int], object]) -> Callable[[], object]:
        return lambda: [function(start, seconds) for start, seconds in zip(starts, targets, strict=True)]

    def both(function: Callable[[datetime, datetime], object]) -> Callable[[], object]:
        return lambda: [function(start, due) for start, due in zip(starts, dues, strict=True)]

    told("add", rates([each(calendar.add), each(walking.add)], len(starts)), " (aim 650,000/s)")
    told("between", rates([both(calendar.between), both(walking.between)], len(starts)))
    clocks(calendar, walking, starts)
    installed(starts, targets, calendar)


def clocks(calendar: Calendar, walking: Walking, starts: list[datetime]) -> None:
    """Five marks and three metrics a ticket."""
    terms, histories = story(calendar), [history(start) for start in starts]
    if [fold(marks, terms)[2].due_at for marks in histories] != [
        scanned(marks, walking)["resolution"] for marks in histories
    ]:
        raise SystemExit("the two ways of folding do not agree")
    folded = rates(
        [lambda: [fold(marks, terms) for marks in histories], lambda: [scanned(marks, walking) for marks in histories]],
        len(histories),
    )
    told("fold", folded, " (aim 25,000/s)")


def story(calendar: Calendar) -> Terms:
    def any_of(*words: str) -> tuple[frozenset[str], ...]:
        return tuple(frozenset({word}) for word in words)

    rests = frozenset({"waiting"})
    metrics = (
        Metric("response", "Response", any_of("received"), any_of("agent_reply", "category:closed")),
        Metric("review", "Review", any_of("received"), any_of("next_steps", "category:closed"), rests),
        Metric("resolution", "Resolution", any_of("received"), any_of("resolution", "category:closed"), rests),
    )
    made: dict[tuple[str, str | None], Target] = {
        (metric, "p2"): parse_target(text, calendar.day_length) for metric, text in TARGETS.items()
    }
    policies = tuple(
        Policy(kind, kind.title(), {"type": frozenset({kind})}, "office", made) for kind in ("query", "task", "fault")
    )
    return Terms(1, metrics, policies, {"office": calendar})


def history(start: datetime) -> list[Mark]:
    facts: dict[str, object] = {"type": "fault", "severity": "p2", "tags": ()}
    at = int(start.timestamp())
    return [
        Mark(at, frozenset({"received", "status:new", "category:new"}), "new", facts),
        Mark(at + 900, frozenset({"agent_reply", "status:open", "category:open"}), "open", facts),
        Mark(
            at + 3600, frozenset({"agent_reply", "next_steps", "status:waiting", "category:waiting"}), "waiting", facts
        ),
        Mark(at + 90_000, frozenset({"customer_message", "status:open", "category:open"}), "open", facts),
        Mark(at + 400_000, frozenset({"agent_reply", "resolution", "status:done", "category:solved"}), "done", facts),
    ]


def scanned(marks: Sequence[Mark], walking: Walking) -> dict[str, int]:
    """Metric → due instant, each found by a scan of its own."""
    instants = [datetime.fromtimestamp(mark.at, UTC) for mark in marks]
    due = {}
    for metric, text in TARGETS.items():
        stop = {"response": "agent_reply", "review": "next_steps", "resolution": "resolution"}[metric]
        seconds = parse_target(text, 8 * 3600).seconds
        at = walking.add(instants[0], seconds)
        for number, mark in enumerate(marks[:-1]):
            if stop in mark.occurrences:
                break
            if mark.status == "waiting" and metric != "response" and instants[number] < at:
                seconds += walking.between(instants[number], instants[number + 1])
                at = walking.add(instants[0], seconds)
        due[metric] = int(at.timestamp())
    return due


def installed(starts: list[datetime], targets: list[int], calendar: Calendar) -> None:
    """The same additions by a library for them, where it happens to be installed."""
    try:
        import businesstimedelta  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        print("businesstimedelta   not installed")
        return
    hours = [
        businesstimedelta.WorkDayRule(
            start_time=time_of_day.fromisoformat(opens),
            end_time=time_of_day.fromisoformat(closes),
            working_days=[0, 1, 2, 3, 4],
            tz=ZoneInfo(ZONE),
        )
        for opens, closes in HOURS
    ]
    rules = businesstimedelta.Rules(hours)
    ours, theirs = rates(
        [
            lambda: [calendar.add(start, seconds) for start, seconds in zip(starts, targets, strict=True)],
            lambda: [
                start + businesstimedelta.BusinessTimeDelta(rules, seconds=seconds)
                for start, seconds in zip(starts, targets, strict=True)
            ],
        ],
        len(starts),
    )
    print(f"businesstimedelta   {theirs:,.0f} additions/s   ratio {ours / theirs:.1f}")


if __name__ == "__main__":
    main()
