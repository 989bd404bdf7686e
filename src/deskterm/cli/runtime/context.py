"""One call of the program: which store, who asks, and what time it is there."""

from __future__ import annotations

import getpass
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import timezone as fixed_zone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from deskterm.errors import DeskError, UsageError

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.store.db.reader import ReadConnection
    from deskterm.store.queries.ticket_detail import DeskFacts


_EARLIEST, _LATEST = 1970, 2300
_SEEN = f"the years from {_EARLIEST} to {_LATEST} are"


@dataclass(slots=True)
class CliContext:
    """The options that every command shares. database: as given; acting: the login after `--as`; instant: what
    follows `--now`; debug: show tracebacks."""

    database: str | None = None
    acting: str | None = None
    instant: str | None = None
    debug: bool = False
    _looked_up: bool = False
    """Whether the login after `--as` was looked up already."""

    @property
    def url(self) -> str:
        """Where the store is."""
        from deskterm.store.db.location import location

        return location(self.database)

    @property
    def place(self) -> str:
        """What messages call the store: a path, or a URL without its password."""
        from deskterm.store.db.location import shown

        return shown(self.url)

    def reader(self) -> ReadConnection:
        """A bare read-only connection to the store. DeskError where `--as` names nobody who may be."""
        from deskterm.store.db.reader import open_reader

        if self.acting is not None and not self._looked_up:
            self._looked_up = True
            self.console_login()
        reader = open_reader(self.url)
        if reader.upgraded is not None:
            print(reader.upgraded, file=sys.stderr)
        return reader

    def desk(self) -> DeskSession:
        """The desk with the one who asks at work on it: the operating system's user, or with `--as` another, which
        only an admin may."""
        from deskterm.cli.runtime.output import patience
        from deskterm.desk.api import open_desk
        from deskterm.desk.core.people import Stranger
        from deskterm.store.db.engine import open_store

        store = open_store(self.url)
        if store.upgraded is not None:
            print(store.upgraded, file=sys.stderr)
        own = getpass.getuser()
        if self.acting is None or self.acting == own:
            return open_desk(store, own, progress=patience())
        open_desk(store, own, progress=patience()).require("act-as")
        try:
            return open_desk(store, self.acting, behind=own)
        except Stranger as error:
            raise DeskError(f"{error} Choose from {_listed(error.logins)}.") from error

    def console_login(self) -> str:
        """Who opens the console: as `desk`, but read with a bare connection, so that a screen paints first."""
        from deskterm.desk.policy.permissions import require
        from deskterm.store.queries.ticket_detail import agents

        own = getpass.getuser()
        wanted = self.acting or own
        with self.reader() as reader:
            found = {agent.login: agent for agent in agents(reader) if agent.active}
        if wanted != own:
            require(found[own].role if own in found else "viewer", "act-as")
        if wanted not in found:
            choice = f" Choose from {_listed(list(found))}." if wanted != own else ""
            raise DeskError(
                f"{wanted!r} is no active agent of this desk: an admin can add them with `deskterm seed agents FILE`."
                + choice
            )
        return wanted

    def login(self) -> str:
        """Whose eyes a read is made with: whoever asks, or with `--as` another, which only an admin may."""
        return getpass.getuser() if self.acting is None else self.console_login()

    @property
    def behind(self) -> str:
        """Who asks, where that is somebody else than the one who acts; empty otherwise."""
        own = getpass.getuser()
        return own if self.acting not in (None, own) else ""

    def looked(self, facts: DeskFacts, number: int | None, what: str) -> None:
        """Write down that whoever asks looked at something, where the procedure wants that (S4-25)."""
        from deskterm.store.queries import access_log

        if access_log.wanted(facts.document):
            acting = f", as {self.login()}" if self.behind else ""
            access_log.write_down(self.url, getpass.getuser(), number, f"{what}{acting}", self.now(facts))

    def clock(self, facts: DeskFacts) -> Callable[[], datetime]:
        """What the desk takes for now (aware, UTC, whole seconds). A simulated desk runs ahead of the system's
        time by its own offset, and takes an instant from `--now`; an ordinary one refuses that."""
        if self.instant is None:
            offset = timedelta(seconds=facts.clock_offset if facts.simulated else 0)
            return lambda: (datetime.now(UTC) + offset).replace(microsecond=0)
        if not facts.simulated:
            raise UsageError(
                "This is an ordinary desk, and history is not written backwards: leave out --now,"
                " or rehearse on a desk made with `deskterm init --simulated`."
            )
        fixed = read_instant(self.instant, facts.timezone)
        started = datetime.now(UTC)
        return lambda: (fixed + (datetime.now(UTC) - started)).replace(microsecond=0)

    def now(self, facts: DeskFacts) -> datetime:
        """The desk's time at this moment."""
        return self.clock(facts)()


