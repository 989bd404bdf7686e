"""Names of people who are erased leave templates and the macros that agents recorded (C-21)."""

from __future__ import annotations

import pytest

from deskterm.desk.history.erasing import erasure
from deskterm.desk.templates.definitions import Macro, ReplyTemplate
from deskterm.desk.templates.library import apply_library, list_macros, list_templates, save_own_macro
from deskterm.desk.tickets.register import register
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-21")


def test_the_name_of_a_person_who_is_erased_leaves_templates_and_macros(store_url: str) -> None:
    ann = small_desk(store_url)
    register(ann, subject="Login fails", type="fault", requester="Kim Doe", email="kim@larch.example", now=at(0))
    other = ReplyTemplate(key="bye", label="Bye", body="{agent}")
    apply_library(
        ann, [ReplyTemplate(key="hi", label="Hi", body="Like Kim Doe said", words=("Kim Doe",)), other], now=at(1)
    )
    save_own_macro(ann, Macro(key="m", label="For Kim Doe", note="Call kim@larch.example", tags=("kim",)), now=at(1))
    erasure.erase_person(ann, "kim@larch.example", now=at(5))
    (macro,) = list_macros(ann)
    assert (macro.label, macro.note, macro.tags) == ("For (erased)", "Call (erased)", ("kim",))
    assert [one.body for one in list_templates(ann)] == ["{agent}", "Like (erased) said"]
    ann.store.close()
