"""Verification of the desk's own chain, its procedures and triggers, and the head of all chains (D-41)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.desk_chain import find_head_fault, parse_head, take_head, verify_desk
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.errors import RESTORE_ADVICE, DeskError, UsageError
from deskterm.procedure.compiled import compute_digest
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import ProcedureVersion, Ticket, table_of
from deskterm.store.db.triggers import trigger_statements
from small_desk import at, small_desk
from tampering import tamper


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    desk = small_desk(store_url)
    register(desk, subject="x", type="fault", body="Words", now=at(0))
    messages.add_note(desk, 1001, "y", now=at(1))
    yield desk
    desk.store.close()


def forge(desk: DeskSession, *statements: str) -> None:
    """Change rows as somebody does who may write the store and puts the triggers back."""
    tamper(desk, *statements)
    with desk.store.writing() as session:
        if desk.store.dialect == "postgresql":
            for table in ("event", "ticket_number", "desk_event"):
                session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        for statement in trigger_statements(desk.store.dialect):
            session.connection().exec_driver_sql(statement)


def sentences(desk: DeskSession) -> list[str]:
    return [fault.sentence for fault in verify_desk(desk.store)]


def test_an_untouched_desk_is_whole(desk: DeskSession) -> None:
    assert sentences(desk) == []
    assert check_integrity(desk.store).findings == ()


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE agent SET role = 'admin' WHERE login = 'sam'", "agent sam role is admin, and the history of the desk"),
        ("DELETE FROM agent WHERE login = 'vic'", "agent vic active is nothing"),
        (
            "UPDATE desk SET clock_offset = 86400",
            "desk clock offset is 86400, and the history of the desk says nothing",
        ),
        ('UPDATE desk SET settings = \'{"rules": ["x"]}\'', "setting rules is ['x']"),
        (
            "UPDATE desk_event SET actor = 'sam' WHERE seq = 1",
            "event 1 of the desk itself (created by sam) is not what",
        ),
        ("UPDATE procedure_version SET digest = 'other'", "edition 1 of the procedure is not what was put in force"),
        ("DELETE FROM desk_event WHERE seq = 1", "event 1 of the desk itself is missing"),
        ("DELETE FROM desk_event WHERE seq = (SELECT max(seq) FROM desk_event)", "and the last 1 are missing"),
    ],
)
def test_a_change_behind_the_desks_back_is_named(desk: DeskSession, statement: str, sentence: str) -> None:
    forge(desk, statement)
    assert any(sentence in found for found in sentences(desk)), sentences(desk)


@pytest.mark.parametrize("with_digest", [False, True])
def test_a_procedure_that_was_rewritten_is_named_and_nothing_is_computed_by_it(
    desk: DeskSession, with_digest: bool
) -> None:
    """Rewriting a target in the stored edition left `audit verify` content, and `doctor --repair` wrote false due
    times by it."""
    table = table_of(ProcedureVersion)
    with desk.store.reading() as session:
        document = session.execute(select(table.c.document)).scalar_one()
        due = session.execute(select(table_of(Ticket).c.next_due_at)).scalar_one()
    forged = document.replace('"08:00-16:00"', '"08:00-09:00"')
    assert forged != document
    with desk.store.writing() as session:
        digest = compute_digest(forged if with_digest else document)
        session.execute(table.update().values(document=forged, digest=digest))
    assert sentences(desk) == ["edition 1 of the procedure is not what was put in force"]
    assert all(fault.procedure for fault in verify_desk(desk.store))
    with pytest.raises(DeskError, match=f"Edition 1 of the procedure is not what was put .*; {RESTORE_ADVICE}"):
        check_integrity(desk.store, repair=True)
    if not with_digest:
        with pytest.raises(DeskError, match="Edition 1 of the procedure is not what was put in force"):
            open_desk(desk.store, "sam")
    with desk.store.reading() as session:
        assert session.execute(select(table_of(Ticket).c.next_due_at)).scalar_one() == due


def test_triggers_that_are_gone_or_changed_are_named(desk: DeskSession) -> None:
    with desk.store.writing() as session:
        if desk.store.dialect == "sqlite":
            session.execute(text("DROP TRIGGER event_no_delete"))
            session.execute(text("DROP TRIGGER access_no_update"))
            session.execute(text("CREATE TRIGGER access_no_update BEFORE UPDATE ON access BEGIN SELECT 1; END"))
            expected = ["access_no_update", "event_no_delete"]
        else:
            session.execute(text("ALTER TABLE event DISABLE TRIGGER event_no_change"))
            session.execute(text("DROP TRIGGER access_no_change ON access"))
            expected = ["access_no_change", "event_no_change"]
    assert sentences(desk) == [f"the trigger {name} is missing or not what deskterm wrote" for name in expected]


def test_triggers_views_and_tables_of_others_are_named(desk: DeskSession) -> None:
    """D-41: a trigger that rewrites the author of each new message was seen by nobody."""
    statements: tuple[str, ...]
    if desk.store.dialect == "sqlite":
        statements = (
            "CREATE TRIGGER evil AFTER INSERT ON message BEGIN UPDATE message SET author = 'evil'; END",
            "CREATE VIEW hidden AS SELECT * FROM ticket WHERE id > 1",
            "CREATE TABLE sqlitebox (x INTEGER)",
        )
        expected = ["the table sqlitebox", "the trigger evil on message", "the view hidden"]
    else:
        statements = (
            "CREATE FUNCTION be_evil() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.author = 'evil'; "
            "RETURN NEW; END$$",
            "CREATE TRIGGER evil BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION be_evil()",
            # the name of deskterm's own, on another table
            "CREATE TRIGGER event_no_change BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION be_evil()",
            "CREATE RULE quiet AS ON DELETE TO access DO INSTEAD NOTHING",
            "CREATE VIEW hidden AS SELECT * FROM ticket WHERE id > 1",
            "CREATE TABLE loot (x INTEGER)",
        )
        expected = [
            "the rule quiet on access",
            "the table loot",
            "the trigger event_no_change on message",
            "the trigger evil on message",
            "the view hidden",
        ]
    with desk.store.writing() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)
    assert sentences(desk) == [f"{name} is in the database, and deskterm did not write it" for name in expected]


def test_the_views_of_a_reader_are_not_of_others(desk: DeskSession) -> None:
    with open_reader(desk.store.url) as reader:
        reader.limit(("support",), "sam")
        assert sentences(desk) == []


def test_an_event_that_was_cut_from_the_end_stays_a_finding_after_a_repair(desk: DeskSession) -> None:
    forge(desk, "DELETE FROM event WHERE seq = 2")
    for repair in (False, True, True):
        (finding,) = check_integrity(desk.store, repair=repair).findings
        assert finding.sentence == f"the last 1 of 2 events of ticket 1001 are missing: {RESTORE_ADVICE}"
        assert not finding.repaired


def test_rows_are_not_written_anew_from_words_that_are_not_what_was_written(desk: DeskSession) -> None:
    forge(desk, "UPDATE personal_text SET body = 'forged' WHERE body = 'x'", "UPDATE ticket SET status = 'closed'")
    findings = check_integrity(desk.store, repair=True).findings
    assert findings
    assert not any(finding.repaired for finding in findings)
    with desk.store.reading() as session:
        assert session.execute(select(table_of(Ticket).c.subject)).scalar_one() == "x"


def test_a_head_says_later_whether_all_is_still_there(desk: DeskSession) -> None:
    head = parse_head(str(take_head(desk.store)))
    assert find_head_fault(desk.store, head) is None
    messages.add_note(desk, 1001, "more", now=at(2))
    register(desk, subject="z", type="fault", now=at(3))
    seed_agents(desk, [{"login": "new", "name": "New"}], now=at(4))
    assert find_head_fault(desk.store, head) is None
    assert take_head(desk.store) != head


@pytest.mark.parametrize(
    "statements",
    [
        # a chain that was forged whole: the row of the ticket says the same
        ("UPDATE event SET hash = 'f' WHERE seq = 2", "UPDATE ticket SET hash = 'f'"),
        ("DELETE FROM event WHERE seq = 2", "UPDATE ticket SET version = 1"),
        ("UPDATE desk_event SET hash = 'f' WHERE seq = (SELECT max(seq) FROM desk_event)",),
    ],
)
def test_a_chain_that_was_forged_whole_does_not_fit_a_head_that_was_kept_elsewhere(
    desk: DeskSession, statements: tuple[str, ...]
) -> None:
    head = take_head(desk.store)
    forge(desk, *statements)
    assert find_head_fault(desk.store, head) is not None


@pytest.mark.parametrize("word", ["", "deskterm-head:1:2:3:x", "deskterm-head:2:1:1:" + "0" * 64])
def test_something_else_is_no_head(word: str) -> None:
    with pytest.raises(UsageError, match="That is no head"):
        parse_head(word)


def test_an_end_that_was_cut_off_is_counted(desk: DeskSession) -> None:
    with desk.store.reading() as session:
        count = session.execute(text("SELECT count(*) FROM desk_event")).scalar_one()
    forge(desk, "DELETE FROM desk_event WHERE seq = (SELECT max(seq) FROM desk_event)")
    assert f"the desk itself has had {count} events, and the last 1 are missing" in sentences(desk)
