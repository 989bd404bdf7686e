"""Every procedure that comes with deskterm, and how they are found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.procedure.checking.warnings import find_warnings
from deskterm.procedure.compiled import CompiledProcedure, compile_document, compute_digest, to_document
from deskterm.procedure.diff import diff_procedures
from deskterm.procedure.load import load
from deskterm.procedure.pinned_holidays import pin_holidays
from deskterm.procedure.shipped import data_folder, find_procedure, list_procedure_names
from deskterm.procedure.stored_document import to_model

WARNED = {
    "software-vendor": [
        'calendars "support": no holidays are configured; name a region, list them, or say no_holidays = true.',
        'calendars "support": GMT has no summer time; did you mean Europe/London?',
    ]
}
"""The warnings that a shipped file is meant to have, because the written procedure says so."""


def test_one_procedure_a_source_and_two_others_are_shipped() -> None:
    assert list_procedure_names() == [
        "campus-it",
        "incident-management",
        "managed-services",
        "open-source",
        "saas-platform",
        "software-vendor",
        "web-agency",
    ]


@pytest.mark.parametrize("name", list_procedure_names())
def test_a_shipped_procedure_loads_under_its_own_name(name: str) -> None:
    assert load(find_procedure(name)).procedure.about.key == name


@pytest.mark.parametrize("name", list_procedure_names())
def test_a_shipped_procedure_has_no_warnings_but_the_ones_that_are_meant(name: str) -> None:
    loaded = load(find_procedure(name))
    assert [remark.sentence for remark in find_warnings(loaded.procedure, loaded.source)] == WARNED.get(name, [])


@pytest.mark.parametrize("name", list_procedure_names())
def test_a_shipped_procedure_comes_back_from_the_store_as_it_went(name: str) -> None:
    procedure = pin_holidays(load(find_procedure(name)).procedure, 2020, 2030)
    text = to_document(procedure)
    stored = compile_document(text, 7)
    assert to_model(stored.definition) == procedure
    assert to_document(stored.definition) == text
    assert diff_procedures(procedure, stored.definition) == []
    assert stored.version == 7
    assert stored.timezone == CompiledProcedure(procedure).timezone
    assert stored.terms.metrics == CompiledProcedure(procedure).terms.metrics
    assert stored.terms.policies == CompiledProcedure(procedure).terms.policies


@pytest.mark.parametrize("name", list_procedure_names())
def test_a_document_has_one_digest(name: str) -> None:
    procedure = load(find_procedure(name)).procedure
    assert compute_digest(to_document(procedure)) == compute_digest(to_document(load(find_procedure(name)).procedure))
    renamed = procedure.model_copy(update={"about": procedure.about.model_copy(update={"organisation": "Other"})})
    assert compute_digest(to_document(renamed)) != compute_digest(to_document(procedure))


@pytest.mark.parametrize("name", list_procedure_names())
def test_a_shipped_procedure_names_no_address_and_no_company(name: str) -> None:
    source = load(find_procedure(name)).source
    assert not re.search(r"https?://(?!\S*\bexample\b)|\S+@\S+\.\w", source)
    for company in ("3t", "jira", "somaiya", "svv", "csit", "geeni", "3001"):
        assert not re.search(rf"\b{company}", source, re.IGNORECASE), company


def test_a_procedure_is_found_by_name_or_by_path(tmp_path: Path) -> None:
    assert find_procedure("campus-it") == data_folder() / "procedures" / "campus-it.toml"
    own = tmp_path / "own.toml"
    own.write_text("")
    assert find_procedure(str(own)) == own


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("campus", "did you mean campus-it?"),
        ("software_vendor", "did you mean software-vendor?"),
        ("web-agency.toml", "did you mean web-agency?"),
        ("zzz", "There is no procedure and no file called zzz. Shipped procedures: campus-it, incident-management, "),
    ],
)
def test_an_unknown_procedure_is_told_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(DeskError, match="Shipped procedures: campus-it") as refused:
        find_procedure(name)
    assert hint in str(refused.value)


def test_a_folder_is_no_procedure(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="is a folder: give the procedure file in it"):
        find_procedure(str(tmp_path))
