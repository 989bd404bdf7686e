"""The manual of procedure files says what the schema says."""

from __future__ import annotations

import pytest

from corner_shop import MANUAL, SHOP
from deskterm.errors import DeskError
from deskterm.procedure.load import loads
from deskterm.procedure.manual import BEGIN, END, TARGETS_BEGIN, TARGETS_END, render_reference, render_targets, renew
from deskterm.procedure.schema.text_types import FACTS, OCCURRENCES
from deskterm.sla.targets import KINDS


def test_the_reference_in_the_manual_is_the_one_of_the_schema() -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    assert manual == renew(manual), "run: python -m deskterm.procedure.manual docs/procedures.md"


def test_every_key_of_every_table_is_explained() -> None:
    rows = [row for row in render_reference().splitlines() if row.startswith("| `")]
    assert len(rows) > 200
    assert [row for row in rows if row.endswith("|  |")] == []


def test_the_manual_knows_every_occurrence_and_every_fact() -> None:
    manual = MANUAL.read_text(encoding="utf-8").partition(BEGIN)[0]
    for word in OCCURRENCES:
        assert f"`{word}`" in manual
    facts = manual.partition("### Facts")[2].partition("###")[0]
    for fact in FACTS:
        assert f"`{fact}`" in facts


def test_the_refusals_in_the_manual_are_the_ones_that_are_told() -> None:
    chapter = MANUAL.read_text(encoding="utf-8").partition("## Errors and warnings")[2]
    sentences = chapter.partition("```\n")[2].partition("```")[0].splitlines()
    mistakes = [
        ('label = "Fault"', 'labels = "Fault"'),
        ('on_reply = "working"', 'on_reply = "workink"'),
        ('response = "15m"', 'response = "15 mins"'),
    ]
    for (right, mistake), sentence in zip(mistakes, sentences, strict=True):
        with pytest.raises(DeskError) as refused:
            loads(SHOP.replace(right, mistake, 1), "my-desk.toml")
        assert str(refused.value) == sentence


def test_the_reference_is_renewed_between_its_marks_only() -> None:
    manual = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert renew(manual) == f"before\n{BEGIN}\n\n{render_reference()}\n{END}\nafter\n"
    assert renew(renew(manual)) == renew(manual)


def test_the_forms_of_targets_are_those_of_the_kinds() -> None:
    manual = renew(f"{TARGETS_BEGIN}\nold\n{TARGETS_END}\nafter\n")
    assert manual == f"{TARGETS_BEGIN}\n\n{render_targets()}\n{TARGETS_END}\nafter\n"
    for kind in KINDS:
        for form in kind.forms:
            assert f"| {form.written} | {form.meaning} |" in manual
