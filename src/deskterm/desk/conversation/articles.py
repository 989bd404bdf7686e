"""Articles of the knowledge base that replies name: which were sent on which ticket (S1-30).

An article is a record `article`: `address`, `times` it was sent and `who` sent it last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import change, next_key, of_kind
from deskterm.store.db.tables import PersonalText, table_of

ARTICLE = "article"
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}*_»”’…"
"""What ends a sentence or a bracket and not an address."""


def record_sent_articles(work: TicketTransaction, event: Event) -> list[str]:
    """Keep which articles an answer of ours names; nothing to say of it to whoever answered."""
    if event.kind != "replied" or event.data.get("author_kind") != "agent" or "body" not in event.texts:
        return []
    bases = [work.procedure.definition.links.get(key, "") for key in work.procedure.definition.articles]
    if not any(bases):
        return []
    table = table_of(PersonalText)
    body = work.session.execute(select(table.c.body).where(table.c.id == event.texts["body"].id)).scalar_one()
    for address in find_article_addresses(str(body), bases):
        known = next(
            (one for one in of_kind(work.state.records, ARTICLE) if one.values.get("address") == address), None
        )
        key = known.key if known is not None else next_key(work.state.records, ARTICLE)
        times = 1 if known is None else int(known.values["times"]) + 1
        values = {"address": address, "times": times, "who": event.actor, "state": "sent"}
        work.append("article_sent", change(work.state.records, ARTICLE, key, **values), article=key)
    return []


def find_article_addresses(body: str, bases: Iterable[str]) -> Iterator[str]:
    """The addresses under any of the bases that a text names in its own lines, not in those it quotes; each once."""
    under = [base.rstrip("/") for base in bases if base]
    own = "\n".join(line for line in body.splitlines() if not line.lstrip().startswith(">"))
    found = (match[0].rstrip(_AFTER).rstrip("/") for match in _ADDRESS.finditer(own))
    return (address for address in dict.fromkeys(found) if any(_within(address, base) for base in under))


def _within(address: str, base: str) -> bool:
    rest = address[len(base) :]
    return address.casefold().startswith(base.casefold()) and rest[:1] in ("/", "?", "#")
