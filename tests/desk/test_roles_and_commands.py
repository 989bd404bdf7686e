"""Every command with every role: a role is refused exactly where the hand-written table of acts says so."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, get_args

import pytest

from deskterm import automation
from deskterm import desk as desk_package
from deskterm.desk.admin import procedure_migration, rule_settings, setup, severity_scale
from deskterm.desk.api import open_desk
from deskterm.desk.billing import quotes, time_entries
from deskterm.desk.conversation import (
    delay_notice,
    mail_messages,
    messages,
    scheduled_replies,
    send_time,
    survey,
    thanks_messages,
)
from deskterm.desk.conversation.guard.checking import check_reply
from deskterm.desk.conversation.guard.findings import ReplyDraft
from deskterm.desk.conversation.guard.several import check_letter
from deskterm.desk.conversation.letter_preview import Answer, preview_letters
from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import item_transaction, item_workflow, items, releases
from deskterm.desk.directory import (
    absence,
    new_client,
    participants,
    saved_views,
    seed_contacts,
    seed_people,
    tier_coverage,
)
from deskterm.desk.domain.fold import UpcomingEvent
from deskterm.desk.history import retention, undo, undo_acts
from deskterm.desk.history.erasing import erasure
from deskterm.desk.linking import duplicate, incidents, merge, separate, split
from deskterm.desk.notify import addresses, delivery, letters
from deskterm.desk.notify.calls import acknowledge
from deskterm.desk.policy.permissions import Act, is_allowed
from deskterm.desk.reactions import suggestions
from deskterm.desk.reactions.catch_up import record_due_events
from deskterm.desk.reactions.dispatch import run_reactions
from deskterm.desk.templates import library, recording, run, values
from deskterm.desk.templates.definitions import Macro
from deskterm.desk.templates.guarding import check_macro
from deskterm.desk.tickets import (
    assignment,
    closing,
    confirmation,
    preview,
    register,
    reopening,
    resolution,
    supply,
    update,
)
from deskterm.desk.workflow import (
    checklists,
    due_times,
    escalation,
    escalation_review,
    exemption,
    priority_dispute,
    priority_override,
    severity_confirmation,
    transfer,
    work_sessions,
)
from deskterm.desk.workflow.snooze import snooze
from deskterm.errors import DeskError
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from role_table import BY_ITSELF, ROLES, WHO_MAY
from shipped_desk import shipped_desk
from small_desk import MONDAY, small_procedure
from store_templates import load_shipped

Command = Callable[[DeskSession, int, Any], object]
ONE, TWO = 1001, 1002
TAGGED = Macro(key="tagged", label="Tagged", tags=("a",))
BREACH = UpcomingEvent(0, "breach", "response", 1, "", 0)


def _purge(desk: DeskSession, now: Any) -> object:
    with open_reader(desk.store.url) as reader:
        return retention.purge_expired_tickets(desk, reader, now=now)


COMMANDS: tuple[tuple[Callable[..., object], Act, Command], ...] = (
    (register.register, "register", lambda d, n, t: register.register(d, subject="x", type="feedback", now=t)),
    (supply.supply_fields, "edit", lambda d, n, t: supply.supply_fields(d, n, {"module": "Invoices"}, now=t)),
    (messages.reply, "reply", lambda d, n, t: messages.reply(d, n, "x", now=t)),
    (messages.add_note, "note", lambda d, n, t: messages.add_note(d, n, "x", now=t)),
    (messages.record_customer_message, "reply", lambda d, n, t: messages.record_customer_message(d, n, "x", now=t)),
    (confirmation.confirm, "move", lambda d, n, t: confirmation.confirm(d, n, now=t)),
    (confirmation.reject, "move", lambda d, n, t: confirmation.reject(d, n, now=t)),
    (thanks_messages.overrule_thanks, "move", lambda d, n, t: thanks_messages.overrule_thanks(d, n, now=t)),
    (update.move, "move", lambda d, n, t: update.move(d, n, "triage", now=t)),
    (resolution.resolve, "reply", lambda d, n, t: resolution.resolve(d, n, "It works now.", now=t)),
    (closing.close, "move", lambda d, n, t: closing.close(d, n, "duplicate", now=t)),
    (reopening.reopen, "move", lambda d, n, t: reopening.reopen(d, n, "Kim called.", now=t)),
    (resolution.record_permanent_fix, "move", lambda d, n, t: resolution.record_permanent_fix(d, n, now=t)),
    (assignment.assign, "assign", lambda d, n, t: assignment.assign(d, n, "sam", now=t)),
    (absence.take_over, "assign", lambda d, n, t: absence.take_over(d, n, now=t)),
    (update.set_severity, "severity", lambda d, n, t: update.set_severity(d, n, "severity-2", now=t)),
    (
        severity_confirmation.confirm_severity,
        "severity",
        lambda d, n, t: severity_confirmation.confirm_severity(d, n, now=t),
    ),
    (
        priority_override.override_priority,
        "priority",
        lambda d, n, t: priority_override.override_priority(d, n, "urgent", override="x", now=t),
    ),
    (update.update_ticket, "priority", lambda d, n, t: update.update_ticket(d, n, priority="urgent", now=t)),
    (priority_dispute.settle_dispute, "priority", lambda d, n, t: priority_dispute.settle_dispute(d, n, now=t)),
    (
        priority_dispute.dispute_priority,
        "escalate",
        lambda d, n, t: priority_dispute.dispute_priority(d, n, "We lose money.", now=t),
    ),
    (update.tag, "tag", lambda d, n, t: update.tag(d, n, ["a"], now=t)),
    (update.edit, "edit", lambda d, n, t: update.edit(d, n, subject="y", now=t)),
    (update.edit, "edit", lambda d, n, t: update.edit(d, n, type="guidance", now=t)),
    (update.update_ticket, "edit", lambda d, n, t: update.update_ticket(d, n, organisation="larch", now=t)),
    (
        update.update_ticket,
        "edit",
        lambda d, n, t: update.update_ticket(d, n, subject="z", status="triage", now=t),
    ),
    (update.update_ticket, "severity", lambda d, n, t: update.update_ticket(d, n, severity="severity-2", now=t)),
    (transfer.transfer, "transfer", lambda d, n, t: transfer.transfer(d, n, department="product", now=t)),
    (duplicate.close_as_duplicate, "link", lambda d, n, t: duplicate.close_as_duplicate(d, n, ONE, now=t)),
    (merge.merge_into, "link", lambda d, n, t: merge.merge_into(d, n, ONE, now=t)),
    (separate.separate_ticket, "link", lambda d, n, t: separate.separate_ticket(d, n, "x", now=t)),
    (split.split_message, "link", lambda d, n, t: split.split_message(d, n, 1, now=t)),
    (split.split_list_items, "link", lambda d, n, t: split.split_list_items(d, n, 1, now=t)),
    (incidents.attach_ticket, "link", lambda d, n, t: incidents.attach_ticket(d, n, TWO, now=t)),
    (incidents.announce_to_attached, "reply", lambda d, n, t: incidents.announce_to_attached(d, n, "x", now=t)),
    (incidents.detach_ticket, "link", lambda d, n, t: incidents.detach_ticket(d, n, now=t)),
    (incidents.resolve_incident, "reply", lambda d, n, t: incidents.resolve_incident(d, n, "All is up.", now=t)),
    (work_sessions.start_work, "work", lambda d, n, t: work_sessions.start_work(d, n, now=t)),
    (work_sessions.stop_work, "work", lambda d, n, t: work_sessions.stop_work(d, n, now=t)),
    (acknowledge, "note", lambda d, n, t: acknowledge(d, n, now=t)),
    (snooze, "snooze", lambda d, n, t: snooze(d, n, t + timedelta(hours=1), now=t)),
    (due_times.schedule, "schedule", lambda d, n, t: due_times.schedule(d, n, "2026-11-26", now=t)),
    (due_times.set_due, "set-due", lambda d, n, t: due_times.set_due(d, n, "resolution", t, reason="x", now=t)),
    (due_times.clear_due, "set-due", lambda d, n, t: due_times.clear_due(d, n, "resolution", reason="x", now=t)),
    (due_times.waive, "waive", lambda d, n, t: due_times.waive(d, n, "response", reason="x", now=t)),
    (due_times.record_clock_event, "notice", lambda d, n, t: due_times.record_clock_event(d, n, BREACH, now=t)),
    (
        participants.add_participant,
        "participate",
        lambda d, n, t: participants.add_participant(d, n, "Lou", email="lou@x.example", now=t),
    ),
    (
        participants.remove_participant,
        "participate",
        lambda d, n, t: participants.remove_participant(d, n, "Lou", now=t),
    ),
    (
        checklists.tick_items,
        "check",
        lambda d, n, t: checklists.tick_items(d, n, [1], checklist="to-development", now=t),
    ),
    (escalation.escalate, "escalate", lambda d, n, t: escalation.escalate(d, n, reason="x", now=t)),
    (tier_coverage.record_handoff, "escalate", lambda d, n, t: tier_coverage.record_handoff(d, n, now=t)),
    (
        escalation_review.review_escalation,
        "review",
        lambda d, n, t: escalation_review.review_escalation(d, n, decision="unchanged", now=t),
    ),
    (items.raise_item, "develop", lambda d, n, t: items.raise_item(d, n, title="x", now=t)),
    (items.join_item, "develop", lambda d, n, t: items.join_item(d, n, ONE, now=t)),
    (item_workflow.move_item, "develop", lambda d, n, t: item_workflow.move_item(d, n, "dev-in-progress", now=t)),
    (item_workflow.decide_item, "develop", lambda d, n, t: item_workflow.decide_item(d, n, True, now=t)),
    (item_workflow.schedule_item, "develop", lambda d, n, t: item_workflow.schedule_item(d, n, "2026-11-26", now=t)),
    (item_workflow.end_item, "develop", lambda d, n, t: item_workflow.end_item(d, n, reason="x", now=t)),
    (releases.publish_release, "release", lambda d, n, t: releases.publish_release(d, "2026-11-26", notes="x", now=t)),
    (time_entries.add_entry, "time", lambda d, n, t: time_entries.add_entry(d, n, 60, rate=Decimal(1), now=t)),
    (time_entries.void_entry, "time", lambda d, n, t: time_entries.void_entry(d, n, "1", reason="x", now=t)),
    (
        time_entries.correct_entry,
        "time",
        lambda d, n, t: time_entries.correct_entry(d, n, "1", seconds=60, reason="x", now=t),
    ),
    (quotes.record_quote_answer, "quote", lambda d, n, t: quotes.record_quote_answer(d, n, True, now=t)),
    (quotes.request_quote, "quote", lambda d, n, t: quotes.request_quote(d, n, now=t)),
    (quotes.send_quote, "quote", lambda d, n, t: quotes.send_quote(d, n, Decimal(5), now=t)),
    (quotes.record_agreement, "time", lambda d, n, t: quotes.record_agreement(d, n, now=t)),
    (survey.record_answer, "feedback", lambda d, n, t: survey.record_answer(d, n, 5, now=t)),
    (survey.review_answer, "feedback", lambda d, n, t: survey.review_answer(d, n, now=t)),
    (exemption.exempt, "exempt", lambda d, n, t: exemption.exempt(d, n, "x", now=t)),
    (exemption.unexempt, "exempt", lambda d, n, t: exemption.unexempt(d, n, now=t)),
    (undo.undo_last_command, "undo", lambda d, n, t: undo.undo_last_command(d, n, now=t)),
    (undo_acts.undo_commands, "undo", lambda d, n, t: undo_acts.undo_commands(d, {n: 1}, now=t)),
    (retention.place_hold, "hold", lambda d, n, t: retention.place_hold(d, n, "x", now=t)),
    (retention.release_hold, "hold", lambda d, n, t: retention.release_hold(d, n, now=t)),
    (retention.purge_expired_tickets, "purge", lambda d, n, t: _purge(d, t)),
    (letters.log_call_instead, "reply", lambda d, n, t: letters.log_call_instead(d, n, "Called.", now=t)),
    (letters.record_delivery, "notice", lambda d, n, t: letters.record_delivery(d, n, "1", "sent", now=t)),
    (erasure.erase_person, "erase", lambda d, n, t: erasure.erase_person(d, "nobody@x.example", now=t)),
    (rule_settings.switch_rule, "review", lambda d, n, t: rule_settings.switch_rule(d, "complaint", False, now=t)),
    (suggestions.accept_suggestion, "edit", lambda d, n, t: suggestions.accept_suggestion(d, n, now=t)),
    (suggestions.dismiss_suggestion, "edit", lambda d, n, t: suggestions.dismiss_suggestion(d, n, now=t)),
    (absence.set_absence, "absence", lambda d, n, t: absence.set_absence(d, "kim", t + timedelta(days=1), now=t)),
    (procedure_migration.migrate_tickets, "migrate", lambda d, n, t: procedure_migration.migrate_tickets(d, t)),
    (procedure_migration.migrate_ticket, "migrate", lambda d, n, t: procedure_migration.migrate_ticket(d, n, t)),
    (
        seed_people.seed_agents,
        "seed",
        lambda d, n, t: seed_people.seed_agents(d, [{"login": "new", "name": "New"}], now=t),
    ),
    (
        seed_people.seed_clients,
        "seed",
        lambda d, n, t: seed_people.seed_clients(d, [{"key": "new", "name": "New"}], now=t),
    ),
    (
        seed_contacts.seed_contacts,
        "seed",
        lambda d, n, t: seed_contacts.seed_contacts(d, [{"name": "New"}], now=t),
    ),
    (severity_scale.seed_severities, "seed", lambda d, n, t: severity_scale.seed_severities(d, [], now=t)),
    (
        setup.apply_procedure,
        "procedure",
        lambda d, n, t: setup.apply_procedure(d, small_procedure(), dry_run=True, now=t),
    ),
    (library.apply_library, "seed", lambda d, n, t: library.apply_library(d, [], now=t)),
    (library.save_own_macro, "note", lambda d, n, t: library.save_own_macro(d, TAGGED, now=t)),
    (library.remove_own_macro, "note", lambda d, n, t: library.remove_own_macro(d, TAGGED.key, now=t)),
    (run.run_macro, "tag", lambda d, n, t: run.run_macro(d, n, run.MacroCall(TAGGED), now=t)),
    (preview_letters, "reply", lambda d, n, t: preview_letters(d, n, Answer("It works."), now=t)),
    (check_reply, "reply", lambda d, n, t: check_reply(d, n, ReplyDraft("It works."), channel="email", now=t)),
    (
        scheduled_replies.schedule_reply,
        "reply",
        lambda d, n, t: scheduled_replies.schedule_reply(d, n, "It works.", "2h", now=t),
    ),
    (
        scheduled_replies.change_scheduled_reply,
        "reply",
        lambda d, n, t: scheduled_replies.change_scheduled_reply(d, n, at="3h", now=t),
    ),
    (
        scheduled_replies.call_off_scheduled_reply,
        "reply",
        lambda d, n, t: scheduled_replies.call_off_scheduled_reply(d, n, now=t),
    ),
    (
        scheduled_replies.send_scheduled_reply,
        "reply",
        lambda d, n, t: scheduled_replies.send_scheduled_reply(d, n, now=t),
    ),
    (delay_notice.announce_delay, "reply", lambda d, n, t: delay_notice.announce_delay(d, n, "Tomorrow.", now=t)),
)
"""Command function, the act it requires, and a call of it. Whether the call then succeeds does not matter here."""

NOT_COMMANDS: dict[Callable[..., object], str] = {
    mail_messages.add_mail_note: "by itself: what is known of a mail",
    mail_messages.hold_mail_as_note: "by itself: a mail whose writer is not proved",
    mail_messages.record_automatic_letter: "by itself: a mail of a machine",
    addresses.flag_addresses: "by itself: what a mail server says",
    addresses.lift_flag: "by itself: a mail came from the address",
    delivery.record_outcome: "by itself: what became of a letter",
    check_letter: "asks `check_reply` of each of its tickets",
    check_macro: "asks `check_reply` with the words that the macro would send",
    checklists.load_current_checklist: "reads",
    item_transaction.open_item: "the transaction that commands on items open",
    procedure_migration.plan_migration: "reads: the dry run of migrate",
    preview.preview_due_changes: "reads",
    retention.find_expired_tickets: "reads",
    new_client.add_client: "in the transaction of a command that registers or edits",
    scheduled_replies.hold_due_reply: "by itself, in the transaction of the automation",
    scheduled_replies.send_due_reply: "by itself, in the transaction of the automation",
    send_time.suggest_send_times: "reads",
    recording.record_macro: "reads: it makes a macro, and keeps none",
    values.load_values: "reads",
    saved_views.save_view: "every role has views of its own, which change nothing on the desk",
    split.preview_list_items: "reads",
    undo.require_undoable: "asks, in the transaction of an undo, whether an event may be undone",
}
"""Functions with the signature of a command that every role may call, or that are no commands, and the reason."""

TESTED_ELSEWHERE = {"audit", "import", "act-as", "letters", "export", "backup", "share", "mail"}
"""Acts that only the command line, the import and backups require, or that are about no ticket; their tests are
there."""

GRANTED_BY_PROCEDURE = {"set-due", "waive"}
"""Acts that a procedure may grant to roles of its own: they are checked once the ticket is loaded."""

LOGINS = {"viewer": "vic", "agent": "sam", "lead": "lea", "admin": "ann"}


@pytest.mark.parametrize("act", get_args(Act))
def test_an_act_is_for_the_roles_that_are_written_out_here(act: Act) -> None:
    assert {role for role in ROLES if is_allowed(role, act)} == WHO_MAY[act]
    assert is_allowed("deskterm", act) is (act in BY_ITSELF)
    assert not is_allowed("stranger", act)


class RecordingSession(DeskSession):
    """A session that records the acts it was asked to allow."""

    def __init__(self, store: Store, login: str) -> None:
        super().__init__(store, login, reactions=run_reactions, catch_up=record_due_events)
        self.required_acts: set[str] = set()

    def require(self, act: Act, doing: str = "") -> None:
        self.required_acts.add(act)
        super().require(act, doing)


def _refusal(command: Command, desk: DeskSession, number: int, now: Any) -> str:
    """Run a command and return the sentence it was refused with; empty when it succeeded."""
    try:
        command(desk, number, now)
    except DeskError as error:
        return str(error)
    return ""


def _qualified_name(function: Callable[..., object]) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: str, tmp_path: Path) -> None:
    roles = load_shipped("saas-platform").roles
    roles_without_acts = tuple(part.model_copy(update={"may": ()}) for part in roles)
    ann = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform", roles=roles_without_acts)
    seed_people.seed_agents(ann, [{"login": "vic", "name": "Vic", "role": "viewer"}], now=MONDAY)
    session = RecordingSession(ann.store, LOGINS[role])
    wrong = {}
    for function, act, command in COMMANDS:
        name = _qualified_name(function)
        number = register.register(ann, subject=name, type="feedback", email="lou@x.example", now=MONDAY).number
        if function is escalation_review.review_escalation:  # the target of the escalation decides who may review it
            escalation.escalate(ann, number, reason="x", now=MONDAY)
        if function is incidents.detach_ticket:  # the incident is looked up before the role is checked
            incidents.attach_ticket(ann, number, TWO, now=MONDAY)
        session.required_acts.clear()
        refusal = _refusal(command, session, number, MONDAY)
        if role == "admin" and act not in {*session.required_acts, *GRANTED_BY_PROCEDURE}:
            wrong[name] = f"requires {session.required_acts}"
        if (" may not " in refusal) is (role in WHO_MAY[act]):
            wrong[name] = refusal
    assert wrong == {}
    ann.store.close()


def test_every_act_has_a_command_and_a_line_in_the_table() -> None:
    assert {act for _, act, _ in COMMANDS} | TESTED_ELSEWHERE == set(get_args(Act)) == set(WHO_MAY)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(found.name)


def test_every_function_of_a_desk_and_a_time_is_tried_with_every_role() -> None:
    """A command that is added to the desk must be added to the table."""
    found = {
        function
        for package in (desk_package, automation)
        for module in _modules(package)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        for parameters in [list(inspect.signature(function).parameters)]
        if parameters[:1] == ["desk"] and "now" in parameters
    }
    assert found - {function for function, _, _ in COMMANDS} == set(NOT_COMMANDS)
    for function, _, command in COMMANDS:
        called = (*command.__code__.co_names, *_purge.__code__.co_names)
        assert function.__name__ in called, f"{_qualified_name(function)} is not what is called"


def test_everybody_may_say_that_they_are_away_themselves(tmp_path: Path) -> None:
    ann = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform")
    seed_people.seed_agents(ann, [{"login": "vic", "name": "Vic", "role": "viewer"}], now=MONDAY)
    for login in LOGINS.values():
        assert "is away" in absence.set_absence(
            open_desk(ann.store, login), login, MONDAY + timedelta(days=1), now=MONDAY
        )
    ann.store.close()


def test_time_of_others_is_corrected_and_struck_out_by_leads_only(tmp_path: Path) -> None:
    ann = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "saas-platform")
    number = register.register(ann, subject="x", type="feedback", email="lou@x.example", now=MONDAY).number
    time_entries.add_entry(open_desk(ann.store, "kim"), number, 600, now=MONDAY)
    changes: tuple[Callable[[DeskSession], object], ...] = (
        lambda d: time_entries.correct_entry(d, number, "1", seconds=60, reason="x", now=MONDAY),
        lambda d: time_entries.void_entry(d, number, "1", reason="x", now=MONDAY),
    )
    for change in changes:
        with pytest.raises(DeskError, match="is kim's: ask them, or somebody with the role lead"):
            change(open_desk(ann.store, "sam"))
    time_entries.void_entry(open_desk(ann.store, "lea"), number, "1", reason="x", now=MONDAY)
    ann.store.close()
