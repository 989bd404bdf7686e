"""Notices pushed to agents and teams: each once, within an hour's limit, and in working hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from deskterm.mail.keeping.leases import Lease, Position, find_position, hold_lease, note_trouble, note_well
from deskterm.mail.letters.internal_mails import RETRY_PAUSE, InternalMailReport
from deskterm.mail.push.audience import Audience, find_audience
from deskterm.mail.push.lines import find_topic, format_line, format_rest
from deskterm.mail.push.progress import Progress, format_progress, parse_progress
from deskterm.mail.push.services import PushAnswer, PushService, open_service
from deskterm.mail.settings.schema import MailFile, PushPart
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import AgentView, load_agents, load_desk_facts
from deskterm.store.queries.mail.mailboxes import load_mailbox_states
from deskterm.store.queries.mail.notices import (
    DueNotice,
    NoticesDone,
    find_last_notice_before,
    find_settled_event,
    load_next_notices,
)

_MOST_AT_ONCE = 200
"""Notices of one look; the rest come with the next."""
_MOST_READ_AGAIN = 1_000
"""As for notices by mail: events that each look reads once more, as to keep where it is wakes all consoles."""
_REFUSED_PAUSE = timedelta(minutes=10)
"""Time after which a service that refused a push is tried again."""
_STALE = 6 * 3600
"""Seconds after which a notice is no longer pushed but counted: a service was down, or nobody ran deskterm."""
_UNREADY = "Nothing can be pushed: "
"""Beginning of the reason where it is not the service that fails."""


class _Plan(NamedTuple):
    """Notices to push, the progress before them, and how far notices are with them. is_worth: there is something to
    push or to keep."""

    before: Progress
    notices: list[DueNotice]
    after: NoticesDone
    is_worth: bool


class _Facts(NamedTuple):
    """Facts that all pushes of a round need. settled: as `find_settled_event` has it."""

    agents: list[AgentView]
    document: str
    settled: int


@dataclass
class PushSender:
    """Pushes notices to those whom the mail file names. open_reader: opens a connection that hides nothing."""

    desk: DeskSession
    file: MailFile
    open_reader: Callable[[], ReadConnection]
    clock: Callable[[], datetime]
    _pauses: dict[str, datetime] = field(default_factory=dict)
    """Name → until when nothing is pushed, as the last one failed."""
    _troubles: dict[str, str] = field(default_factory=dict)
    """Name → the failure that was reported: a service that is down is one line, not one a minute."""
    _ready: set[str] = field(default_factory=set)
    """Names whose services could be opened."""

    def send_due(self) -> Iterator[InternalMailReport]:
        """Push what is due, and yield a line for each that got something, or could not. Where a process dies between a
        push and the note that it was sent, that one is pushed twice."""
        if not self.file.push:
            return
        with self.open_reader() as reader:
            settled = find_settled_event(reader)
            if settled is None:
                return
            facts = _Facts(load_agents(reader), load_desk_facts(reader).document, settled)
        for name, part in self.file.push.items():
            now = self.clock()
            if now >= self._pauses.get(name, now):
                yield from self._push(name, part, facts, now)

    def _push(self, name: str, part: PushPart, facts: _Facts, now: datetime) -> Iterator[InternalMailReport]:
        row = f"push:{name}"
        teams = {team.key for team in self.desk.procedure.definition.teams}
        try:
            audience = find_audience(name, facts.agents, teams, facts.document)
            service = None if name in self._ready else open_service(part.url)
        except DeskError as error:
            yield from self._note_unready(name, error, now)
            return
        if service is not None:
            self._ready.add(name)
            self._end_trouble(name, now)
        place = find_position(self.desk.store, row)
        # Without the lease, which is two writes: there rarely is anything
        if place is not None and not self._load(place, part, audience, facts.settled, now).is_worth:
            return
        try:
            # Only now, as a keyring is slow to answer
            service = service or open_service(part.url)
        except DeskError as error:
            yield from self._note_unready(name, error, now)
            return
        with hold_lease(self.desk.store, row, since=now, now=now) as lease:
            if lease is not None:
                yield from self._push_to(name, part, audience, service, lease, facts.settled, now)

    def _load(self, place: Position, part: PushPart, audience: Audience, settled: int, now: datetime) -> _Plan:
        at = int(now.timestamp())
        with self.open_reader() as reader:
            # As for notices by mail: a ticket goes to those only who may see it
            reader.limit(audience.hidden, audience.reader)
            if place.position:
                before = parse_progress(place.position)
            else:
                first = find_last_notice_before(reader, int(place.since.timestamp()))
                before = Progress(NoticesDone(first, first))
            opening = at if part.hours == "working" else None
            coming = load_next_notices(reader, audience.logins, before.done, settled, opening, _MOST_AT_ONCE)
        notices = [notice for notice in coming.notices if find_topic(notice) in part.on]
        is_far = coming.is_full or before.done.count_events_to(coming.done) >= _MOST_READ_AGAIN
        has_room = before.left_out > 0 and before.forget_before(at).pushed < part.per_hour
        return _Plan(before, notices, coming.done, bool(notices) or not place.position or is_far or has_room)

    def _push_to(
        self,
        name: str,
        part: PushPart,
        audience: Audience,
        service: PushService,
        lease: Lease,
        settled: int,
        now: datetime,
    ) -> Iterator[InternalMailReport]:
        plan = self._load(lease.load(), part, audience, settled, now)
        at, number = int(now.timestamp()), 0
        progress = plan.before.forget_before(at)
        answer: PushAnswer | None = None
        for notice, rest in ((notice, plan.notices[index + 1 :]) for index, notice in enumerate(plan.notices)):
            is_stale = at - max(notice.at, notice.not_before or 0) >= _STALE
            if is_stale or progress.pushed >= part.per_hour:
                progress = progress.pass_over(notice, is_left_out=True)
                continue
            # The last one of the hour tells of those behind it too
            is_last = progress.pushed + 1 == part.per_hour
            answer = self._send(service, part, [notice], progress.left_out + (len(rest) if is_last else 0))
            if answer.state == "later":
                break
            progress = progress.pass_over(notice, is_left_out=answer.state == "refused")
            if answer.state == "refused":
                break
            for one in rest if is_last else ():
                progress = progress.pass_over(one)
            progress, number = progress.count_push(at), number + 1
            # At once, so that a process that dies repeats no more than one
            lease.advance(format_progress(progress))
            if not lease.renew(self.clock()):
                return  # it took so long that another process goes on from here
            if is_last:
                break
        else:
            progress = progress._replace(done=plan.after)
        if progress.left_out and progress.pushed < part.per_hour and (answer is None or answer.state == "sent"):
            answer = self._send(service, part, [], progress.left_out)
            if answer.state == "sent":
                progress = progress.count_push(at)
        if progress != plan.before:
            lease.advance(format_progress(progress))
        if number:
            yield InternalMailReport("sent", f"push to {name}: {number} notice{'s' if number > 1 else ''}")
        if answer is not None:
            yield from self._judge(name, lease, answer, now)

    def _send(self, service: PushService, part: PushPart, notices: Sequence[DueNotice], left_out: int) -> PushAnswer:
        procedure, timezone = self.desk.procedure, self.desk.timezone
        lines = [format_line(notice, procedure, timezone, text=part.text) for notice in notices]
        if left_out:
            lines.append(format_rest(left_out, is_alone=not notices))
        return service.send("\n".join(lines))

    def _judge(self, name: str, lease: Lease, answer: PushAnswer, now: datetime) -> Iterator[InternalMailReport]:
        """Note how the last push of a round went, and yield a line about a failure that is new."""
        if answer.state == "sent":
            self._troubles.pop(name, None)
            lease.note_success(now)
            return
        is_refused = answer.state == "refused"
        self._pauses[name] = now + (_REFUSED_PAUSE if is_refused else RETRY_PAUSE)
        lease.note_failure(f"{answer.words}.", now, is_lasting=is_refused)
        if self._troubles.get(name) != answer.words:
            self._troubles[name] = answer.words
            if is_refused:
                words = f"{answer.words}; check its url, and `deskterm notices` lists what was not pushed"
                yield InternalMailReport("failed", f"push to {name}: {words}")
            else:
                yield InternalMailReport("queued", f"push to {name} is tried again in a minute: {answer.words}")

    def _note_unready(self, name: str, error: DeskError, now: datetime) -> Iterator[InternalMailReport]:
        reason = f"{_UNREADY}{error}"
        self._ready.discard(name)
        self._pauses[name] = now + RETRY_PAUSE
        if self._troubles.get(name) != reason:
            self._troubles[name] = reason
            note_trouble(self.desk.store, f"push:{name}", reason, now, is_lasting=True)
            yield InternalMailReport("failed", f"push to {name}: {reason}")

    def _end_trouble(self, name: str, now: datetime) -> None:
        """End a trouble that was none of the service's: it needs no push to be over."""
        self._troubles.pop(name, None)
        row = f"push:{name}"
        with self.open_reader() as reader:
            reasons = [state.reason for state in load_mailbox_states(reader) if state.name == row and state.failures]
        if reasons and reasons[0].startswith(_UNREADY):
            note_well(self.desk.store, row, now)
