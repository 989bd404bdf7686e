"""Refusals of procedure files: the file, the line, and what is expected."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from corner_shop import SHOP, line_of
from deskterm.errors import DeskError
from deskterm.procedure.load import load, loads

CASES = tomllib.loads(Path(__file__).with_name("mistakes.toml").read_text(encoding="utf-8"))


def load_refused(text: str) -> str:
    with pytest.raises(DeskError) as refused:
        loads(text, "shop.toml")
    return str(refused.value)


@pytest.mark.parametrize("mistake", CASES["mistakes"], ids=lambda mistake: mistake["name"])
def test_a_mistake_is_told_with_its_file_and_line(mistake: dict[str, str]) -> None:
    assert mistake["right"] in SHOP
    text = SHOP.replace(mistake["right"], mistake["wrong"], 1)
    message = load_refused(text)
    assert mistake["sentence"] in message
    assert "\n" not in message
    if "overlap" not in message:  # hours are told where the week begins
        assert message.startswith(f"shop.toml:{line_of(text, mistake['wrong'])}: ")


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    text = SHOP.replace('label = "Fault"', 'labels = "Fault"').replace("urgent = true", "urgent = 7.5")
    text = text.replace('on_reply_when_closed = "reopen"', 'on_reply_when_closed = "open"')
    message = load_refused(text).split("\n")
    assert [re.sub(r"^shop\.toml:\d+: ", "", sentence).split(" ")[0] for sentence in message] == [
        "unknown",
        "severities",
        "closing,",
    ]
    lines = [int(sentence.split(":")[1]) for sentence in message]
    assert lines == sorted(lines)


def test_a_missing_key_is_told_where_its_table_begins() -> None:
    text = SHOP.replace('definition = "Something does not work."\n', "")
    assert load_refused(text) == (
        f'shop.toml:{line_of(text, "[[types]]")}: the key "definition" is missing in types "fault".'
    )


def test_a_missing_table_is_told_by_name() -> None:
    assert 'the key "calendars" is missing.' in load_refused("[about]\nkey = 'x'\nname = 'X'\n")


def test_a_key_that_stands_twice_is_told_at_the_second() -> None:
    text = SHOP.replace('key = "working"', 'key = "new"').replace('on_reply = "working"', 'on_reply = "new"')
    text = text.replace('"working"', '"waiting"')
    message = load_refused(text)
    second = [number for number, row in enumerate(text.split("\n"), 1) if row == 'key = "new"'][1]
    assert f'shop.toml:{second}: statuses: "new" is there twice; give each its own key.' in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[about]\nkey = \n", "shop.toml:2: this is no TOML: invalid value."),
        ("[about\n", "shop.toml:1: this is no TOML: "),
        ('a = "open', "shop.toml:1: this is no TOML: unterminated string."),
        ("a = 1\na = 2\n", "shop.toml:2: this is no TOML: cannot overwrite a value."),
    ],
)
def test_broken_toml_is_told_with_its_line(text: str, message: str) -> None:
    assert load_refused(text).startswith(message)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match=r"^There is no file .*desk\.toml\.$"):
        load(tmp_path / "desk.toml")


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match=r"is a folder: give a file in it\.$"):
        load(tmp_path)


def test_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_bytes("[about]\nname = 'Bücherei'\n".encode("latin-1"))
    with pytest.raises(DeskError, match=r"desk\.toml:2: the file is not UTF-8 text; save it as UTF-8\.$"):
        load(file)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(SHOP, encoding="utf-8-sig")
    assert load(file).procedure.about.key == "corner-shop"


def test_a_matrix_needs_every_cell() -> None:
    text = (
        SHOP
        + """
[[priority.impacts]]
key = "many"
label = "Many"
[[priority.urgencies]]
key = "now"
label = "Now"
[[priority.urgencies]]
key = "later"
label = "Later"
[priority.matrix]
many = { now = "urgent" }
"""
    )
    message = load_refused(text)
    assert (
        message
        == f'shop.toml:{line_of(text, "many = {")}: priority, matrix: impact "many" with urgency "later" has no step.'
    )
    assert 'there is no step "urgnt"; did you mean "urgent"?' in load_refused(
        text.replace('"urgent" }\n', '"urgnt", later = "normal" }\n')
    )


def test_only_a_role_that_may_sets_due_times() -> None:
    text = SHOP.replace('targets = { response = "4h" }', 'targets = { response = "set by owner" }')
    text += '\n[[roles]]\nkey = "owner"\nlabel = "Owner"\n'
    assert 'the role "owner" lacks may = ["set-due"].' in load_refused(text)
    loads(text + 'may = ["set-due"]\n', "shop.toml")


@pytest.mark.parametrize("table", CASES["tables"], ids=lambda table: table["sentence"])
def test_a_table_that_cannot_be_worked_by_is_refused(table: dict[str, str]) -> None:
    assert table["sentence"] in load_refused(f"{SHOP}\n{table['text']}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('currency = "GPB"', 'money, currency: there is no currency "GPB"; did you mean "'),
        ('currency = "QQQ"', "write a code of ISO 4217, such as GBP"),
        ("rate = -5", "money, rate: -5 is no hour's price: write it as 62.50"),
        ('rate = "1e9"', "money, rate: GBP 10,000,000 is the most that an hour may cost"),
        ("rate = nan", "rate"),
        ("rate = 1.00001", "is too fine for an hour's price"),
    ],
)
def test_money_that_nobody_can_be_charged_is_refused(line: str, message: str) -> None:
    text = f"{SHOP}\n[money]\n{line}\n"
    found = load_refused(text)
    assert message in found
    assert found.startswith(f"shop.toml:{line_of(text, line)}: ")


def test_a_choice_that_may_be_left_out_is_refused_with_choices_that_can_be_written() -> None:
    """D-30: it read "is none of , by-severity…", because leaving it out is an empty text to the schema."""
    rule = '[[rules]]\nkey = "share"\nlabel = "Share"\non = "create"\nassign = "in-turn"\n\n[[types]]'
    assert load_refused(SHOP.replace("[[types]]", rule, 1)).endswith(
        'rules "share", assign: "in-turn" is none of by-severity-and-priority, on-shift, on-call; or leave it out.'
    )
