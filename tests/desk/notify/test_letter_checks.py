"""Checks of resolution letters for their required parts."""

from __future__ import annotations

import pytest

from deskterm.desk.notify.letter_checks import find_missing_parts
from deskterm.desk.tickets import resolution
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.procedure.schema import Notice
from shipped_desk import shipped_desk
from small_desk import at
from ticket_reads import DeskFactory

LETTER = """Dear Kim Doe,
I am writing about your request, the broken form.
The cause was a full disk; we replaced it. You can now use the form again.
Let us know if there is anything else. Thank you for telling us."""


@pytest.mark.requirement("S2-19")
def test_a_resolution_letter_is_checked_for_its_five_parts(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("campus-it")
    procedure = desk.procedure.definition
    assert find_missing_parts(procedure, LETTER) == []
    assert [check.key for check in find_missing_parts(procedure, "It is fixed.")] == [
        "introduction", "information", "how-resolved", "further-help", "thanks",
    ]  # fmt: skip
    assert [check.key for check in find_missing_parts(procedure, LETTER.replace("Thank you", "Glad"))] == ["thanks"]


@pytest.mark.requirement("S2-19")
def test_the_rendered_letter_is_checked_and_not_the_note_in_it(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("campus-it")
    done = resolution.resolve(desk, 1001, "Replaced the lamp.", code="solved", strict=True, now=at(5))
    assert done.missing_in_letter == ""


@pytest.mark.requirement("S2-19")
def test_a_note_sent_without_a_template_must_be_a_complete_letter(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it", notices=(Notice(on="replied", to=("requester",)),))
    first, second = (
        register(desk, subject="Dark", requester="Ida", email="ida@larch.example", incomplete=True, now=at(0)).number
        for _ in range(2)
    )
    with pytest.raises(DeskError, match="The letter lacks a polite introduction"):
        resolution.resolve(desk, first, "It is fixed.", code="solved", strict=True, now=at(5))
    assert resolution.resolve(desk, first, LETTER, code="solved", strict=True, now=at(6)).missing_in_letter == ""
    bare = resolution.resolve(desk, second, "It is fixed.", code="solved", now=at(6))
    assert bare.missing_in_letter.startswith("a polite introduction")
    desk.store.close()
