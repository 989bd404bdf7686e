"""What differs between two procedures, as a person reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corner_shop import shop
from deskterm.procedure.compiled import to_document
from deskterm.procedure.diff import diff_procedures, format_text_change
from deskterm.procedure.pinned_holidays import pin_holidays
from deskterm.procedure.stored_document import read_document


def test_the_same_procedure_differs_in_nothing() -> None:
    assert diff_procedures(shop(), shop()) == []


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ('label = "Urgent"', 'label = "Blocker"', 'severities "urgent", label: "Urgent" → "Blocker"'),
        ("urgent = true\n", "", 'severities "urgent", urgent: yes → no'),
        ('"15m"', '"20m"', 'policies "faults", by_severity "urgent" "response": "15m" → "20m"'),
        (', resolution = "4h"', "", 'policies "faults", by_severity "urgent" "resolution": removed'),
        (
            'targets = { response = "4h" }',
            'targets = { response = "4h", resolution = "5d" }',
            'policies "questions", targets "resolution": added ("5d")',
        ),
        ('["email", "phone"]', '["email", "phone", "chat"]', "channels: +chat"),
        ('["email", "phone"]', '["phone", "email"]', "channels: the order is now phone, email"),
        (
            'week.wed = ["09:00-12:30"]',
            'week.wed = ["09:00-13:00"]',
            'calendars "shop", week "wed": 09:00-12:30 → 09:00-13:00',
        ),
        ('"Corner Shop"', '"Shop on the corner"', 'about, organisation: "Corner Shop" → "Shop on the corner"'),
        ('"reopen"', '"ignore"', 'closing, on_reply_when_closed: "reopen" → "ignore"'),
        ('default_severity = "normal"\n', "", 'types "fault", default_severity: "normal" → nothing'),
        ('subdivision = "ENG"', 'subdivision = "SCT"', 'calendars "shop", region, subdivision: "ENG" → "SCT"'),
    ],
)
def test_a_change_is_told_by_table_and_key(before: str, after: str, line: str) -> None:
    assert diff_procedures(shop(), shop((before, after))) == [line]


def test_an_added_entry_is_told_with_its_label() -> None:
    extra = '[[severities]]\nkey = "minor"\nlabel = "Minor"\n\n# Where a ticket may stand'
    grown = shop(("# Where a ticket may stand", extra))
    assert diff_procedures(shop(), grown) == ['severities "minor": added (Minor)']
    assert diff_procedures(grown, shop()) == ['severities "minor": removed']


def test_another_order_of_a_scale_is_told() -> None:
    swapped = shop(
        ('key = "urgent"\nlabel = "Urgent"', 'key = "late"\nlabel = "Late"'), ("by_severity.urgent", "by_severity.late")
    )
    scale = swapped.severities
    turned = swapped.model_copy(update={"severities": scale[::-1]})
    assert diff_procedures(swapped, turned) == ["severities: the order is now normal, late"]


def test_another_first_calendar_is_told() -> None:
    night = '[calendars.night]\ntimezone = "Europe/Paris"\nweek.mon = ["22:00-06:00"]\n\n# What people may ask for.'
    two = shop(("# What people may ask for.", night))
    turned = two.model_copy(update={"calendars": dict(reversed(two.calendars.items()))})
    assert diff_procedures(two, turned) == ["calendars: the order is now night, shop"]


def test_many_holidays_are_told_as_one() -> None:
    near, far = pin_holidays(shop(), 2026, 2026), pin_holidays(shop(), 2026, 2028)
    (line,) = diff_procedures(near, far)
    assert line.startswith('calendars "shop", holidays: ')
    assert line.endswith(" days from 2027-01-01 to 2028-12-26 added")
    one = shop(("region =", 'holidays = [{ date = 2026-05-04, name = "Feast" }]\nregion ='))
    assert diff_procedures(shop(), one) == ['calendars "shop", holidays: 2026-05-04 (Feast) added']


def test_entries_without_a_key_are_told_apart() -> None:
    one = shop(("[closing]", '[[notices]]\non = "closed"\nto = ["requester"]\n\n[closing]'))
    two = shop(
        (
            "[closing]",
            '[[notices]]\non = "closed"\nto = ["requester"]\n[[notices]]\non = "closed"\nto = ["lead"]\n\n[closing]',
        )
    )
    assert diff_procedures(one, two) == ['notices "closed #2": added']


def test_a_stored_edition_is_compared_as_what_it_was() -> None:
    stored = read_document(to_document(shop()))
    assert diff_procedures(stored, shop()) == []
    assert diff_procedures(stored, shop(('label = "Urgent"', 'label = "Blocker"'))) == [
        'severities "urgent", label: "Urgent" → "Blocker"'
    ]


def test_a_change_in_a_long_text_is_shown_wherever_it_stands() -> None:
    """D-30: old and new were cut after 59 characters, and looked the same."""
    words = [f"word{number}" for number in range(120)]
    changed = words.copy()
    changed[100] = "4 hours"
    purpose = 'key = "corner-shop"'
    old = shop((purpose, f'{purpose}\ndescription = "{" ".join(words)}"'))
    new = shop((purpose, f'{purpose}\ndescription = "{" ".join(changed)}"'))
    (line,) = diff_procedures(old, new)
    assert line == (
        'about, description: "… word96 word97 word98 word99 [word100 → 4 hours] word101 word102 word103 word104 …"'
    )


@given(
    st.lists(st.sampled_from(["one", "two", "three", "four"]), min_size=20, max_size=40).map(tuple), st.integers(0, 19)
)
def test_two_long_texts_that_differ_never_read_the_same(words: tuple[str, ...], place: int) -> None:
    new = (*words[:place], "changed", *words[place + 1 :])
    assert "changed" in format_text_change(" ".join(words), " ".join(new))
