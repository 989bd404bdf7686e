"""Commands in the README and the documents exist, with their options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cli_call import every_command
from deskterm.cli.runtime.argv import VALUED_OPTIONS, parse

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def calls(page: Path) -> list[list[str]]:
    """Return the words of every call in a page's blocks of shell and in its text."""
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)).replace("\\\n", " ")
    lines = [line.partition("| ")[2] or line for line in blocks.splitlines() if "deskterm" in line]
    lines += re.findall(r"`(deskterm [^`]+)`", text)
    return [words for line in lines if (words := shlex.split(line, comments=True))[:1] == ["deskterm"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_in_documents_exist(page: Path) -> None:
    if page.name == "cli.md":
        return  # it is made of the help itself
    known = {tuple(path): {name for part in one.params for name in part.opts} for path, one in every_command()}
    everywhere = {*VALUED_OPTIONS, "--debug", "--version", "--help", "-h", "-V"}
    for words in calls(page):
        plain = tuple(word for word in parse(words[1:]).command if not word.startswith("-"))
        command = next((path for length in (2, 1) if (path := plain[:length]) in known), None)
        dashed = [word for word in words[1:] if word.startswith("-") and not re.match(r"-(?:$|\w+:|\d)", word)]
        options = {word.partition("=")[0] for word in dashed}  # not `-tag:spam`, nor `-7d`
        if command is None:
            nouns = {path[0] for path in known}
            assert not plain or plain[0] in nouns or "…" in words, words
            continue
        assert options <= known[command] | everywhere, words
