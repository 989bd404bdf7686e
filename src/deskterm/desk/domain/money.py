"""Money and time as they are charged: decimal amounts, begun steps, an hour's price (S1-32)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from deskterm.errors import UsageError
from deskterm.procedure import amounts
from deskterm.procedure.amounts import rounded
from deskterm.procedure.schema import Money
from deskterm.sla.durations import parse_duration

_LONGEST = 31 * 86_400
"""Seconds of one entry at most: more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Price:
    """What work comes to. seconds: all that was worked; charged: what of it is charged, in begun steps; amounts: the
    sum by currency; unpriced: how many chargeable entries have no rate."""

    seconds: int
    charged: int
    amounts: dict[str, Decimal]
    unpriced: int

    def describe(self) -> str:
        """`1h 40m, charged 1h 45m: GBP 105.00`."""
        text = format_time_worked(self.seconds)
        if self.charged or self.amounts:
            sums = ", ".join(format_money(amount, currency) for currency, amount in sorted(self.amounts.items()))
            text += f", charged {format_time_worked(self.charged)}" + (f": {sums}" if sums else "")
        if self.unpriced:
            text += f", {self.unpriced} without a rate"
        return text


def parse_time(text: str) -> int:
    """Seconds of worked time as people write it: `25m`, `1h30m`, `1.5h`. A day is no measure of work. UsageError for
    anything else, and for more than a month at once."""
    words = text.strip().lower().replace(" ", "")
    decimal = re.fullmatch(r"([0-9]{1,4}[.,][0-9]{1,2})h", words)
    if decimal:
        seconds = int((Decimal(decimal[1].replace(",", ".")) * 3600).to_integral_value(ROUND_HALF_UP))
    else:
        try:
            seconds = -1 if "d" in words else parse_duration(words, 86_400)
        except ValueError:
            seconds = _LONGEST + 1 if re.fullmatch(r"\d{4,}[hms]", words) else -1
    if seconds > _LONGEST:
        raise UsageError(f"{text!r} is no time of work: it is more than a month, so write it down day by day.")
    if seconds <= 0:
        raise UsageError(f"{text!r} is no time of work: write it as 25m, 1h30m or 1.5h.")
    return seconds


def parse_amount(text: str, currency: str) -> Decimal:
    """An amount of a currency, such as `1250.00`. UsageError for what it cannot be paid in, and for more than can be
    meant."""
    try:
        return amounts.amount(text, currency)
    except ValueError as error:
        raise UsageError(str(error)) from None


def parse_rate(text: str, currency: str) -> Decimal:
    """An hour's price, such as `62.50`. UsageError for anything else."""
    try:
        return amounts.hourly(text, currency)
    except ValueError as error:
        raise UsageError(str(error)) from None


def require_payable(amount: Decimal, currency: str) -> Decimal:
    """An amount that somebody is to pay. UsageError for none, and for more than can be meant."""
    if wrong := amounts.fault(amount, currency):
        raise UsageError(wrong)
    return amount


def require_payable_rate(rate: Decimal, currency: str) -> Decimal:
    """An hour's price that somebody is to pay. UsageError for none, and for more than can be meant."""
    if wrong := amounts.hourly_fault(rate, currency):
        raise UsageError(wrong)
    return rate


def compute_charged_seconds(seconds: int, part: Money) -> int:
    """What time is charged as: every begun step of the procedure's counts."""
    step = parse_duration(part.rounding, 86_400) if part.rounding else 1
    return -(-seconds // step) * step


def compute_price(seconds: int, rate: Decimal, currency: str) -> Decimal:
    """The price of time at an hour's rate, to the smallest coin."""
    return rounded(rate * seconds / 3600, currency)


def sum_entries(entries: Iterable[dict[str, Any]]) -> Price:
    """What entries (`deskterm.desk.billing.time_entries`) come to; those that were struck out do not count."""
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
        amounts[entry["currency"]] = amounts.get(entry["currency"], Decimal(0)) + Decimal(entry["amount"])
    return Price(seconds, charged, amounts, unpriced)


def compute_excess(agreement: Mapping[str, Any], price: Price) -> tuple[Decimal, str] | None:
    """By how much work costs more than the customer agreed to (`desk.billing.quotes`), and of what currency; None
    where it does not, or nothing was said of an amount."""
    if "amount" not in agreement:
        return None
    currency = str(agreement["currency"])
    more = price.amounts.get(currency, Decimal(0)) - Decimal(agreement["amount"])
    return (more, currency) if more > 0 else None


def format_money(amount: Decimal | str, currency: str) -> str:
    """`GBP 1,250.00`."""
    return f"{currency} {Decimal(amount):,}"


def format_time_worked(seconds: int) -> str:
    """`1h 40m`; seconds only where there are any."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{left}s" if left else ""]
    return " ".join(part for part in parts if part) or "0m"
