"""The grammar of filters (C-12): every tree is read again from its text, and what is no filter is one sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.store.filters.grammar import MOST_CHARACTERS, parse_filter
from deskterm.store.filters.tree import And, FilterError, Node, Not, Or, Term, Value, Words

PLAIN = st.from_regex(r"[a-zäß0-9][a-zäß0-9_@/-]{0,8}", fullmatch=True).filter(lambda word: word not in ("or", "and"))
QUOTED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
VALUES = st.builds(
    Value, PLAIN | QUOTED | st.sampled_from(["-7d", "2026-11-01T09:30"]), st.sampled_from(["", "<", ">="])
)
LEAVES: st.SearchStrategy[Node] = (
    st.builds(Words, PLAIN)
    | st.builds(Words, QUOTED, st.just(True))
    | st.builds(
        Term, st.from_regex(r"[a-z][a-z.-]{0,6}", fullmatch=True), st.lists(VALUES, min_size=1, max_size=3).map(tuple)
    )
)
TREES = st.recursive(
    LEAVES,
    lambda parts: (
        st.builds(Not, parts)
        | st.lists(parts, min_size=2, max_size=3)
        .map(tuple)
        .flatmap(lambda found: st.sampled_from([And(found), Or(found)]))
    ),
    max_leaves=8,
)


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def format_value(value: Value) -> str:
    is_plain = value.text and not set(value.text) & set(' ,()"\\<>=') and value.text.isprintable()
    return value.operator + (value.text if is_plain else quote(value.text))


def format_tree(tree: Node) -> str:
    """Return the text of a tree."""
    match tree:
        case Words(text=text, is_phrase=is_phrase):
            return quote(text) if is_phrase else text
        case Term(name=name, values=values):
            return f"{name}:{','.join(map(format_value, values))}"
        case Not(part=part):
            return f"-{format_part(part)}"
        case And(parts=parts):
            return " ".join(map(format_part, parts))
        case Or(parts=parts):
            return " or ".join(map(format_part, parts))


def format_part(tree: Node) -> str:
    return f"({format_tree(tree)})" if isinstance(tree, (And, Or, Not)) else format_tree(tree)


@pytest.mark.law("C-12")
@given(TREES)
def test_the_text_of_every_tree_is_read_as_that_tree(tree: Node) -> None:
    assert parse_filter(format_tree(tree)) == tree


@pytest.mark.law("C-12")
@given(st.text(max_size=40) | st.text('ab:"\\(),-<>= or', max_size=20))
def test_whatever_is_typed_is_a_tree_or_one_sentence(text: str) -> None:
    error = find_error(text)
    assert error is None or (error.sentence.endswith(".") and 0 <= error.start <= len(text))


def find_error(text: str) -> FilterError | None:
    try:
        parse_filter(text)
    except FilterError as error:
        return error
    return None


@pytest.mark.law("C-12")
def test_the_filter_of_the_rule_is_read() -> None:
    tree = parse_filter('sev:p1,p2 created:>=2026-11-01 -tag:spam (vpn or is:breached) "printer offline"')
    assert tree == And(
        (
            Term("sev", (Value("p1"), Value("p2"))),
            Term("created", (Value("2026-11-01", ">="),)),
            Not(Term("tag", (Value("spam"),))),
            Or((Words("vpn"), Term("is", (Value("breached"),)))),
            Words("printer offline", is_phrase=True),
        )
    )


@pytest.mark.law("C-12")
@pytest.mark.parametrize(
    ("text", "start", "sentence", "is_unfinished"),
    [
        ("status:", 7, "status: needs a value, as in status:none.", True),
        ("sev:p1,", 7, "sev: needs a value, as in sev:none.", True),
        ("(vpn", 4, "A parenthesis is not closed: add ).", True),
        ("vpn)", 3, "This ) closes nothing: take it away, or add a ( before it.", False),
        ("vpn or", 6, "Something is missing at the end: a word, or a field with its value.", True),
        (
            "vpn , x",
            4,
            "A comma goes between values of a field, as in sev:p1,p2: write `or` between other words.",
            False,
        ),
    ],
)
def test_an_error_shows_its_place(text: str, start: int, sentence: str, is_unfinished: bool) -> None:
    with pytest.raises(FilterError) as refused:
        parse_filter(text)
    error = refused.value
    assert (error.start, error.sentence, error.is_unfinished) == (start, sentence, is_unfinished)
    assert str(error) == f"{sentence}\n  {text}\n  {' ' * start}^"


@pytest.mark.law("C-12")
@pytest.mark.parametrize("text", ["(" * 60, "a" * (MOST_CHARACTERS + 1), "a " * 300, "\ud800", "a\0b"])
def test_a_filter_beyond_all_measure_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(FilterError):
        parse_filter(text)


@pytest.mark.law("C-12")
def test_wide_letters_do_not_shift_the_caret() -> None:
    with pytest.raises(FilterError) as refused:
        parse_filter("電話 )")
    assert str(refused.value).endswith("\n  電話 )\n       ^")
