"""The declarations of ticket fields: each is a column, most are attributes of the state, and none stands twice."""

from __future__ import annotations

from dataclasses import fields

from deskterm.desk.domain.state import State
from deskterm.exchange.exporting.columns import SOURCES
from deskterm.present.labels import Vocabulary
from deskterm.procedure.ticket_fields import FILTER_FIELDS, HISTORY_FIELDS, QUEUE_FIELDS, TICKET_FIELDS
from deskterm.store.db.tables import Ticket, table_of


def test_every_declared_field_is_a_column_of_a_ticket() -> None:
    names = [field.name for field in TICKET_FIELDS]
    assert len(set(names)) == len(names)
    assert set(names) <= {column.name for column in table_of(Ticket).columns}


def test_every_field_that_is_stored_as_it_is_stands_in_the_state() -> None:
    attributes = {attribute.name for attribute in fields(State)}
    assert {field.name for field in TICKET_FIELDS if field.from_state} <= attributes


def test_whatever_people_read_has_a_label_and_its_values_have_labels_in_the_vocabulary() -> None:
    for field in (*FILTER_FIELDS.values(), *HISTORY_FIELDS, *QUEUE_FIELDS):
        assert field.label
        if field.choices:
            assert Vocabulary().choices(field.choices) == {}


def test_an_export_has_the_fields_that_are_always_exported_in_their_order() -> None:
    always = [field.name for field in TICKET_FIELDS if field.export == "always"]
    assert tuple(column.name for column in SOURCES["tickets"].columns) == ("number", *always, "hash")
