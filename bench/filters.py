"""From a keystroke in the filter's line to rows: reading the filter, counting what it fits, and its first page.

Prints CPU time, which a busy machine does not stretch as it does wall time, and the ratio to the same view without a
filter. Every ticket of the desk has four messages of 40 words.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from big_desk import NOW, big_desk
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.present.filters.reading import FilterContext, read_filter
from deskterm.present.labels import Vocabulary
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.desk_facts import load_agents, load_desk_facts
from deskterm.store.queries.queue import Viewer, count_tickets, load_queue_page

_FILTERS = (
    "assignee:me",
    "status:active sla:<1h",
    "assignee:me,none -tag:spam created:>=-7d",
    "scanner",
    "cobalt",
    "nowhere",
    '"cobalt printer"',
    "assignee:me cobalt or is:breached",
)
_PAGE, _ROUNDS = 100, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    tickets = parser.parse_args().tickets
    with tempfile.TemporaryDirectory() as folder:
        desk = big_desk(Path(folder) / "desk.sqlite3", tickets)
        chance = random.Random(2)
        common = [f"word{number}" for number in range(5_000)]
        with desk.store.bulk() as bulk:
            ids = bulk.reserve_ids("personal_text", tickets * 4)
            ((first,),) = bulk.execute("SELECT min(id) FROM ticket")
            rows = (
                (number, first + place % tickets, "salt", " ".join([*chance.choices(common, k=40), _rare(chance)]))
                for place, number in enumerate(ids)
            )
            bulk.insert("personal_text", ("id", "ticket_id", "salt", "body"), rows)
        with open_reader(desk.store.url) as reader:
            facts = load_desk_facts(reader)
            now = to_epoch(NOW)
            context = FilterContext(
                Vocabulary(facts.document, timezone=facts.timezone), load_agents(reader), "ann", now
            )
            plain, total = _measure(desk.store.url, "", context)
            print(
                f"{tickets:,} tickets, {tickets * 4:,} messages; without a filter {total:,} rows in {plain:.1f} ms CPU"
            )
            for text in _FILTERS:
                taken, total = _measure(desk.store.url, text, context)
                print(f"{text:45} {total:7,} rows  {taken:7.1f} ms CPU  {taken / plain:5.2f} times")
        desk.store.close()


def _rare(chance: random.Random) -> str:
    return "cobalt printer" if chance.random() < 0.005 else ""


def _measure(url: str, text: str, context: FilterContext) -> tuple[float, int]:
    """Return the least CPU milliseconds of some rounds, and the rows that the filter fits."""
    viewer, least, total = Viewer("ann", None, context.now), float("inf"), 0
    for _ in range(_ROUNDS):
        # A connection keeps which tickets have a word: each round looks for it anew
        with open_reader(url) as reader:
            reader.rows("SELECT 1 FROM ticket LIMIT 1")
            start = time.process_time()
            condition = read_filter(text, context)
            total = count_tickets(reader, "open", viewer, condition=condition)
            load_queue_page(reader, "open", viewer, limit=_PAGE, condition=condition)
            least = min(least, (time.process_time() - start) * 1000)
    return least, total


if __name__ == "__main__":
    main()
