"""Chargeable work: currency, prices and quotes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import StringConstraints

from deskterm.procedure.schema.text_types import Choice, Part, StatusKey, StepText


class QuoteState(Choice):
    """A state of a quote."""

    means: Literal["requested", "sent", "accepted", "declined"] = "requested"
    """Its meaning to the desk, whatever it is called."""


class Money(Part):
    """Chargeable work (S1-32, S4-20)."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "GBP"
    """ISO 4217."""
    rate: Decimal | None = None
    """An hour's price."""
    rounding: StepText = ""
    """Time is charged in steps of this."""
    quotes: bool = False
    """Work is quoted before it is done."""
    quote_states: tuple[QuoteState, ...] = ()
    """The states of a quote, in order; the four meanings under their own names where left out."""
    quote_status: StatusKey | None = None
    """The status in which a ticket waits for its quote: moving there asks for one, and asking for one moves there
    (S4-20)."""
    accepted_to: StatusKey | None = None
    """The status that follows when the customer accepts."""
    declined_to: StatusKey | None = None
    """The status that follows when the customer declines."""
    approval: bool = False
    """The customer agrees to the price before work begins."""