def _listed(logins: Sequence[str]) -> str:
    return ", ".join(logins[:8]) + (" …" if len(logins) > 8 else "")


def read_instant(text: str, timezone: str) -> datetime:
    """An instant as a person writes it, in UTC: ISO 8601, or as deskterm prints it (`Mon 23 Nov 2026 09:30 GMT`). A
    year or a month is its first day, and a day its midnight; without a zone it is wall-clock time in `timezone`.
    UsageError for anything else: nothing is guessed."""
    zone = ZoneInfo(timezone)
    moment = _moment(" ".join(text.split()), zone)
    if moment is None:
        raise UsageError(f"{text!r} is no instant: write it as 2026-11-23T09:30.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        instant = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        raise UsageError(f"{text!r} is no instant that a desk will see: {_SEEN}.") from error
    if not _EARLIEST <= instant.year < _LATEST:
        raise UsageError(f"{text!r} is no instant that a desk will see: {_SEEN}.")
    return instant


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(
    r"(?:(?P<weekday>[a-z]{3,9}),? )?"
    r"(?:(?P<iso>\d{4}-\d\d-\d\d)|(?P<day>\d{1,2}) (?P<month>[a-z]{3,9}) (?P<year>\d{4}))"
    r"(?:,? (?P<time>\d\d:\d\d(?::\d\d)?))?(?: (?P<zone>\S+))?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", re.ASCII | re.IGNORECASE)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """What a text says, without a zone where it names none; None when it is no instant."""
    if re.fullmatch(r"\d{4}(-\d\d)?", text, re.ASCII):
        text = f"{text}-01-01"[:10]
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    try:
        day = match["iso"] or f"{match['year']}-{_place(match['month'], _MONTHS) + 1:02}-{int(match['day']):02}"
        moment = datetime.fromisoformat(f"{day}T{match['time'] or '00:00'}")
        if match["weekday"] is not None and moment.weekday() != _place(match["weekday"], _WEEKDAYS):
            return None
        return moment if match["zone"] is None else _placed(moment, match["zone"], zone)
    except ValueError:
        return None


def _place(word: str, names: Sequence[str]) -> int:
    """Which of some names a word is, or is the long form of. ValueError for none."""
    return names.index(word[:3].lower())


def _placed(moment: datetime, word: str, zone: ZoneInfo) -> datetime:
    """A moment in the zone that a word names: an offset from UTC, or what the desk's zone is called then. ValueError
    for another, for `IST` is three zones."""
    if word.upper() in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=UTC)
    if offset := _OFFSET.fullmatch(word):
        length = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return moment.replace(tzinfo=fixed_zone(-length if offset[1] == "-" else length))
    for fold in (0, 1):
        here = moment.replace(tzinfo=zone, fold=fold)
        if here.tzname() == word:
            return here
    raise ValueError(word)


def system_now() -> datetime:
    """The operating system's time: aware, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def facts_of(invocation: CliContext) -> DeskFacts:
    """What the store says of its desk."""
    from deskterm.store.queries.ticket_detail import desk_facts

    reader = invocation.reader()
    try:
        return desk_facts(reader)
    finally:
        reader.close()
