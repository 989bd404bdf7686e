"""Knowledge base articles that agents send in their replies (S1-30).

An article is a record `article`: its `address`, the `times` it was sent and `who` sent it last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.quoted_text import remove_quoted_lines
from deskterm.desk.domain.records import build_record_change, find_next_key, records_of_kind
from deskterm.store.db.tables import PersonalText, table_of

ARTICLE = "article"
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|]+", re.IGNORECASE)
_TRAILING_PUNCTUATION = ".,;:!?)]}*_»”’…"
"""Characters that end a sentence or a bracket, and are not part of the address before them."""


def record_sent_articles(work: TicketTransaction, event: Event) -> list[str]:
    """Record the articles that an agent's reply links to, as a reaction to the event. Return no lines for the summary:
    the agent knows what they sent."""
    if event.kind != "replied" or event.data.get("author_kind") != "agent" or "body" not in event.texts:
        return []
    bases = [work.procedure.definition.links.get(key, "") for key in work.procedure.definition.articles]
    if not any(bases):
        return []
    table = table_of(PersonalText)
    body = work.session.execute(select(table.c.body).where(table.c.id == event.texts["body"].id)).scalar_one()
    for address in find_article_addresses(str(body), bases):
        earlier = next(
            (
                record
                for record in records_of_kind(work.state.records, ARTICLE)
                if record.values.get("address") == address
            ),
            None,
        )
        key = earlier.key if earlier is not None else find_next_key(work.state.records, ARTICLE)
        times = 1 if earlier is None else int(earlier.values["times"]) + 1
        values = {"address": address, "times": times, "who": event.actor, "state": "sent"}
        work.append("article_sent", build_record_change(work.state.records, ARTICLE, key, **values), article=key)
    return []


def find_article_addresses(body: str, bases: Iterable[str]) -> Iterator[str]:
    """Find the addresses below any of the bases in the unquoted lines of a text, each of them once."""
    prefixes = [base.rstrip("/") for base in bases if base]
    # A quoted line repeats an article that was sent earlier; it must not count as sent again.
    own_text = remove_quoted_lines(body)
    found = (match[0].rstrip(_TRAILING_PUNCTUATION).rstrip("/") for match in _ADDRESS.finditer(own_text))
    return (address for address in dict.fromkeys(found) if any(_is_below(address, prefix) for prefix in prefixes))


def _is_below(address: str, base: str) -> bool:
    """Return whether an address is a page below a base, not merely one that begins with the same letters."""
    rest = address[len(base) :]
    return address.casefold().startswith(base.casefold()) and rest[:1] in ("/", "?", "#")
