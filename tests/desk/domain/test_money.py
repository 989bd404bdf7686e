"""Time and money: what people write, begun steps, prices to the smallest coin."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.domain.money import (
    compute_charged_seconds,
    compute_price,
    format_money,
    format_time_worked,
    parse_amount,
    parse_rate,
    parse_time,
    require_payable,
    sum_entries,
)
from deskterm.errors import UsageError
from deskterm.procedure.amounts import round_to_coin
from deskterm.procedure.schema import Money


@pytest.mark.parametrize(
    ("text", "seconds"), [("25m", 1500), ("1h30m", 5400), ("1h 30m", 5400), ("1.5h", 5400), ("0,25h", 900), ("90s", 90)]
)
def test_time_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["", "2d", "-5m", "0m", "lots", "1e9h", "99999h", "30"])
def test_what_is_no_time_of_work_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no time of work"):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("1250", "GBP", "1250.00"), ("0.5", "EUR", "0.50"), ("900", "JPY", "900"), ("1.234", "KWD", "1.234")],
)
def test_amounts_have_the_coins_of_their_currency(text: str, currency: str, amount: str) -> None:
    assert str(parse_amount(text, currency)) == amount


@pytest.mark.parametrize("text", ["", "-1", "1e3", "NaN", "1.005", "1,250", "١٢"])
def test_what_cannot_be_paid_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_amount(text, "GBP")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1e5", "'1e5' is no amount: write it as 1250.00"),
        ("9" * 30, "is no amount: write it as 1250.00"),
        ("1000000000.01", "GBP 1,000,000,000 is the most that an amount may be"),
        ("EUR 12", "counted in GBP here, not in EUR"),
        ("12 usd", "counted in GBP here, not in USD"),
        ("£12", "is no amount"),
        ("Infinity", "is no amount"),
    ],
)
def test_an_absurd_amount_is_refused_with_what_to_write_instead(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_amount(text, "GBP")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1e5", "'1e5' is no hour's price: write it as 62.50"),
        ("-5", "'-5' is no hour's price"),
        ("nan", "'nan' is no hour's price"),
        ("10000001", "GBP 10,000,000 is the most that an hour may cost"),
        ("EUR 60", "counted in GBP here, not in EUR"),
        ("1.23456", "is no hour's price"),
    ],
)
def test_an_absurd_rate_is_refused_with_what_to_write_instead(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_rate(text, "GBP")


def test_an_amount_may_be_written_with_the_desks_own_currency() -> None:
    assert (parse_amount("GBP 480", "GBP"), parse_rate("62.505 gbp", "GBP")) == (Decimal("480.00"), Decimal("62.505"))


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_whatever_number_is_given_what_passes_can_be_paid(value: Decimal) -> None:
    try:
        passed = require_payable(value, "GBP")
    except UsageError:
        return
    assert 0 <= passed <= 1_000_000_000
    assert passed == round_to_coin(passed, "GBP")


@pytest.mark.requirement("S1-32")
def test_begun_steps_are_charged() -> None:
    part = Money(rounding="15m", rate=Decimal("60"))
    assert [compute_charged_seconds(seconds, part) for seconds in (1, 900, 901, 5400)] == [900, 900, 1800, 5400]
    assert compute_charged_seconds(901, Money()) == 901
    assert compute_charged_seconds(1, Money(rounding="1d", rate=Decimal("60"))) == 86_400
    assert format_money(compute_price(1800, Decimal("62.50"), "GBP"), "GBP") == "GBP 31.25"


@given(
    st.integers(1, 2_000_000),
    st.decimals(min_value=0, max_value=10_000, places=2),
    st.sampled_from(["GBP", "JPY", "KWD"]),
)
def test_a_price_is_never_off_by_more_than_half_a_coin(seconds: int, rate: Decimal, currency: str) -> None:
    exact = rate * seconds / 3600
    coin = Decimal(1).scaleb(round_to_coin(exact, currency).as_tuple().exponent)  # type: ignore[arg-type]
    assert abs(compute_price(seconds, rate, currency) - exact) <= coin / 2


@given(st.integers(0, 3_000_000))
def test_time_is_said_without_loss(seconds: int) -> None:
    units = {"h": 3600, "m": 60, "s": 1}
    assert sum(int(word[:-1]) * units[word[-1]] for word in format_time_worked(seconds).split()) == seconds


def test_a_total_counts_what_stands_and_keeps_currencies_apart() -> None:
    entries = [
        {"state": "valid", "seconds": 600, "chargeable": True, "charged": 900, "amount": "0.10", "currency": "GBP"},
        {"state": "valid", "seconds": 600, "chargeable": True, "charged": 900, "amount": "0.20", "currency": "GBP"},
        {"state": "valid", "seconds": 600, "chargeable": True, "charged": 900, "amount": "7", "currency": "JPY"},
        {"state": "void", "seconds": 9000, "chargeable": True, "charged": 9000, "amount": "9", "currency": "GBP"},
        {"state": "valid", "seconds": 60},
        {"state": "valid", "seconds": 60, "chargeable": True, "charged": 60},
    ]
    found = sum_entries(entries)
    assert (found.seconds, found.charged, found.unpriced) == (1920, 2760, 1)
    assert found.amounts == {"GBP": Decimal("0.30"), "JPY": Decimal("7")}
    assert found.describe() == "32m, charged 46m: GBP 0.30, JPY 7, 1 without a rate"
