"""Format lengths of time, instants and due times for people. Instants are epoch seconds, lengths seconds."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from deskterm.present.models import Delivery
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.time_bases import TimeBase
from deskterm.sla.zones import zone_abbreviation

MINUS = "\N{MINUS SIGN}"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_countdown(seconds: int) -> str:
    """Format the time left: `22:41` (minutes and seconds) within the hour, `3h 07m` above, `412h` from a hundred hours
    on, with a minus sign when it has passed. So only what is due within the hour changes every second."""
    sign, length = (MINUS, -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(length, 3600)
    if hours >= 100:
        return f"{sign}{hours}h"
    if hours:
        return f"{sign}{hours}h {rest // 60:02}m"
    return f"{sign}{rest // 60}:{rest % 60:02}"


def format_time_left(seconds: int, base: TimeBase) -> str:
    """Format the time left as `format_countdown` does, marked with its base when a desk has both (C-10): working time
    as `4h 12m w`, calendar time of two days or more in days, `2d 4h`."""
    if base == "working":
        return f"{format_countdown(seconds)} w"
    days, rest = divmod(abs(seconds), 86_400)
    if base == "calendar" and days >= 2:
        hours = rest // 3600
        return f"{MINUS if seconds < 0 else ''}{days}d" + (f" {hours}h" if hours else "")
    return format_countdown(seconds)


def format_length(seconds: int) -> str:
    """Format a length that does not tick, without its sign: `45s`, `18m`, `3h`, `3h 07m`."""
    seconds = abs(seconds)
    if seconds < 60:
        return f"{seconds}s"
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return f"{minutes}m"
    return f"{hours}h {minutes:02}m" if minutes and hours < 100 else f"{hours}h"


def format_age(seconds: int) -> str:
    """Format the time since something, in four cells at most: `now`, `5m`, `3h`, `12d`, `14w`, `3y`."""
    if seconds < 60:
        return "now"
    # 98 days are 14 weeks: neither number has more than two digits
    for unit, size, limit in (("m", 60, 3600), ("h", 3600, 86_400), ("d", 86_400, 98 * 86_400)):
        if seconds < limit:
            return f"{seconds // size}{unit}"
    weeks = seconds // (7 * 86_400)
    return f"{weeks}w" if weeks < 104 else f"{seconds // (365 * 86_400)}y"


def format_ticket_age(seconds: int) -> str:
    """Format the age of a ticket, which is shown in the place of the time left where none was promised (S2-13)."""
    return "new" if seconds < 60 else f"{format_age(seconds)} old"


def to_local(at: int, zone: tzinfo) -> datetime:
    """Convert an instant to a zone's wall clock."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def format_instant(at: int, now: int, zone: tzinfo) -> str:
    """Format an instant as people say it now: `17:24 today`, `09:00 tomorrow`, `Mon 08:00` within the six days on
    either side, `3 Dec 08:00`, `3 Dec 2027` in another year."""
    there, here = to_local(at, zone), to_local(now, zone)
    days = there.toordinal() - here.toordinal()
    clock = f"{there:%H:%M}"
    if days == 0:
        return f"{clock} today"
    if days == 1:
        return f"{clock} tomorrow"
    if days == -1:
        return f"{clock} yesterday"
    # A week away the name of the day would be that of today
    if -6 <= days <= 6:
        return f"{DAYS[there.weekday()]} {clock}"
    day = f"{there.day} {MONTHS[there.month - 1]}"
    return f"{day} {clock}" if there.year == here.year else f"{day} {there.year}"


def format_date_and_time(at: int | None, now: int, zone: tzinfo) -> str:
    """Format an instant with its day, to compare it with another one: `Mon 23 Nov 08:45`, `4 Jan 2027 08:45` in another
    year; with its seconds unless they are zero."""
    if at is None:
        return "no due time"
    there, here = to_local(at, zone), to_local(now, zone)
    day = f"{there.day} {MONTHS[there.month - 1]}"
    time = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    return f"{DAYS[there.weekday()]} {day} {time}" if there.year == here.year else f"{day} {there.year} {time}"


def format_message_time(at: int, now: int, zone: tzinfo) -> str:
    """Format the time of a message: `13:58` today, `Mon 13:58` within the last six days, else with its date."""
    there, here = to_local(at, zone), to_local(now, zone)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    if 0 <= here.toordinal() - there.toordinal() <= 6:
        return f"{DAYS[there.weekday()]} {there:%H:%M}"
    day = f"{there.day} {MONTHS[there.month - 1]}"
    return f"{day} {there:%H:%M}" if there.year == here.year else f"{day} {there.year}"


def format_delivery(delivery: Delivery | None, now: int, zone: tzinfo) -> Safe:
    """Format what became of a letter: `queued`, `sent 10:31`, `failed: no such user`; empty for none."""
    if delivery is None:
        return Safe("")
    stamp = "" if delivery.at is None else f" {format_message_time(delivery.at, now, zone)}"
    return Safe(f"{delivery.state}{stamp}{f': {delivery.reason}' if delivery.reason else ''}")


def format_wall_clock(now: int, zone: tzinfo) -> Safe:
    """Format the clock of the first line: `Mon 23 Nov 14:32 GMT`."""
    here = to_local(now, zone)
    return sanitize(
        f"{DAYS[here.weekday()]} {here.day} {MONTHS[here.month - 1]} {here:%H:%M} {zone_abbreviation(here)}"
    )


def format_count(count: int, one: str, many: str = "") -> str:
    """Format a number of things: `1 ticket`, `12,480 tickets`. many: the plural, where it does not end in s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
