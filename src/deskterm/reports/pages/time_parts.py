"""Parts about times: to respond and to resolve, in each status, and the age of what is open (R-17 to R-20)."""

from __future__ import annotations

from collections.abc import Iterator

from deskterm.reports.measures.backlog import AGE_BUCKETS
from deskterm.reports.measures.figures import Figure
from deskterm.reports.pages.breakdown import break_down, list_values
from deskterm.reports.pages.numbers import compute_share, format_hours, format_number, list_times
from deskterm.reports.pages.page import Column, Part, Remark, Table, TableRow
from deskterm.reports.pages.review import Review

_OLDEST = 5


def build_times(review: Review) -> Iterator[Part]:
    """Yield times to the first response and to the resolution, by severity, in hours."""
    rules = review.figures.scope.rules
    if rules.response is not None:
        yield from _build_times(
            review, "Time to the first response, hours", "first-response/working", "first-response/elapsed"
        )
    yield from _build_times(review, "Time to resolve, hours", "time-to-resolve/net", "time-to-resolve/elapsed")


def _build_times(review: Review, title: str, key: str, elapsed: str) -> Iterator[Part]:
    whole, whole_elapsed = review.find(key), review.find(elapsed)
    if whole is None or whole_elapsed is None or not whole.rows:
        yield Remark(title, ("Nothing to measure in this period.",))
        return
    dimension = "severity" if review.names.rank("severity", "") is not None else "type"
    broken = [break_down(review.figures, one, dimension) for one in (key, elapsed)]
    rows = [
        _build_row(review.names.find(dimension, value), broken[0][value], broken[1].get(value))
        for value in list_values(broken, dimension, review.names)
        if value in broken[0]
    ]
    rows.append(_build_row("All", whole, whole_elapsed)._replace(is_total=True))
    net = "net" in key.split("/")
    base = "Working time without statuses that pause" if net else "Working time"
    heads = ("N", "Mean", "Median", "90 %", "Elapsed median", "Elapsed 90 %")
    columns = (Column("Severity" if dimension == "severity" else "Type", False), *map(Column, heads))
    yield Table(title, columns, tuple(rows), f"{base}; elapsed beside it. {whole.measure.sentence}")


def _build_row(name: str, working: Figure, elapsed: Figure | None) -> TableRow:
    times = elapsed.compute_times() if elapsed is not None else None
    cells = (
        name,
        *list_times(working.compute_times()),
        *map(format_hours, (times.median, times.p90) if times else ("", "")),
    )
    keys = ("", working.key, working.key, working.key, working.key, *2 * (elapsed.key if elapsed else "",))
    return TableRow(cells, keys)


def build_time_in_status(review: Review) -> Iterator[Part]:
    """Yield how long tickets were in each status within the period."""
    found = {
        figure.part: figure
        for figure in review.figures.figures.values()
        if figure.measure.key == "time-in-status" and not figure.groups
    }
    statuses = list(dict.fromkeys(part[0] for part in found))
    if not statuses:
        yield Remark("Time in status", ("No ticket was open in this period.",))
        return
    statuses.sort(key=lambda status: (review.names.rank("status", status) or 0, status))
    longest = max(figure.compute_times().sum for part, figure in found.items() if part[1] == "elapsed")
    rows = []
    for status in statuses:
        elapsed, working = (found[status, name] for name in ("elapsed", "working"))
        times, worked = elapsed.compute_times(), working.compute_times()
        cells = (
            review.names.find("status", status),
            format_number(times.n),
            format_number(elapsed.count),
            format_hours(times.sum),
            format_hours(times.mean),
            format_hours(worked.mean),
        )
        keys = ("", elapsed.key, elapsed.key, elapsed.key, elapsed.key, working.key)
        rows.append(TableRow(cells, keys, compute_share(times.sum, longest)))
    heads = ("Tickets", "Visits", "Hours", "Mean", "Mean working")
    columns = (Column("Status", False), *map(Column, heads))
    sentence = review.figures.figures[rows[0].keys[1]].measure.sentence
    yield Table("Time in status, hours", columns, tuple(rows), sentence, bar=3)


def build_age(review: Review) -> Iterator[Part]:
    """Yield the age of open tickets at the end, the oldest by name."""
    whole = review.find("age")
    if whole is None or not whole.rows:
        yield Remark("Age of the backlog", ("Nothing is open.",))
        return
    rows = [
        TableRow(
            (
                _name_bucket(bucket),
                format_number(review.count(f"age/{bucket}")),
            ),
            ("", f"age/{bucket}"),
            compute_share(review.count(f"age/{bucket}"), whole.count),
        )
        for bucket in AGE_BUCKETS
    ]
    rows.append(TableRow(("All", format_number(whole.count)), ("", "age"), is_total=True))
    oldest = sorted(whole.rows, key=lambda row: (row.at, row.life.number))[:_OLDEST]
    named = ", ".join(f"{review.name_ticket(row.life)}: {(row.seconds or 0) // 86_400} days" for row in oldest)
    times = whole.compute_times()
    median = float(times.median) / 86_400
    yield Table(
        "Age of the backlog",
        (Column("Age", False), Column("Tickets")),
        tuple(rows),
        whole.measure.sentence,
        (f"Median {median:,.1f} days. Oldest: {named}.",),
    )


def _name_bucket(bucket: str) -> str:
    """Return the words of a bucket of ages: `< 1 day`, `1 to 3 days`."""
    words = bucket.removesuffix("d").replace(">=", "≥ ").replace("<", "< ").replace("-", " to ")
    return f"{words} {'day' if words == '< 1' else 'days'}"
