"""The procedure's notices: who is told of what happened to a ticket, and by which letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.directory.participants import list_participants
from deskterm.desk.domain.events import Event
from deskterm.desk.notify import letters
from deskterm.desk.notify.letter_checks import find_missing_parts
from deskterm.desk.notify.recipients import StaffDirectory, notify_staff, resolve_recipients
from deskterm.desk.notify.topics import find_escalation_step, find_topics, format_topic
from deskterm.desk.policy.departments import department
from deskterm.procedure.schema import Notice, Procedure
from deskterm.procedure.sla_terms import values
from deskterm.sla.terms import Facts

_OUTSIDE = frozenset({"requester", "participants"})
_SAID = ("replied", "customer-replied")
"""News whose letter is the message itself."""
_AT_FIRST = ("registered", "escalated", *_SAID)
"""News that people outside hear of when a ticket is registered: what else it became on the way is in that letter."""


def send_notices(work: TicketTransaction, events: Sequence[Event]) -> list[str]:
    """Write the letters and notices that the procedure wants of these events; which, in a few words each. Nobody is
    told of what they did themselves, and nobody twice of the same thing."""
    teller = _Teller(work, opening=any(event.kind == "registered" for event in events))
    for event in events:
        for news in find_topics(work, event):
            teller.tell(event, news)
        teller.resolve(event)
    return list(dict.fromkeys(teller.said))


class _Teller:
    """What was told and written in one act. opening: the act in which the ticket was registered."""

    def __init__(self, work: TicketTransaction, *, opening: bool) -> None:
        self._work, self._opening = work, opening
        self._procedure = work.procedure.definition
        self._colleagues = StaffDirectory(work.session)
        self._heard: set[tuple[str, str]] = set()
        self._written: set[tuple[str | None, tuple[int, ...], int]] = set()
        self._of_resolution: list[tuple[Notice, str]] = []
        self.said: list[str] = []

    def tell(self, event: Event, news: str) -> None:
        notices = [part for part in self._procedure.notices if part.on == news and _applies(part, self._work, event)]
        self._tell_colleagues(notices, event, news)
        for notice in (*notices, *_implied(self._procedure, notices, news, event)):
            if event.data.get("resolution") and "body" in event.texts:
                self._of_resolution.append((notice, news))
            else:
                self._write(notice, event, news)

    def resolve(self, event: Event) -> None:
        """Write of a resolution once to everybody, though it is an answer, a resolution and an end: by the letter that
        holds its words, or by themselves where they are a letter already (S2-18, S2-19)."""
        wanted = sorted(self._of_resolution, key=lambda one: self._rank(one[0], one[1], event))
        self._of_resolution = []
        reached: set[int] = set()
        for notice, news in wanted:
            to = [person for person in _addressed(notice, self._work, event) if person not in reached]
            if to and (news not in _SAID or event.data.get("channel") != "phone"):
                reached |= set(to)
                self._write(notice, event, news, to)

    def _rank(self, notice: Notice, news: str, event: Event) -> int:
        template = letters.find_template(self._work, notice)
        if template is not None and "{resolution}" in template.body and notice.include_body:
            return 0
        if news in _SAID:
            return 1 if notice.include_body else 3
        return 2

    def _is_letter(self, event: Event) -> bool:
        """Whether the words of a resolution hold all that a letter must, so that they are not put into another."""
        if not event.data.get("resolution") or not self._procedure.letter_checks:
            return False
        words = letters.load_event_text(self._work, event)
        return bool(words) and not find_missing_parts(self._procedure, words)

    def _tell_colleagues(self, notices: Sequence[Notice], event: Event, news: str) -> None:
        own = [part for part in notices if not set(part.to) <= _OUTSIDE]
        words: list[str] = [word for part in own for word in part.to if word not in _OUTSIDE and word != "role"]
        words += [part.role for part in own if part.role is not None and "role" in part.to]
        words += _of_department(self._procedure, self._work, news)
        if news == "escalated":
            words += [role for role in [find_escalation_step(event).get("who")] if role]
        what = format_topic(self._work.procedure, event, news)
        vacant = _vacant(self._work, self._colleagues, event) if news == "escalated" else ""
        if not vacant and "department" in words:
            vacant = _deserted(self._work, self._colleagues)
        if vacant:
            words.append("lead")
            what += f", and {vacant}"
            self.said.append(self._instead(vacant))
        who = [
            login
            for login in resolve_recipients(self._colleagues, self._procedure, self._work.state, words)
            if (login, what) not in self._heard
        ]
        self._heard |= {(login, what) for login in who}
        template = next((part.template for part in own), None)
        if notify_staff(
            self._work, who, news, what, template=template, bare=any(not part.include_body for part in own)
        ):
            self.said.append(f"{_counted(len(who))} told")

    def _instead(self, vacant: str) -> str:
        """That there is nobody to take something up, and who is told instead."""
        leads = self._colleagues.team_leads(self._work.state.team)
        if self._work.context.agent.login in leads:
            return f"{vacant}, so it stays with you"
        return f"{vacant}: {', '.join(leads)} told instead" if leads else f"{vacant}, and there is no lead to tell"

    def _write(self, notice: Notice, event: Event, news: str, to: Sequence[int] | None = None) -> None:
        if "incident" in event.data:
            return  # whoever says one thing on many tickets sees to it that nobody gets it twice
        to = tuple(_addressed(notice, self._work, event) if to is None else to)
        key = notice.template, to, event.seq if news in _SAID else 0
        if not to or key in self._written or (self._opening and news not in _AT_FIRST):
            return
        self._written.add(key)
        if news not in _SAID and "news" not in event.data:
            if notice.include_body and self._is_letter(event):
                letters.queue_covering_letter(self._work, notice, to, event)
            else:
                letters.queue_letter(self._work, notice, to, event)
            self.said.append("letter queued")
        elif event.data.get("channel") != "phone":
            letters.queue_covering_letter(self._work, notice, to, event)


def _vacant(work: TicketTransaction, colleagues: StaffDirectory, event: Event) -> str:
    """That there is nobody for the step of a ladder that was taken, in words; empty where somebody is."""
    step = find_escalation_step(event)
    role, level = step.get("who"), event.changes.get("tier", (None, None))[1]
    procedure = work.procedure.definition
    if role:
        label = next((part.label for part in procedure.roles if part.key == role), str(role))
        held = colleagues.role_holders(str(role))
        nobody, all_away = f"nobody holds the role {label}", f"everybody with the role {label} is away"
    elif step and level is not None:
        label = next((tier.label for tier in procedure.tiers if tier.level == level), f"tier {level}")
        held = colleagues.tier_members(procedure, level)
        nobody, all_away = f"nobody is in {label}", f"everybody in {label} is away"
    else:
        return ""
    return "" if colleagues.filter_present(held, work.at) else all_away if held else nobody


def _deserted(work: TicketTransaction, colleagues: StaffDirectory) -> str:
    """That nobody works in the department of a ticket that nobody has, in words; empty where somebody does."""
    home = department(work.procedure.definition, work.state.department)
    if home is None or work.state.assignee is not None:
        return ""
    members = colleagues.department_members(work.procedure.definition, home.key)
    if colleagues.filter_present(members, work.at):
        return ""
    return f"everybody in {home.label} is away" if members else f"nobody works in {home.label}"


def _applies(notice: Notice, work: TicketTransaction, event: Event) -> bool:
    data = event.data
    if notice.entered is not None and event.changes.get("status", (None, None))[1] != notice.entered:
        return False
    if event.kind == "noticed":
        if notice.metric not in (None, data["metric"]):
            return False
        if notice.at and notice.at != data.get("threshold"):
            return False
        if notice.on == "delayed" and (data["what"] == "warning") != bool(notice.at):
            return False
        if notice.on == "delayed" and _delay_told(work, event):
            return False
    return _holds(notice, work.fold.facts)


def _holds(notice: Notice, facts: Facts) -> bool:
    for name, wanted in notice.when.items():
        value = facts.get(name)
        known = set(value) if isinstance(value, (tuple, frozenset, list, set)) else {value}
        if values(wanted).isdisjoint(known):
            return False
    return True


def _delay_told(work: TicketTransaction, event: Event) -> bool:
    """Whether somebody said already that this promise will not be kept."""
    return ("delay", f"{event.data['metric']}.{event.data['cycle']}") in work.state.records


def _of_department(procedure: Procedure, work: TicketTransaction, news: str) -> list[str]:
    """Whom a department tells of a new ticket or reply (S5-02)."""
    if news not in ("registered", "customer-replied"):
        return []
    home = department(procedure, work.state.department)
    if home is None:
        return []
    return ["department", "assignee"] if home.notify == "all" else ["assignee"]


def _implied(procedure: Procedure, notices: Sequence[Notice], news: str, event: Event) -> Iterator[Notice]:
    """What the requester is told of by another setting of the file, where no notice says so."""
    if any("requester" in part.to for part in notices):
        return
    ladder = find_escalation_step(event).get("ladder")
    if news == "escalated" and any(part.notify_requester for part in procedure.ladders if part.key == ladder):
        yield Notice(on="escalated", to=("requester",))  # S2-20
    elif news == "merged" and procedure.duplicates.notify:
        if any(not _OUTSIDE.isdisjoint(part.to) for part in procedure.notices):
            yield Notice(on="merged", to=("requester", "participants"))  # S1-33
    elif news == "priority-changed" and procedure.priority.notify_on_change:
        yield Notice(on="priority-changed", to=("requester",), or_phone=True)  # S2-21


def _addressed(notice: Notice, work: TicketTransaction, event: Event) -> Iterator[int]:
    """The people outside whom a letter goes to, the requester first; not whoever wrote what it is about."""
    people = []
    if "requester" in notice.to and work.state.requester_id is not None:
        people.append(work.state.requester_id)
    if "participants" in notice.to:
        people += list_participants(work)
    author = None
    if notice.on == "customer-replied":
        author = event.data.get("contact") or work.state.requester_id
    return (person for person in dict.fromkeys(people) if person != author)


def _counted(number: int) -> str:
    return "1 colleague" if number == 1 else f"{number} colleagues"
