"""A day of an agent: what is typed, and the commands of the desk that it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from deskterm.desk.api import open_desk
from deskterm.desk.billing import quotes, time_entries
from deskterm.desk.conversation import likely_statuses, messages, survey
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.development import item_workflow, items
from deskterm.desk.directory import absence, participants
from deskterm.desk.domain import money
from deskterm.desk.history import retention, undo_acts
from deskterm.desk.linking import duplicate, incidents, merge, separate, split
from deskterm.desk.tickets import assignment, closing, confirmation, register, resolution, supply, update
from deskterm.desk.workflow import (
    checklists,
    due_times,
    escalation,
    escalation_review,
    exemption,
    severity_confirmation,
    snooze,
    work_sessions,
)
from deskterm.desk.workflow.transfer import transfer
from deskterm.tui.acts import Act, run_on_each
from small_desk import at
from tui.support.crowded_desk import Request

TUESDAY = datetime(2026, 11, 24, 9, 7, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 16, 7, tzinfo=UTC)
"""Instants that the agent types."""

UNDO_WINDOW = 600
"""Seconds for which letters wait: as the agent's settings say."""

LIST = "Please:\n1. Unlock the till\n2. Reset my password"

REQUESTS = (
    *(Request(word) for word in ("invoice", "scanner", "portal", "report", "backup", "mailbox", "login", "import")),
    *(Request(word) for word in ("export", "dashboard", "ledger", "payroll", "label", "stock", "barcode", "receipt")),
    *(Request(word) for word in ("outage", "printer", "copier", "server", "router", "switch", "tenant", "theme")),
    *(Request(word) for word in ("search", "voucher", "rebate", "tariff", "budget", "roster", "letter", "reminder")),
    *(Request(word) for word in ("template", "phone", "crate")),
    *(Request(word, status="triage") for word in ("screen", "currency", "discount", "query")),
    *(Request(f"pallet-{place}", status="triage" if place % 2 else "new") for place in range(1, 5)),
    Request("unclaimed", {"assignee": None}),
    Request("absent", {"assignee": "pat"}),
    Request("unclear", {"fields": {"steps": "Save"}, "incomplete": True}),
    Request("judged", {"severity": "severity-2"}),
    Request("late", {"now": at(-20)}),
    Request("things", {"body": LIST}),
    Request("happy", status="resolved"),
    Request("unhappy", status="resolved"),
    Request("rated", status="confirmed"),
    Request("corrected", status="checked"),
)
"""The tickets of the agent."""


class Day:
    """The day, as commands of the desk. numbers: of the agent's tickets by their subjects."""

    def __init__(self, desk: DeskSession, numbers: Mapping[str, int]) -> None:
        self.desk, self._numbers = desk, numbers
        self.desk.undo_window = UNDO_WINDOW
        self.now = at(30)
        self._last = Act("", {})
        """The command before, as undo knows it."""

    def __getitem__(self, subject: str) -> int:
        return self._numbers[subject]

    def do(self, command: Command) -> None:
        """Run a command, some seconds after the one before."""
        self.now += timedelta(seconds=5)
        with self.desk.note_changes() as changed:
            command(self)
        if changed:
            self._last = Act("", dict(changed))

    def undo(self) -> None:
        """Undo the command before."""
        undo_acts.undo_commands(self.desk, self._last.heads, now=self.now, together=self._last.together)

    def on_each(self, subjects: str, command: Callable[[int], CommandResult]) -> None:
        """Run a command on several tickets as one act; those that refuse it stay as they are."""
        numbers = [self[subject] for subject in subjects.split()]
        # With one that notes its changes by itself, so that `do` has none
        self._last = run_on_each(self.desk, numbers, lambda desk, number: command(number)).act or self._last

    def write_as_customer(self, subject: str) -> None:
        """Let the requester of a ticket write."""
        desk = open_desk(self.desk.store, "sam")
        messages.record_customer_message(desk, self[subject], "It is worse now.", author="Ines Calder", now=self.now)

    def send_and_move(self, subject: str, words: str) -> None:
        """Answer a new problem, and move it to the likeliest status."""
        status = likely_statuses.list_likely_statuses(self.desk, "problem", "new")[0]
        messages.reply(self.desk, self[subject], words, status=status, now=self.now)

    def send_quote(self, subject: str, amount: str) -> None:
        """Send a quote over an amount of pounds."""
        currency = self.desk.procedure.definition.money.currency
        quotes.send_quote(self.desk, self[subject], money.parse_amount(amount, currency), now=self.now)


Command = Callable[[Day], object]


