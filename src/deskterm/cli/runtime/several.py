"""One command on several tickets: `deskterm ticket assign 1001,1002,1003 sam`.

Each ticket is a command of its own, in a transaction of its own: one that is refused keeps no other back, and is named
with the reason at the end.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Container, Sequence

import typer

from deskterm.cli.runtime.batch import begin_batch
from deskterm.cli.runtime.output import print_json
from deskterm.errors import DeskError, UsageError
from deskterm.present.sanitize import sanitize

BIGGEST_NUMBER = 2**63 - 1
"""The greatest number that both databases can hold. A parameter that may be as great is a ticket's number."""

_NUMBERS = re.compile(r"#?\d{1,18}(?:,#?\d{1,18})*,?", re.ASCII)


def split_numbers(
    words: Sequence[str], valued: Container[str], *, only_numbers: bool
) -> tuple[tuple[int, ...], list[str]]:
    """Return the numbers of the tickets among a command's own words, and the words of the call on the first of them.

    Several stand in one word with commas between them, so that no other word can be taken for a number; only_numbers:
    the command takes no other words, so that they may be words of their own too. valued: options that take a value.
    """
    places: list[int] = []
    rest = iter(enumerate(words))
    for place, word in rest:
        if word == "--":
            places += [following for following, _ in rest]
        elif not word.startswith("-"):
            places.append(place)
        elif word in valued:
            next(rest, None)
    chosen = places if only_numbers else places[:1]
    if not chosen or not all(_NUMBERS.fullmatch(words[place]) for place in chosen):
        return (), list(words)
    found = tuple(dict.fromkeys(int(one.lstrip("#")) for place in chosen for one in words[place].split(",") if one))
    kept = [
        str(found[0]) if place == chosen[0] else word for place, word in enumerate(words) if place not in chosen[1:]
    ]
    return found, kept


def put_numbers_first(words: Sequence[str], valued: Container[str]) -> list[str]:
    """Reorder the words of a command that takes a name beside its tickets: the numbers first, as one word. The caller
    may write them after the name, as several words. valued: options that take a value."""
    plain, rest = [], iter(enumerate(words))
    for place, word in rest:
        if word in valued:
            next(rest, None)
        elif not word.startswith("-"):
            plain.append(place)
    numbers = [place for place in plain if _NUMBERS.fullmatch(words[place])]
    if not numbers or len(plain) - len(numbers) != 1:
        return list(words)
    others = [word for place, word in enumerate(words) if place not in numbers]
    return [",".join(words[place].strip(",") for place in numbers), *others]


def take_filter(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the text of `--filter` among a command's own words, None where it is not there, and the other words.
    Raises UsageError for one without a text, or two."""
    texts: list[str] = []
    others: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            others += [word, *rest]
        elif word == "--filter":
            text = next(rest, None)
            if text is None:
                raise UsageError("--filter needs a filter, such as --filter assignee:none.")
            texts.append(text)
        elif word.startswith("--filter="):
            texts.append(word.partition("=")[2])
        else:
            others.append(word)
    if len(texts) > 1:
        raise UsageError("Give --filter once: a space within it is and.")
    return (texts[0] if texts else None), others


def run_for_each(numbers: Sequence[int], call: Callable[[int], object], *, as_json: bool) -> None:
    """Call a command on tickets in turn, and end it: exit code 1 when one was refused. as_json: print one JSON list.

    Raises UsageError when the first call is no right use of the command, because then none is.
    """
    refused: list[tuple[int, str]] = []
    with begin_batch() as batch:
        for number in numbers:
            try:
                call(number)
            except UsageError as error:
                if number == numbers[0]:
                    raise
                refused.append((number, str(error)))
            except DeskError as error:
                refused.append((number, str(error)))
            except typer.Exit as error:
                if error.exit_code:
                    refused.append((number, "not as it should be."))
    if as_json:
        # After the batch, which would keep what is printed
        print_json([*batch.documents, *({"number": number, "error": sentence} for number, sentence in refused)])
    for number, sentence in refused:
        print(f"deskterm: {number}: {sanitize(sentence)}", file=sys.stderr)
    if refused:
        print(f"deskterm: {len(numbers) - len(refused)} of {len(numbers)} tickets done.", file=sys.stderr)
        raise typer.Exit(1)
