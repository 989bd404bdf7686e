"""Notices of the procedure: who is notified of an event, and by which letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.directory.participants import list_participants
from deskterm.desk.domain.events import Event
from deskterm.desk.notify import letters
from deskterm.desk.notify.letter_checks import find_missing_parts
from deskterm.desk.notify.recipients import (
    StaffDirectory,
    ensure_recipients,
    list_notified,
    notify_staff,
    resolve_recipients,
)
from deskterm.desk.notify.topics import find_escalation_step, find_topics, format_topic
from deskterm.desk.policy.departments import find_department
from deskterm.desk.reactions.imported_past import leave_out_past
from deskterm.procedure.channels import MAIL
from deskterm.procedure.schema import Notice, Procedure
from deskterm.procedure.sla_terms import to_value_set
from deskterm.sla.terms import Facts

_OUTSIDE = frozenset({"requester", "participants"})
"""Words for recipients outside the desk; they get letters, staff get notices."""
_MESSAGE_TOPICS = ("replied", "customer-replied")
"""Topics whose letter is the message itself."""
_OPENING_TOPICS = ("registered", "escalated", *_MESSAGE_TOPICS)
"""Topics that people outside are told of when a ticket is registered; that letter covers whatever else happens in the
same act."""


def send_notices(work: TicketTransaction, events: Sequence[Event]) -> list[str]:
    """Queue the letters and append the notices that the procedure wants for some events; describe them in a few words.
    Nobody is notified of their own act, twice of the same thing, or of what was due before the ticket was imported."""
    sender = _NoticeSender(work, opening=any(event.kind == "registered" for event in events))
    for event in leave_out_past(work, events):
        for topic in find_topics(work, event):
            sender.send(event, topic)
        # After all topics of the event, as only then it is known which letters compete
        sender.send_resolution(event)
    return sender.describe()


class _NoticeSender:
    """The notices and letters of one act. opening: the act registers the ticket."""

    def __init__(self, work: TicketTransaction, *, opening: bool) -> None:
        self._work, self._opening = work, opening
        self._procedure = work.procedure.definition
        self._staff = StaffDirectory(work.session)
        self._notified: set[tuple[str, str]] = set()
        self._queued: set[tuple[str | None, tuple[int, ...], int]] = set()
        self._resolution_notices: list[tuple[Notice, str]] = []
        self._lacking_address: dict[str, None] = {}
        self._recipients: set[str] = set()
        self._phrases: list[str] = []

    def describe(self) -> list[str]:
        """Describe in a few words what was sent: how many colleagues got a notice, and whose letters have to wait."""
        phrases = list(dict.fromkeys(self._phrases))
        if self._recipients:
            phrases.insert(0, f"{_format_count(len(self._recipients))} told")
        if self._lacking_address:
            names = " and ".join(self._lacking_address)
            verb = "has" if len(self._lacking_address) == 1 else "have"
            phrases.append(f"{names} {verb} no e-mail address, so the letter waits")
        return phrases

    def send(self, event: Event, topic: str) -> None:
        """Notify staff of a topic, and queue its letters. Letters about a resolution wait for `send_resolution`."""
        matching = [
            candidate
            for candidate in self._procedure.notices
            if candidate.on == topic and _is_applicable(candidate, self._work, event)
        ]
        self._notify_colleagues(matching, event, topic)
        if topic == "replied" and event.data.get("unaddressed"):
            # `reply` refuses this; a resolution is recorded all the same, so it says that nobody reads it
            self._phrases.append("nobody outside to write to, so it answers nobody")
        for notice in (*matching, *_build_implied_notices(self._procedure, matching, topic, event)):
            if event.data.get("resolution") and "body" in event.texts:
                self._resolution_notices.append((notice, topic))
            else:
                self._queue_letter(notice, event, topic)

    def send_resolution(self, event: Event) -> None:
        """Queue the letters about a resolution (S2-18, S2-19).

        A resolution is a reply and may end the ticket too, so several notices can match it. Each person gets the letter
        of the best one by `_rank_notice`: if possible one that contains the text of the resolution. Where it does not,
        the answer itself goes to them too (M-46)."""
        written = [pair for pair in self._resolution_notices if not _is_default_reply(self._procedure, *pair)]
        by_default = [pair for pair in self._resolution_notices if _is_default_reply(self._procedure, *pair)]
        self._resolution_notices = []
        addressed: set[int] = set()
        informed: set[int] = set()
        for notice, topic in (
            *sorted(written, key=lambda pair: self._rank_notice(pair[0], pair[1], event)),
            *by_default,
        ):
            # A letter that only says that there is news adds nothing to another letter.
            excluded = informed if (notice, topic) in by_default and notice.include_body else addressed
            to = [person for person in _find_addressees(notice, self._work, event) if person not in excluded]
            if to and (topic not in _MESSAGE_TOPICS or event.data.get("channel") != "phone"):
                addressed |= set(to)
                if self._rank_notice(notice, topic, event) <= 1:
                    informed |= set(to)
                self._queue_letter(notice, event, topic, to)

    def _rank_notice(self, notice: Notice, topic: str, event: Event) -> int:
        """Return the rank of a notice about a resolution, best first: a letter with its text, the message itself, other
        letters, a message without its text."""
        if topic in _MESSAGE_TOPICS:
            return 1 if notice.include_body else 3
        template = letters.find_template(self._work, notice)
        has_text = (template is not None and "{resolution}" in template.body) or self._is_complete_letter(event)
        return 0 if has_text and notice.include_body else 2

    def _is_complete_letter(self, event: Event) -> bool:
        """Return True if the text of a resolution has all required parts of a letter, so that no template is put around
        it."""
        if not event.data.get("resolution") or not self._procedure.letter_checks:
            return False
        text = letters.load_event_text(self._work, event)
        return bool(text) and not find_missing_parts(self._procedure, text)

    def _notify_colleagues(self, notices: Sequence[Notice], event: Event, topic: str) -> None:
        """Append the notice for staff, and notify the leads where nobody is present who could take the ticket up."""
        internal = [notice for notice in notices if not set(notice.to) <= _OUTSIDE]
        recipient_words: list[str] = [
            recipient_word
            for notice in internal
            for recipient_word in notice.to
            if recipient_word not in _OUTSIDE and recipient_word != "role"
        ]
        recipient_words += [notice.role for notice in internal if notice.role is not None and "role" in notice.to]
        recipient_words += _find_department_words(self._procedure, self._work, topic)
        if topic == "escalated":
            recipient_words += [role for role in [find_escalation_step(event).get("who")] if role]
        line = format_topic(self._work.procedure, event, topic)
        vacancy = _explain_vacant_step(self._work, self._staff, event) if topic == "escalated" else ""
        if not vacancy and "department" in recipient_words:
            vacancy = _explain_vacant_department(self._work, self._staff)
        if vacancy:
            recipient_words.append("lead")
            line += f", and {vacancy}"
            self._phrases.append(self._describe_substitutes(vacancy))
        resolved = resolve_recipients(self._staff, self._procedure, self._work.state, recipient_words)
        if recipient_words:
            resolved = ensure_recipients(self._work, self._staff, resolved)
        # By what it says: two topics of one act may read the same
        logins = [login for login in resolved if (login, line) not in self._notified]
        self._notified |= {(login, line) for login in logins}
        template = next((notice.template for notice in internal), None)
        notice = notify_staff(
            self._work, logins, topic, line, template=template, bare=any(not notice.include_body for notice in internal)
        )
        if notice is not None:
            self._recipients |= list_notified(notice)

    def _describe_substitutes(self, vacancy: str) -> str:
        """Describe that nobody is present to take a ticket up, and who is notified instead."""
        leads = self._staff.team_leads(self._work.state.team)
        others = [login for login in leads if login != self._work.context.agent.login]
        if leads and not others:
            return f"{vacancy}, so it stays with you"
        leads = others
        return f"{vacancy}: {', '.join(leads)} told instead" if leads else f"{vacancy}, and there is no lead to tell"

    def _queue_letter(self, notice: Notice, event: Event, topic: str, to: Sequence[int] | None = None) -> None:
        """Queue the letter of a notice, unless the same one was queued for the same people in this act."""
        if "incident" in event.data:
            return  # `linking.incidents` writes one message to many tickets and sees to it that nobody gets it twice
        to = tuple(_find_addressees(notice, self._work, event) if to is None else to)
        # Two messages of one act are two letters; two notices of one template to the same people are one.
        key = notice.template, to, event.seq if topic in _MESSAGE_TOPICS else 0
        if not to or key in self._queued or (self._opening and topic not in _OPENING_TOPICS):
            return
        self._queued.add(key)
        if topic not in _MESSAGE_TOPICS and "news" not in event.data:
            if notice.include_body and self._is_complete_letter(event):
                letters.queue_covering_letter(self._work, notice, to, event)
            else:
                letters.queue_letter(self._work, notice, to, event)
            self._phrases.append("letter queued")
        elif event.data.get("channel") != "phone":
            letters.queue_covering_letter(self._work, notice, to, event)
        if _is_mailed_answer(event):
            self._lacking_address |= dict.fromkeys(letters.find_people_without_address(self._work, to))


def _explain_vacant_step(work: TicketTransaction, staff: StaffDirectory, event: Event) -> str:
    """Describe that nobody is present for the ladder step that an event takes; empty where somebody is."""
    step = find_escalation_step(event)
    role, level = step.get("who"), event.changes.get("tier", (None, None))[1]
    procedure = work.procedure.definition
    if role:
        label = next((candidate.label for candidate in procedure.roles if candidate.key == role), str(role))
        holders = staff.role_holders(str(role))
        nobody, all_away = f"nobody holds the role {label}", f"everybody with the role {label} is away"
    elif step and level is not None:
        label = next((tier.label for tier in procedure.tiers if tier.level == level), f"tier {level}")
        holders = staff.tier_members(procedure, level)
        nobody, all_away = f"nobody is in {label}", f"everybody in {label} is away"
    else:
        return ""
    return "" if staff.filter_present(holders, work.at) else all_away if holders else nobody


def _explain_vacant_department(work: TicketTransaction, staff: StaffDirectory) -> str:
    """Describe that nobody is present in the department of a ticket without an assignee; empty where somebody is."""
    home_department = find_department(work.procedure.definition, work.state.department)
    if home_department is None or work.state.assignee is not None:
        return ""
    members = staff.department_members(work.procedure.definition, home_department.key)
    if staff.filter_present(members, work.at):
        return ""
    return f"everybody in {home_department.label} is away" if members else f"nobody works in {home_department.label}"


def _is_applicable(notice: Notice, work: TicketTransaction, event: Event) -> bool:
    """Return True if a notice is meant for an event: the status entered, the metric, the threshold and its
    conditions."""
    data = event.data
    # The letter about the release says where the ticket is now: a second one of the same act would ask the same again
    if (
        notice.on == "status"
        and event.kind == "released"
        and _OUTSIDE.issuperset(notice.to)
        and any(other.on == "released" and "requester" in other.to for other in work.procedure.definition.notices)
    ):
        return False
    if notice.entered is not None and event.changes.get("status", (None, None))[1] != notice.entered:
        return False
    if event.kind == "noticed":
        if notice.metric not in (None, data["metric"]):
            return False
        if notice.at and notice.at != data.get("threshold"):
            return False
        # With a threshold the letter warns of a delay; without one it tells of the breach
        if notice.on == "delayed" and (data["what"] == "warning") != bool(notice.at):
            return False
        if notice.on == "delayed" and _is_delay_announced(work, event):
            return False
    return _meets_conditions(notice, work.fold.facts)


def _meets_conditions(notice: Notice, facts: Facts) -> bool:
    """Return True if a ticket's facts meet the conditions of a notice."""
    for name, expected in notice.when.items():
        value = facts.get(name)
        actual = set(value) if isinstance(value, (tuple, frozenset, list, set)) else {value}
        if to_value_set(expected).isdisjoint(actual):
            return False
    return True


