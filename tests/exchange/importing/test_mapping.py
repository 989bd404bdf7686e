"""Mapping files, and the messages about mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.exchange.importing.mapping import find_mapping
from deskterm.exchange.importing.row_reader import RowReader, compile_template
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import load as load_procedure
from deskterm.procedure.shipped import find_procedure
from exchange.importing.event_logs import MAPPING, mapping
from small_desk import small_procedure


def load_refused(folder: Path, mapping_text: str) -> str:
    with pytest.raises(DeskError) as caught:
        mapping(folder, mapping_text)
    return str(caught.value).replace(str(folder), "")


def test_a_mapping_names_the_zone_of_its_dates(tmp_path: Path) -> None:
    assert mapping(tmp_path).zone == "Europe/London"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("[ticket.status]", "[ticket.statsu]", 'unknown key "statsu" in ticket; did you mean "status"?'),
        ('zone = "Europe/London"', 'zone = "Europe/Londin"', "there is no time zone 'Europe/Londin'"),
        ('ticket = "id"\n', "", 'the key "ticket" is missing in rows'),
        ('fixed = "fault"', 'fixed = "fault"\ncolumn = "id"', "one of column, fixed or template"),
        ('fixed = "fault"', 'fixed = "fault"\nvalues = { a = "b" }', "values translate a column"),
        ('source = "other-desk"', 'source = "Other desk"', "is no key"),
        ("[log]", '[log]\nencoding = "utf-9"', "there is no encoding 'utf-9'"),
        ('template = "{title}[ ({group})]"', 'template = "{title}[ ({group})"', "square brackets"),
        ("[ticket.type]", "[ticket.type", "this is no TOML"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in MAPPING
    text = load_refused(tmp_path, MAPPING.replace(before, after))
    assert text.startswith("/mapping.toml:")
    assert message in text


def test_words_that_the_procedure_does_not_know_are_refused(tmp_path: Path) -> None:
    log_mapping = mapping(tmp_path, MAPPING.replace('W = "working"', 'W = "wroking"'))
    with pytest.raises(DeskError, match="says status 'wroking', which the procedure small does not know: it has new, "):
        RowReader(log_mapping, CompiledProcedure(small_procedure()))


def test_a_field_that_the_procedure_does_not_ask_for_is_refused(tmp_path: Path) -> None:
    log_mapping = mapping(tmp_path, MAPPING + '\n[ticket.fields.place]\ncolumn = "client"\n')
    with pytest.raises(DeskError, match="fills the field 'place', which the procedure small does not ask for"):
        RowReader(log_mapping, CompiledProcedure(small_procedure()))


def test_a_template_leaves_out_parts_with_an_empty_cell() -> None:
    render = compile_template("[{a}, ]{b}[ / {c}]", {"a": 0, "b": 1, "c": 2})
    assert render(("x", "y", "z")) == "x, y / z"
    assert render(("", "y", "")) == "y"


def test_the_shipped_mapping_fits_the_shipped_procedure() -> None:
    shipped = find_mapping("servicenow-incident-log")
    RowReader(shipped, CompiledProcedure(load_procedure(find_procedure("incident-management")).procedure))
    assert "CC BY 4.0" in shipped.credit
    assert "10.24432/C57S4H" in shipped.credit


def test_the_message_about_a_missing_mapping_lists_the_shipped_ones() -> None:
    with pytest.raises(
        DeskError, match=r"no mapping and no file called none; shipped mappings: .*servicenow-incident-l"
    ):
        find_mapping("none")
