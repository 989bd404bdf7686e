"""Amounts of money as people write them: decimal, of one currency, and small enough to be meant."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

LARGEST_AMOUNT = Decimal(1_000_000_000)
"""The largest amount."""
LARGEST_RATE = Decimal(10_000_000)
"""The largest price of an hour, in any currency."""

_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR "
    "LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN "
    "PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
    "TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
)
CURRENCIES = frozenset(_CODES.split())
"""ISO 4217, without what nothing is paid in."""
_WITHOUT_CENTS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
_IN_THOUSANDTHS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
# [0-9] and not \d, which matches the digits of every script
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")
_NAMED = re.compile(r"([A-Z]{3})?([^A-Za-z]*)([A-Z]{3})?", re.IGNORECASE)


def parse_amount(text: str, currency: str) -> Decimal:
    """Return an amount of a currency, written as `1250.00` or `GBP 1250`. Raises ValueError with a sentence that says
    what to write instead."""
    found = _parse_number(text, currency, "amount", "1250.00")
    if problem := find_amount_problem(found, currency):
        raise ValueError(problem)
    return round_to_coin(found, currency)


def parse_hourly_rate(text: str, currency: str) -> Decimal:
    """Return an hour's price, such as `62.50`. Raises ValueError with a sentence that says what to write instead."""
    found = _parse_number(text, currency, "hour's price", "62.50")
    if problem := find_rate_problem(found, currency):
        raise ValueError(problem)
    return found


def find_amount_problem(value: Decimal, currency: str) -> str:
    """Return the problem of an amount, in a sentence; empty where there is none."""
    # NaN cannot be compared and infinity has no coin, so both go before the other checks
    if not value.is_finite() or value < 0:
        return f"{value} is no amount: write it as 1250.00."
    if value > LARGEST_AMOUNT:
        return f"{currency} {LARGEST_AMOUNT:,} is the most that an amount may be: look at the number again."
    if value != round_to_coin(value, currency):
        return f"{value} cannot be paid in {currency}: round it to {round_to_coin(value, currency)}."
    return ""


def find_rate_problem(value: Decimal, currency: str) -> str:
    """Return the problem of an hour's price, in a sentence; empty where there is none."""
    if not value.is_finite() or value < 0:
        return f"{value} is no hour's price: write it as 62.50."
    if value > LARGEST_RATE:
        return f"{currency} {LARGEST_RATE:,} is the most that an hour may cost: look at the number again."
    # An hour's price may be finer than a coin: only its product with the time is paid, and that is rounded
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        return f"{value} is too fine for an hour's price: write it with four digits after the point at most."
    return ""


def round_to_coin(value: Decimal, currency: str) -> Decimal:
    """Round an amount to the smallest coin of a currency, halves up."""
    places = 0 if currency in _WITHOUT_CENTS else 3 if currency in _IN_THOUSANDTHS else 2
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _parse_number(text: str, currency: str, what: str, example: str) -> Decimal:
    # "1 250.00" and "GBP 1250": blanks group digits and set the currency apart
    words = "".join(text.split())
    named = _NAMED.fullmatch(words)
    # A code before the number or after it; with both, or without a number, the pattern below refuses the text
    if named is not None and (name := named[1] or named[3]) and not (named[1] and named[3]) and named[2]:
        if name.upper() != currency:
            raise ValueError(f"Money is counted in {currency} here, not in {name.upper()}: write it as {example}.")
        words = named[2]
    if not _AMOUNT.fullmatch(words):
        raise ValueError(f"{text[:40]!r} is no {what}: write it as {example}.")
    return Decimal(words)