class Burst(NamedTuple):
    """Keys that reach the program at once. They are written with `⏎` for enter, `⇥` for tab, `✉` for ctrl+s, `⎋` for
    escape and `^` before a letter with ctrl, and `{subject}` for the number of a ticket. shows: on the screen before
    anything else happens; written_by: the subject of a ticket that its requester writes to after that."""

    keys: str
    shows: str = ""
    written_by: str = ""


class Thing(NamedTuple):
    """A thing that an agent does. name: of the command in the console's table; commands: of the desk that it is."""

    name: str
    bursts: Sequence[Burst]
    commands: Sequence[Command]


def _thing(name: str, keys: str, *commands: Command) -> Thing:
    """Return a thing that is done in one burst."""
    return Thing(name, (Burst(keys),), commands)


# A table is read row by row: a formatter would spread each thing over a dozen lines.
# fmt: off
THINGS: tuple[Thing, ...] = (
    _thing("reply", ":{invoice}⏎rWe look at it today✉",
           lambda day: messages.reply(day.desk, day["invoice"], "We look at it today", now=day.now)),
    _thing("note", ":{scanner}⏎nSeen on two tenants✉",
           lambda day: messages.add_note(day.desk, day["scanner"], "Seen on two tenants", now=day.now)),
    _thing("status", ":{portal}⏎s1",
           lambda day: update.move(day.desk, day["portal"], "triage", now=day.now)),
    _thing("assign", ":{report}⏎aada⏎",
           lambda day: assignment.assign(day.desk, day["report"], "ada", now=day.now)),
    _thing("take", ":{unclaimed}⏎A",
           lambda day: assignment.assign(day.desk, day["unclaimed"], "ann", now=day.now)),
    _thing("tag", ":{backup}⏎tvip till⏎",
           lambda day: update.tag(day.desk, day["backup"], ["vip", "till"], [], now=day.now)),
    _thing("snooze", ":{mailbox}⏎Z2026-11-24T09:07⏎",
           lambda day: snooze.snooze(day.desk, day["mailbox"], TUESDAY, now=day.now)),
    _thing("new", "c3⏎Export is empty⇥Bo Quill⇥bo@birch.example⇥⇥⇥⇥⇥The file has no rows✉",
           lambda day: register.register(
               day.desk, type="guidance", severity="severity-4", subject="Export is empty", requester="Bo Quill",
               email="bo@birch.example", body="The file has no rows", now=day.now)),
    _thing("severity", ":{login}⏎S2",
           lambda day: update.update_ticket(day.desk, day["login"], severity="severity-2", now=day.now)),
    _thing("priority", ":{import}⏎P2",
           lambda day: update.update_ticket(day.desk, day["import"], priority="high", now=day.now)),
    _thing("type", ":{export}⏎T2",
           lambda day: update.update_ticket(day.desk, day["export"], type="issue", now=day.now)),
    _thing("client", ":{dashboard}⏎Cbirch⏎",
           lambda day: update.update_ticket(day.desk, day["dashboard"], organisation="birch", now=day.now)),
    _thing("subject", ":{ledger}⏎:subject The ledger stops at 61 %⏎",
           lambda day: update.edit(day.desk, day["ledger"], subject="The ledger stops at 61 %", now=day.now)),
    _thing("exempt", ":{payroll}⏎:exempt⏎their own change⏎",
           lambda day: exemption.exempt(day.desk, day["payroll"], "their own change", now=day.now)),
    _thing("supply", ":{unclear}⏎:supply business-impact=Nobody can save⏎",
           lambda day: supply.supply_fields(
               day.desk, day["unclear"], {"business-impact": "Nobody can save"}, now=day.now)),
    _thing("resolve", ":{screen}⏎:resolve advised⏎Press the other button✉",
           lambda day: resolution.resolve(
               day.desk, day["screen"], "Press the other button", code="advised", strict=True, now=day.now)),
    _thing("close", ":{currency}⏎:close⏎2",
           lambda day: closing.close(day.desk, day["currency"], "raised-in-error", now=day.now)),
    _thing("confirm", ":{happy}⏎:confirm⏎-⏎",
           lambda day: confirmation.confirm(day.desk, day["happy"], "", now=day.now)),
    _thing("reject", ":{unhappy}⏎:reject It still stops⏎",
           lambda day: confirmation.reject(day.desk, day["unhappy"], "It still stops", now=day.now)),
    _thing("feedback", ":{rated}⏎:feedback 4 quick and friendly⏎",
           lambda day: survey.record_answer(day.desk, day["rated"], 4, comment="quick and friendly", now=day.now)),
    _thing("review-feedback", ":{rated}⏎:review-feedback⏎Thanked them⏎",
           lambda day: survey.review_answer(day.desk, day["rated"], note="Thanked them", now=day.now)),
    _thing("escalate", ":{label}⏎eThe impact has grown⏎",
           lambda day: escalation.escalate(day.desk, day["label"], reason="The impact has grown", now=day.now)),
    _thing("escalate-to", ":{stock}⏎:escalate-to⏎4The whole chain⏎No shop can sell⏎",
           lambda day: escalation.escalate(
               day.desk, day["stock"], level=4, criterion="The whole chain", reason="No shop can sell", now=day.now)),
    _thing("check", ":{label}⏎:check 1 2 3 4⏎",
           lambda day: checklists.tick_items(day.desk, day["label"], [1, 2, 3, 4], now=day.now)),
    _thing("review", ":{label}⏎:review unchanged⏎",
           lambda day: escalation_review.review_escalation(day.desk, day["label"], decision="unchanged", now=day.now)),
    _thing("join", ":{barcode}⏎:join mo@birch.example⏎",
           lambda day: participants.add_participant(day.desk, day["barcode"], "mo@birch.example", now=day.now)),
    _thing("leave", ":{barcode}⏎:leave mo@birch.example⏎",
           lambda day: participants.remove_participant(day.desk, day["barcode"], "mo@birch.example", now=day.now)),
    _thing("attach", ":{receipt}⏎:attach {outage}⏎",
           lambda day: incidents.attach_ticket(day.desk, day["receipt"], day["outage"], now=day.now)),
    _thing("announce", ":{outage}⏎:announce⏎We are on it⏎",
           lambda day: incidents.announce_to_attached(day.desk, day["outage"], "We are on it", now=day.now)),
    _thing("detach", ":{receipt}⏎:detach⏎",
           lambda day: incidents.detach_ticket(day.desk, day["receipt"], now=day.now)),
    _thing("duplicate", ":{copier}⏎:duplicate {printer}⏎",
           lambda day: duplicate.close_as_duplicate(day.desk, day["copier"], day["printer"], now=day.now)),
    _thing("separate", ":{copier}⏎:separate Two printers⏎",
           lambda day: separate.separate_ticket(day.desk, day["copier"], "Two printers", now=day.now)),
    _thing("merge", ":{server}⏎:merge⏎#{router}⏎",
           lambda day: merge.merge_into(day.desk, day["server"], day["router"], now=day.now)),
    _thing("split", ":{things}⏎:split⏎1",
           lambda day: split.split_list_items(day.desk, day["things"], 1, now=day.now)),
    _thing("hold", ":{switch}⏎:hold⏎Asked for by a court⏎",
           lambda day: retention.place_hold(day.desk, day["switch"], "Asked for by a court", now=day.now)),
    _thing("time", ":{tenant}⏎:time 25m read the logs⏎",
           lambda day: time_entries.add_entry(day.desk, day["tenant"], 1500, note="read the logs", now=day.now)),
    _thing("quote", ":{discount}⏎:quote request⏎:quote 1200⏎:quote accept⏎",
           lambda day: quotes.request_quote(day.desk, day["discount"], now=day.now),
           lambda day: day.send_quote("discount", "1200"),
           lambda day: quotes.record_quote_answer(day.desk, day["discount"], True, now=day.now)),
    _thing("price", ":{discount}⏎:price agreed 400⏎",
           lambda day: quotes.record_agreement(day.desk, day["discount"], amount=Decimal("400.00"), now=day.now)),
    _thing("check", ":{query}⏎:check⏎1112",
           lambda day: checklists.tick_items(day.desk, day["query"], [1], now=day.now),
           lambda day: checklists.tick_items(day.desk, day["query"], [2], now=day.now),
           lambda day: checklists.tick_items(day.desk, day["query"], [3], now=day.now),
           lambda day: checklists.tick_items(day.desk, day["query"], outcome="performance", now=day.now)),
    _thing("raise", ":{query}⏎:raise⏎",
           lambda day: items.raise_item(day.desk, day["query"], now=day.now)),
    _thing("item", ":{query}⏎:item⏎1",
           lambda day: item_workflow.move_item(day.desk, day["query"], "dev-in-progress", now=day.now)),
    _thing("decide", ":{query}⏎:decide yes the index is missing⏎",
           lambda day: item_workflow.decide_item(
               day.desk, day["query"], True, reason="the index is missing", now=day.now)),
    _thing("item", ":{query}⏎:item waiting-for-review⏎:item⏎2:item qa-in-progress⏎:item ready-for-release⏎",
           *(lambda day, status=status: item_workflow.move_item(day.desk, day["query"], status, now=day.now)
             for status in ("waiting-for-review", "waiting-qa-deployment", "qa-in-progress", "ready-for-release"))),
    _thing("schedule-item", ":{query}⏎:schedule-item⏎2026-11-26⏎",
           lambda day: item_workflow.schedule_item(day.desk, day["query"], "2026-11-26", now=day.now)),
    _thing("join-item", ":{search}⏎:join-item {query}⏎",
           lambda day: items.join_item(day.desk, day["search"], day["query"], now=day.now)),
    _thing("end-item", ":{corrected}⏎:raise⏎:end-item Validated⏎",
           lambda day: items.raise_item(day.desk, day["corrected"], now=day.now),
           lambda day: item_workflow.end_item(day.desk, day["corrected"], reason="Validated", now=day.now)),
    _thing("due", ":{voucher}⏎:due resolution 2026-11-27T16:07, the part comes then⏎",
           lambda day: due_times.set_due(
               day.desk, day["voucher"], "resolution", FRIDAY, reason="the part comes then", now=day.now)),
    _thing("waive", ":{late}⏎:waive⏎1They were closed⏎",
           lambda day: due_times.waive(day.desk, day["late"], "response", reason="They were closed", now=day.now)),
    _thing("schedule", ":{rebate}⏎:schedule 2026-11-26⏎",
           lambda day: due_times.schedule(day.desk, day["rebate"], "2026-11-26", now=day.now)),
    # Begun alone: how long it was would depend on the machine
    _thing("work", ":{tariff}⏎:work⏎",
           lambda day: work_sessions.start_work(day.desk, day["tariff"], now=day.now)),
    _thing("transfer", ":{budget}⏎:transfer product, a wish after all⏎",
           lambda day: transfer(
               day.desk, day["budget"], department="product", note="a wish after all", now=day.now)),
    _thing("cover", ":{absent}⏎:cover⏎",
           lambda day: absence.take_over(day.desk, day["absent"], now=day.now)),
    _thing("confirm-severity", ":{judged}⏎:confirm-severity severity-3 one module⏎",
           lambda day: severity_confirmation.confirm_severity(
               day.desk, day["judged"], "severity-3", reason="one module", now=day.now)),
    _thing("undo", ":{roster}⏎tvip⏎u",
           lambda day: update.tag(day.desk, day["roster"], ["vip"], [], now=day.now),
           Day.undo),
    _thing("undo-older", ":{theme}⏎:status triage⏎:undo-older {theme}⏎⏎y",
           lambda day: update.move(day.desk, day["theme"], "triage", now=day.now),
           Day.undo),
    Thing("drafts", (Burst(":{letter}⏎nHalf a thought⎋", "Draft for {letter} saved"), Burst("gd⏎, and the rest✉")),
          (lambda day: messages.add_note(day.desk, day["letter"], "Half a thought, and the rest", now=day.now),)),
    Thing("reply", (Burst(":{reminder}⏎rYou are right", "reads this", written_by="reminder"),
                    Burst("✉", "Held back"), Burst("✉")),
          (lambda day: messages.reply(day.desk, day["reminder"], "You are right", now=day.now),)),
    _thing("reply", ":{template}⏎rWhich template?^t⏎",
           lambda day: day.send_and_move("template", "Which template?")),
    _thing("reply", ":{phone}⏎rI rang you^o3✉",
           lambda day: messages.reply(day.desk, day["phone"], "I rang you", channel="phone", now=day.now)),
    _thing("undo", ":{crate}⏎rToo fast✉u, sorry✉",
           lambda day: messages.reply(day.desk, day["crate"], "Too fast", now=day.now),
           Day.undo,
           lambda day: messages.reply(day.desk, day["crate"], "Too fast, sorry", now=day.now)),
    _thing("tag", "/pallet⏎jjtstacked⏎",
           lambda day: update.tag(day.desk, day["pallet-3"], ["stacked"], now=day.now)),
    _thing("assign", "gg  asam⏎",
           lambda day: day.on_each(
               "pallet-1 pallet-2", lambda number: assignment.assign(day.desk, number, "sam", now=day.now))),
    _thing("mark-again", "gvP1",
           lambda day: day.on_each(
               "pallet-1 pallet-2",
               lambda number: update.update_ticket(day.desk, number, priority="urgent", now=day.now))),
    _thing("close", "*:close raised-in-error⏎:tag refused⏎u",
           lambda day: day.on_each(
               "pallet-1 pallet-2 pallet-3 pallet-4",
               lambda number: closing.close(day.desk, number, "raised-in-error", now=day.now)),
           lambda day: day.on_each(
               "pallet-2 pallet-4", lambda number: update.tag(day.desk, number, ["refused"], now=day.now)),
           Day.undo),
)
# fmt: on

_MARKS = str.maketrans({"⏎": "\r", "⇥": "\t", "✉": "\x13", "⎋": "\x1b"})


def write_keys(burst: Burst, numbers: Mapping[str, int]) -> str:
    """Return what a terminal sends for a burst."""
    keys = burst.keys.format(**numbers).translate(_MARKS)
    return re.sub(r"\^([a-z])", lambda found: chr(ord(found[1]) - 96), keys)
