"""What speaks against a reply, by its words and a few facts (C-23)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deskterm.desk.conversation.guard.findings import (
    ReplyDraft,
    TicketFacts,
    find_findings,
    find_greeted,
    list_whole_names,
)
from deskterm.procedure.schema import SendGuard
from deskterm.procedure.schema.messages import ReplyPart

pytestmark = pytest.mark.law("C-23")

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
FACTS = TicketFacts(
    SendGuard(),
    "Europe/London",
    NOW,
    own_names=["Kim Novak", "Larch Ltd"],
    other_names=["Kestrow Foods", "Ines Calder", "Orange"],
    last_due=("Resolution", int(datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp())),
)


def keys(text: str, facts: TicketFacts = FACTS, **draft: object) -> list[str]:
    return [finding.key for finding in find_findings(ReplyDraft(text, **draft), facts)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear Kim,\nit works again.", []),
        ("Please find attached the plan.", ["file"]),
        ("As for Kestrow Foods, we restarted the service.", ["customer"]),
        ("I spoke with Ines Calder.", ["customer"]),
        ("The cable is orange.", []),
        ("Orange has the same problem, see the attachment.", ["customer", "file"]),
        ("It is fixed by Friday.", ["promise"]),
        ("It is fixed by Thursday.", []),
        ("It is fixed by Thursday 15:00.", ["promise"]),
        ("It is fixed tomorrow.", []),
        ("> Please find attached the plan of Kestrow Foods, done by Friday.\n\nThank you.", []),
        ("Kestrow Foodservice is another one.", []),
    ],
)
def test_words_that_speak_against_a_reply_are_found(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_facts_decide_with_the_words() -> None:
    assert keys("See the attachment.", files=1) == []
    assert keys("It is fixed by Friday.", FACTS._replace(last_due=None)) == []
    off = SendGuard(files=False, others=False, promises=False)
    assert keys("Kestrow Foods: see the attachment by Friday.", FACTS._replace(guard=off)) == []
    (finding,) = find_findings(ReplyDraft("It works."), FACTS._replace(without_address=["Kim Novak"]))
    assert finding.sentence.startswith("Kim Novak has no e-mail address: the letter reaches nobody until")
    assert keys("Ines Calder agrees.", FACTS._replace(own_names=["Ines Calder"])) == []


def test_parts_that_the_procedure_asks_for_are_missed_in_replies_only() -> None:
    parts = (
        ReplyPart(label="Greeting", words=("dear", "hello")),
        ReplyPart(label="offer of help", words=("let us know",)),
    )
    facts = FACTS._replace(guard=SendGuard(parts=parts))
    found = find_findings(ReplyDraft("Hello Kim, it works."), facts)
    assert [one.sentence for one in found] == ["It has no offer of help"]
    assert keys("It works.", facts, is_solution=True) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Dear Ines,\nit works.", "Ines"),
        ("Hi Ines Calder!", "Ines Calder"),
        ("Sehr geehrte Frau Novak,", "Novak"),
        ("Bonjour Mme Novak,", "Novak"),
        ("Hello,", ""),
        ("We know Ines.", ""),
        ("", ""),
    ],
)
def test_whoever_is_greeted_is_found(text: str, names: str) -> None:
    assert find_greeted(text) == names


def test_whole_names_are_words_with_capitals_in_a_row() -> None:
    assert list_whole_names("I asked Ines Calder and Anna de Vries.\n> Kim Novak wrote") == ["Ines Calder"]
    assert list_whole_names("Anna Maria Rossi") == ["Anna Maria", "Anna Maria Rossi", "Maria Rossi"]
