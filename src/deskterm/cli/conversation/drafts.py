"""`deskterm ticket drafts`: what the agent has written at the console and not sent (C-05)."""

from __future__ import annotations

from textwrap import indent
from typing import Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, to_rfc3339
from deskterm.cli.runtime.options import AsJson, number_argument
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.errors import DeskError, UsageError
from deskterm.present.formats import format_count
from deskterm.present.sanitize import sanitize
from deskterm.store.db.reader import ReadConnection
from deskterm.store.personal.drafts import DraftKind, DraftWriter, StoredDraft, load_drafts
from deskterm.store.queries.desk_facts import load_desk_facts

_KINDS: dict[DraftKind, str] = {
    "reply": "reply",
    "note": "note",
    "resolve": "resolution",
    "ticket": "new ticket",
    "command": "command line",
}


def list_drafts(
    context: typer.Context,
    ticket: Annotated[int | None, number_argument("Only the drafts for this ticket, in full.", "[NUMBER]")] = None,
    discard: Annotated[bool, typer.Option("--discard", help="Discard the drafts for the ticket.")] = False,
    as_json: AsJson = False,
) -> None:
    """List my drafts, or print those for a ticket in full; nobody else sees them."""
    cli: CliContext = context.obj
    if discard and ticket is None:
        raise UsageError("Name the ticket whose drafts to discard: `deskterm ticket drafts 1042 --discard`.")
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        login = cli.acting or cli.own_login
        found = load_drafts(reader, login, cli.impersonator)
        found = [draft for draft in found if ticket in (None, draft.number)]
        tickets = _load_tickets(reader, found)
    if ticket is not None and not found:
        raise DeskError(f"You have no draft for {ticket}: `deskterm ticket drafts` lists those there are.")
    if discard:
        writer = DraftWriter(cli.url, login, cli.impersonator)
        for draft in found:
            writer.remove(draft)
        writer.close()
    if as_json:
        print_json([_to_json(draft, tickets) for draft in found])
    elif discard:
        print_lines([f"Discarded {format_count(len(found), 'draft')} for {ticket}"])
    elif ticket is not None:
        for draft in found:
            print_lines([f"{_KINDS[draft.kind]}, saved {format_time(draft.saved_at, facts.timezone)}"])
            print(indent(sanitize(draft.text, multiline=True), "    ") + "\n")
    else:
        _print_list(found, tickets, facts.timezone)


def _load_tickets(reader: ReadConnection, drafts: list[StoredDraft]) -> dict[int, tuple[str, int]]:
    """Load status and version of the tickets that drafts are for; those that are gone are left out."""
    found: dict[int, tuple[str, int]] = {}
    for number in {draft.number for draft in drafts if draft.number is not None}:
        for status, version in reader.rows("SELECT status, version FROM ticket WHERE id = :number", {"number": number}):
            found[number] = (status, version)
    return found


def _print_list(drafts: list[StoredDraft], tickets: dict[int, tuple[str, int]], timezone: str) -> None:
    if not drafts:
        print_lines(["You have no drafts."])
        return
    print_table(
        ("#", "Draft", "Saved", "Ticket", "Words"),
        [
            (
                str(draft.number or ""),
                _KINDS[draft.kind],
                format_time(draft.saved_at, timezone),
                _format_ticket(draft, tickets),
                _find_first_words(draft),
            )
            for draft in drafts
        ],
        right=("#",),
    )


def _format_ticket(draft: StoredDraft, tickets: dict[int, tuple[str, int]]) -> str:
    """Return what became of a draft's ticket since it was written."""
    if draft.number is None:
        return ""
    if draft.number not in tickets:
        return "gone"
    status, version = tickets[draft.number]
    return f"{status}, changed since" if version > draft.data.get("version", version) else status


def _find_first_words(draft: StoredDraft) -> str:
    words = draft.data.get("form", {}).get("subject") or draft.text.strip()
    return str(words).splitlines()[0] if words else ""


def _to_json(draft: StoredDraft, tickets: dict[int, tuple[str, int]]) -> dict[str, Any]:
    status, version = tickets.get(draft.number or 0, (None, None))
    return {
        "kind": draft.kind,
        "number": draft.number,
        "saved_at": to_rfc3339(draft.saved_at),
        "text": draft.text,
        "next_status": draft.data.get("status") or None,
        "channel": draft.data.get("channel"),
        "form": draft.data.get("form"),
        "ticket_status": status,
        "ticket_changed": version is not None and version > draft.data.get("version", version),
    }
