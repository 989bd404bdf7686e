"""Texts and confirmations from standard input."""

from __future__ import annotations

import sys

from deskterm.cli.runtime.batch import find_batch
from deskterm.errors import DeskError, UsageError
from deskterm.present.sanitize import sanitize


def read_text(text: str | None) -> str:
    """Return a text given as an argument, or read it from standard input when it was left out or is `-`. Raises
    UsageError when the input is not UTF-8."""
    if text is not None and text != "-":
        return text
    batch = find_batch()
    if batch is not None and batch.text is not None:
        return batch.text
    if sys.stdin.isatty():
        print("Write, and end with Ctrl+D on a line of its own:", file=sys.stderr)
    try:
        words = sys.stdin.read()
        words.encode()  # in some locales Python keeps bytes that are no UTF-8 as lone surrogates
    except UnicodeError as error:
        raise UsageError("Standard input is not UTF-8 text: convert it first, as `iconv -f latin1` does.") from error
    if "\0" in words:
        # No store keeps it, and what is kept must not differ from what was given without a word
        words = words.replace("\0", "")
        print("deskterm: a control character (U+0000) in the text was left out.", file=sys.stderr)
    if batch is not None:
        batch.text = words
    return words


def require_confirmation(consequence: str, word: str, *, confirmed: bool) -> None:
    """Ask a person to type a word before something that cannot be undone. confirmed: whether they confirmed it with an
    option, so that nothing is asked. Raises DeskError when they type something else, or nobody can be asked."""
    if confirmed:
        return
    if not sys.stdin.isatty():
        raise DeskError(f"{consequence} Say --yes where nobody can be asked.")
    # On standard error, because standard output may be JSON for a program
    prompt = f"{sanitize(consequence)} Type {sanitize(word)} to go on: "
    print(prompt, end="", file=sys.stderr, flush=True)
    try:
        typed = sys.stdin.readline().strip()
    except UnicodeDecodeError:
        typed = ""
    if typed != word:
        raise DeskError("Nothing was done.")
