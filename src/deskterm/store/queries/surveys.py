"""Answers to surveys, and articles that were sent to customers, over the whole desk. SQL over a bare
`ReadConnection`."""

from __future__ import annotations

import json
from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.rows.texts import load_texts


class AnswerRow(NamedTuple):
    """A survey of a ticket and its answer (`deskterm.desk.conversation.survey`). at: when it last changed, epoch
    seconds."""

    ticket: int
    key: str
    state: str
    score: int | None
    complaint: bool
    flag: str | None
    comment: str
    note: str
    changed: str
    who: str
    at: int
    subject: str
    organisation: str
    assignee: str | None


class ArticleRow(NamedTuple):
    """An article of the knowledge base. tickets: on how many tickets it was sent; times: how often in all; done: how
    many of the tickets are solved or closed; last: when it was last sent, epoch seconds."""

    address: str
    tickets: int
    times: int
    done: int
    last: int


def load_answers(reader: ReadConnection, *, include_read: bool = False) -> list[AnswerRow]:
    """Load answers that nobody has read yet: complaints first, then the lowest score, then the oldest. include_read:
    answers that were read, and surveys without an answer, too."""
    where = "" if include_read else " AND r.state = 'answered'"
    found = reader.rows(
        "SELECT r.ticket_id, r.key, r.state, r.who, r.at, r.data, t.subject, t.organisation, t.assignee FROM record r "
        f"JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'feedback'{where}"
    )
    parsed = [(row, json.loads(row[5])) for row in found]
    members = ("comment", "note", "changed")
    texts = load_texts(reader, (values.get(name) for _, values in parsed for name in members))
    rows = [
        AnswerRow(
            ticket,
            key,
            state,
            values.get("score"),
            bool(values.get("complaint")),
            values.get("flag"),
            texts.get(values.get("comment", 0), ""),
            texts.get(values.get("note", 0), ""),
            texts.get(values.get("changed", 0), ""),
            who,
            seconds_from_stored(at),
            *rest,
        )
        for (ticket, key, state, who, at, _, *rest), values in parsed
    ]
    # Keys are numbers as text: by length first, so that 10 comes after 9.
    in_order = sorted(rows, key=lambda row: (row.ticket, len(row.key), row.key))
    return sorted(in_order, key=lambda row: (not row.complaint, row.score is None, row.score or 0, row.at))


def load_articles(reader: ReadConnection) -> list[ArticleRow]:
    """Load the articles that were sent, the one on most tickets first (S1-30)."""
    found: dict[str, ArticleRow] = {}
    for at, data, is_open in reader.rows(
        "SELECT r.at, r.data, t.is_open FROM record r JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'article'"
    ):
        values = json.loads(data)
        address = values["address"]
        before = found.get(address, ArticleRow(address, 0, 0, 0, 0))
        found[address] = ArticleRow(
            address,
            # A ticket has one record of an article, however often it was sent
            before.tickets + 1,
            before.times + int(values["times"]),
            before.done + (1 - is_open),
            max(before.last, seconds_from_stored(at)),
        )
    return sorted(found.values(), key=lambda row: (-row.tickets, row.address))
