"""Money and working time as they are charged: decimal amounts, hourly rates, rounding to started steps (S1-32)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from deskterm.errors import UsageError
from deskterm.procedure import amounts
from deskterm.procedure.amounts import round_to_coin
from deskterm.procedure.schema import Money
from deskterm.sla.durations import parse_duration

_LONGEST = 31 * 86_400
"""Greatest length of one time entry in seconds: more is a typing error."""


@dataclass(frozen=True, slots=True)
class Price:
    """The sum of time entries. seconds: all time worked; charged: the part that is charged, rounded up to started
    steps; amounts: currency → sum; unpriced: number of chargeable entries without a rate."""

    seconds: int
    charged: int
    amounts: dict[str, Decimal]
    unpriced: int

    def describe(self) -> str:
        """Return it as text: `1h 40m, charged 1h 45m: GBP 105.00`."""
        text = format_time_worked(self.seconds)
        if self.charged or self.amounts:
            sums = ", ".join(format_money(amount, currency) for currency, amount in sorted(self.amounts.items()))
            text += f", charged {format_time_worked(self.charged)}" + (f": {sums}" if sums else "")
        if self.unpriced:
            text += f", {self.unpriced} without a rate"
        return text


def parse_time(text: str) -> int:
    """Return the seconds of a time worked, as people write it: `25m`, `1h30m`, `1.5h`. Days are refused, because nobody
    knows how many hours one has. Raises UsageError for other texts, and for more than a month at once."""
    words = text.strip().lower().replace(" ", "")
    decimal = re.fullmatch(r"([0-9]{1,4}[.,][0-9]{1,2})h", words)
    if decimal:
        seconds = int((Decimal(decimal[1].replace(",", ".")) * 3600).to_integral_value(ROUND_HALF_UP))
    else:
        try:
            # The 86 400 is never used, as days are refused
            seconds = -1 if "d" in words else parse_duration(words, 86_400)
        except ValueError:
            # A number too long for parse_duration is still a time: the person should hear that it is too much
            seconds = _LONGEST + 1 if re.fullmatch(r"\d{4,}[hms]", words) else -1
    if seconds > _LONGEST:
        raise UsageError(f"{text!r} is no time of work: it is more than a month, so write it down day by day.")
    if seconds <= 0:
        raise UsageError(f"{text!r} is no time of work: write it as 25m, 1h30m or 1.5h.")
    return seconds


def parse_amount(text: str, currency: str) -> Decimal:
    """Return an amount, such as `1250.00`. Raises UsageError when it cannot be paid in the currency or is too large to
    be meant."""
    try:
        return amounts.parse_amount(text, currency)
    except ValueError as error:
        raise UsageError(str(error)) from None


def parse_rate(text: str, currency: str) -> Decimal:
    """Return an hourly rate, such as `62.50`. Raises UsageError for other texts."""
    try:
        return amounts.parse_hourly_rate(text, currency)
    except ValueError as error:
        raise UsageError(str(error)) from None


def require_payable(amount: Decimal, currency: str) -> Decimal:
    """Return an amount that is to be paid. Raises UsageError when it cannot be paid in the currency or is too large."""
    if wrong := amounts.find_amount_problem(amount, currency):
        raise UsageError(wrong)
    return amount


def require_payable_rate(rate: Decimal, currency: str) -> Decimal:
    """Return an hourly rate that is to be paid. Raises UsageError when it cannot be paid or is too large."""
    if wrong := amounts.find_rate_problem(rate, currency):
        raise UsageError(wrong)
    return rate


def compute_charged_seconds(seconds: int, part: Money) -> int:
    """Return the seconds that are charged for a time: every started step of the procedure counts as a whole one."""
    step = parse_duration(part.rounding, 86_400) if part.rounding else 1
    return -(-seconds // step) * step


def compute_price(seconds: int, rate: Decimal, currency: str) -> Decimal:
    """Return the price of a time at an hourly rate, rounded to the smallest unit of the currency."""
    return round_to_coin(rate * seconds / 3600, currency)


def sum_entries(entries: Iterable[dict[str, Any]]) -> Price:
    """Return the sum of time entries (`deskterm.desk.billing.time_entries`), without cancelled ones."""
    seconds = charged = unpriced = 0
    amounts: dict[str, Decimal] = {}
    for entry in entries:
        if entry.get("state") == "void":
            continue
        seconds += entry["seconds"]
        if not entry.get("chargeable"):
            continue
        charged += entry["charged"]
        if "amount" not in entry:
            unpriced += 1
            continue
        # Entries keep the currency that they were written down in, which a later procedure may have changed
        amounts[entry["currency"]] = amounts.get(entry["currency"], Decimal(0)) + Decimal(entry["amount"])
    return Price(seconds, charged, amounts, unpriced)


def compute_excess(agreement: Mapping[str, Any], price: Price) -> tuple[Decimal, str] | None:
    """Return the amount, and its currency, by which work costs more than the customer agreed to
    (`deskterm.desk.billing.quotes`); None when it does not, or when the agreement names no amount."""
    if "amount" not in agreement:
        return None
    currency = str(agreement["currency"])
    more = price.amounts.get(currency, Decimal(0)) - Decimal(agreement["amount"])
    return (more, currency) if more > 0 else None


def format_money(amount: Decimal | str, currency: str) -> str:
    """Return an amount as text: `GBP 1,250.00`."""
    return f"{currency} {Decimal(amount):,}"


def format_time_worked(seconds: int) -> str:
    """Return a time as text: `1h 40m`; seconds only where there are any."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{left}s" if left else ""]
    return " ".join(part for part in parts if part) or "0m"
