"""Commands convert plain words themselves, and make of all words what typer makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.core import TyperCommand

from deskterm.cli.runtime.command import Command

Bounded = Annotated[int, typer.Argument(min=1, max=2**63 - 1)]
Level = Annotated[Literal["low", "high"], typer.Argument()]
Words = Annotated[list[str] | None, typer.Argument()]
Numbers = Annotated[list[int] | None, typer.Argument(min=1, max=1000)]
Optional = Annotated[str | None, typer.Argument()]
Fraction = Annotated[float, typer.Argument(min=0.1, max=86_400)]


def number(value: Bounded) -> list[Any]:
    return [value]


def level(value: Level) -> list[Any]:
    return [value]


def optional(value: Optional = None) -> list[Any]:
    return [value]


def words(value: Words = None) -> list[Any]:
    return [value]


def numbers(value: Numbers = None) -> list[Any]:
    return [value]


def fraction(value: Fraction = 1.0) -> list[Any]:
    return [value]


def file(value: Annotated[Path | None, typer.Argument()] = None) -> list[Any]:
    return [value]


def options(
    text: Annotated[str, typer.Option()] = "as it was",
    limit: Annotated[int, typer.Option(min=1)] = 100,
    tag: Annotated[list[str] | None, typer.Option()] = None,
    either: Annotated[bool | None, typer.Option("--either/--or")] = None,
) -> list[Any]:
    return [text, limit, tag, either]


def outcome(function: Callable[..., Any], kind: type[TyperCommand], given_words: list[str]) -> object:
    """The values that a function was called with, or the error instead."""
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(cls=kind)(function)
    try:
        values: list[Any] = typer.main.get_command(app).main(args=given_words, standalone_mode=False)
    except typer.TyperException as error:
        return type(error).__name__, error.format_message()
    return [(type(value), value) for value in values]


WORD = st.one_of(
    st.integers(-10, 2000).map(str),
    st.integers(2**62, 2**65).map(str),
    st.sampled_from(["low", "high", "LOW", "", " 7", "007", "1_000", "+5", "1.0", "1e3", "٣", "²", "x" * 20, "9" * 30]),
    st.text(max_size=5),
).filter(lambda word: not word.startswith("-"))


@pytest.mark.parametrize("function", [number, level, optional, words, numbers, fraction, file])
@given(st.lists(WORD, max_size=3))
def test_arguments_are_what_typer_makes_of_them(function: Callable[..., Any], given_words: list[str]) -> None:
    assert outcome(function, Command, given_words) == outcome(function, TyperCommand, given_words)


@given(st.lists(st.tuples(st.sampled_from(["--text", "--limit", "--tag"]), WORD), max_size=4), st.booleans())
def test_options_are_what_typer_makes_of_them(pairs: list[tuple[str, str]], either: bool) -> None:
    given_words = [*(word for pair in pairs for word in pair), *(["--or"] if either else [])]
    assert outcome(options, Command, given_words) == outcome(options, TyperCommand, given_words)
