"""Working time: calendars, holidays, shifts, sprints and releases."""

from __future__ import annotations

from datetime import date as Date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from deskterm.procedure.schema.text_types import (
    DurationText,
    Key,
    Part,
    RoleKey,
    SpanText,
    TeamKey,
    Text,
    TimeText,
    Weekday,
    ZoneText,
)


class NamedDay(Part):
    """A closed date."""

    date: Date
    """The whole local day is closed."""
    name: Text = "holiday"
    """The name of the day where a due time is explained."""


class HolidayRegion(Part):
    """Public holidays of a country, as the `holidays` package knows them: ISO 3166 codes. A desk keeps the dates,
    not the codes, so that what was judged by them stays as it was."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """Two capital letters, such as `GB`."""
    subdivision: str = ""
    """`ENG` of `GB`, `SP` of `BR`; empty for what the whole country keeps."""


class CalendarPart(Part):
    """Working hours. The first calendar of a file is the one whose zone the desk shows and reads instants in."""

    label: str = ""
    timezone: Text
    """IANA name, such as `Europe/London`; `Etc/GMT` is UTC all year round."""
    week: dict[Weekday, tuple[SpanText, ...]]
    """Weekday → spans of wall-clock time (`08:00-16:00`, `24:00` is the end of a day); a missing day is closed, and a
    span that closes at or before it opens runs into the next day."""
    holidays: tuple[NamedDay, ...] = ()
    """Dates on which nobody works."""
    region: HolidayRegion | None = None
    """The country or region whose public holidays are closed too."""
    ics: str = ""
    """A calendar file beside this one, such as `bank-holidays.ics`, whose all-day events are closed too. A desk keeps
    the dates, not the file."""
    no_holidays: bool = False
    """True: this calendar works on public holidays too, and no warning says that it has none."""
    exceptions: dict[Date, tuple[SpanText, ...]] = Field(default={})
    """Date → spans that replace that day's; an empty list closes it."""
    day_length: DurationText | None = None
    """The length of `1d` in a target, such as `7h30m`; the most common day's length where left out."""


class Shift(Part):
    """Hours in which a team is on duty (S3-02)."""

    key: Key
    label: Text
    team: TeamKey
    """The team that takes what arrives in these hours."""
    timezone: Text
    """IANA name."""
    week: dict[Weekday, tuple[SpanText, ...]]
    """Weekday → spans, as in a calendar."""


class Rota(Part):
    """Turns of being on call, apart from shifts: the holders of a role in the order of their logins; whoever is away is
    stood in for by the next. `deskterm people on-call` says who it is."""

    key: Key
    label: Text
    definition: str = ""
    role: RoleKey
    """The role whose holders take turns: people are the desk's data."""
    timezone: ZoneText
    """IANA name."""
    first: Date
    """The day on which the first of them begins."""
    at: TimeText = "09:00"
    """The time of day at which a turn begins and the one before it ends."""
    days: int = Field(ge=1, le=366, default=7)
    """The length of a turn in days."""


class CadencePart(Part):
    """Sprints or releases (S1-15, S4-19)."""

    key: Key
    label: Text
    kind: Literal["sprint", "release"]
    """`sprint` is what targets such as `next sprint` go by; `release` what `next release` and notices do."""
    rule: Text
    """An RFC 5545 rule, such as `FREQ=WEEKLY;INTERVAL=2`; `;BYHOUR=18` where one does not start at midnight."""
    first: Date
    """The first start: midnight in the zone of the first calendar."""
    length: DurationText = "14c"
    """The length of a sprint, by the first calendar: `14c` days of the week, `10 working dates`, `80h` of open time; a
    release is over as it starts."""
    notes: bool = False
    """A release goes out only with notes, which its letters bring to the requesters of what it holds (`{note}`)."""