def _is_delay_announced(work: TicketTransaction, event: Event) -> bool:
    """Return True if the requester was told already that this target will be missed."""
    return ("delay", f"{event.data['metric']}.{event.data['cycle']}") in work.state.records


def _find_department_words(procedure: Procedure, work: TicketTransaction, topic: str) -> list[str]:
    """Return the words for whom every desk notifies of a new ticket or reply: the whole department where it says so
    (S5-02), and in any case the assignee of a ticket that the requester wrote on."""
    if topic not in ("registered", "customer-replied"):
        return []
    home_department = find_department(procedure, work.state.department)
    if home_department is not None and home_department.notify == "all":
        return ["department", "assignee"]
    return ["assignee"] if topic == "customer-replied" or work.state.assignee is not None else []


def _build_implied_notices(
    procedure: Procedure, notices: Sequence[Notice], topic: str, event: Event
) -> Iterator[Notice]:
    """Yield notices to the requester that another setting of the procedure implies, where no notice covers the
    topic."""
    if any("requester" in item.to for item in notices):
        return
    if _is_mailed_answer(event) and topic in ("replied", "delayed"):
        notice = letters.build_reply_notice(procedure, on="replied" if topic == "replied" else "delayed")
        if notice is not None:
            yield notice  # M-46
    elif topic == "feedback-asked":
        yield Notice(on="feedback-asked", to=("requester",))  # S3-15, S4-21
    elif topic == "quoted" and procedure.letters.replies != "none":
        yield Notice(on="quoted", to=("requester",), include_body=procedure.letters.replies == "letter")  # S4-20
    ladder = find_escalation_step(event).get("ladder")
    if topic == "escalated" and any(item.notify_requester for item in procedure.ladders if item.key == ladder):
        yield Notice(on="escalated", to=("requester",))  # S2-20
    elif topic == "merged" and procedure.duplicates.notify:
        # A desk that writes to nobody outside does not begin with this letter
        if any(not _OUTSIDE.isdisjoint(item.to) for item in procedure.notices):
            yield Notice(on="merged", to=("requester", "participants"))  # S1-33
    elif topic == "priority-changed" and procedure.priority.notify_on_change:
        yield Notice(on="priority-changed", to=("requester",), or_phone=True)  # S2-21


def _is_mailed_answer(event: Event) -> bool:
    """Return True for an answer that an agent writes by mail."""
    data = event.data
    return event.kind == "replied" and data.get("author_kind") == "agent" and data.get("channel") == MAIL


def _is_default_reply(procedure: Procedure, notice: Notice, topic: str) -> bool:
    """Return True for the notice that carries an answer where the procedure has none of its own."""
    return topic == "replied" and notice not in procedure.notices


def _find_addressees(notice: Notice, work: TicketTransaction, event: Event) -> Iterator[int]:
    """Yield the numbers of the people outside to whom a letter goes, the requester first, without the author of what it
    is about."""
    people = []
    if "requester" in notice.to and work.state.requester_id is not None:
        people.append(work.state.requester_id)
    if "participants" in notice.to:
        people += list_participants(work)
    author = None
    if notice.on == "customer-replied":
        author = event.data.get("contact") or work.state.requester_id
    return (person for person in dict.fromkeys(people) if person != author)


def _format_count(number: int) -> str:
    return "1 colleague" if number == 1 else f"{number} colleagues"
