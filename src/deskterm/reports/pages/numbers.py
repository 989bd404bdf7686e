"""Numbers as reports show them: counts with separators, shares with one decimal, times in hours (R-06)."""

from __future__ import annotations

from fractions import Fraction

from deskterm.reports.measures.statistics import Times
from deskterm.reports.pages.page import NOTHING

_MINUS = "\N{MINUS SIGN}"


def format_number(count: int) -> str:
    """Format a count: `8,995`."""
    return f"{count:,}".replace("-", _MINUS)


def format_share(part: int, whole: int) -> str:
    """Format a share: `74.6 %`; of nothing a dash."""
    return f"{100 * part / whole:.1f} %" if whole else NOTHING


def compute_share(part: int, whole: int) -> Fraction | None:
    """Return a share, 0 to 1; None of nothing."""
    return Fraction(part, whole) if whole else None


def format_hours(seconds: float | str | None) -> str:
    """Format a time in hours with one decimal: `6.1`. seconds: a number, or the exact decimal text of a quantile; None
    and an empty text are nothing."""
    if seconds is None or seconds == "":
        return NOTHING
    return f"{float(seconds) / 3600:,.1f}"


def list_times(times: Times) -> tuple[str, str, str, str]:
    """Return n, mean, median and p90 in hours: a mean never stands alone (R-07)."""
    return format_number(times.n), format_hours(times.mean), format_hours(times.median), format_hours(times.p90)


def format_change(now: int, before: int | None) -> str:
    """Format a change on the period before in signs: `+1,319`, `−12`, `±0`; empty where nothing is known of it."""
    if before is None:
        return ""
    return f"+{now - before:,}" if now > before else f"{_MINUS}{before - now:,}" if now < before else "±0"
