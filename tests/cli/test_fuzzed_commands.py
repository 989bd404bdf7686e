"""Every command with words that nobody would type: each ends with an exit code that is meant, a sentence, and a sound
desk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from cli_call import Call
from deskterm.cli.main import build_program

WORDS = (
    "1001", "1002", "0", "-1", "99999999999999999999", "", " ", "-", "--", "kim@larch.example", "ann", "high", "closed",
    "working", "fault", "2h", "tomorrow", "2026-11-23T10:00", "2026-02-30",
    "0m", "é" * 300, "\x1b[31m", "\u202e", "%", "'",
    "a=b", "type=fault", "/nonexistent/file", ".", "/dev/null", "None", "{}", "[", "=1+1",
)  # fmt: skip

GO_ON = {("demo",), ("run",), ("sla", "watch")}
"""Commands that go on until somebody ends them."""


class FuzzedCommand(NamedTuple):
    """A command: its words, its arguments by metavar, and its options, true for those that are followed by a word."""

    path: tuple[str, ...]
    arguments: list[str]
    options: dict[str, bool]


def list_commands() -> Iterator[FuzzedCommand]:
    def walk(command: Any, path: tuple[str, ...]) -> Iterator[FuzzedCommand]:
        if not hasattr(command, "commands"):
            params = [part for part in getattr(command, "loaded", command).params if part.name != "help"]
            yield FuzzedCommand(
                path,
                [part.metavar or part.name for part in params if part.param_type_name == "argument"],
                {part.opts[0]: not part.is_flag for part in params if part.param_type_name == "option"},
            )
            return
        for name, member in command.commands.items():
            yield from walk(member, (*path, name))

    yield from walk(build_program(), ())


def choose_words(command: FuzzedCommand, chance: random.Random) -> list[str]:
    """Choose words that mostly have the form of a call, and seldom the sense of one."""
    words = [
        chance.choice(("1001", "1002")) if metavar == "NUMBER" and chance.random() < 0.8 else chance.choice(WORDS)
        for metavar in command.arguments
        if chance.random() < 0.9
    ]
    for option in chance.sample(list(command.options), min(len(command.options), chance.randrange(4))):
        words += [option, chance.choice(WORDS)] if command.options[option] else [option]
    return [*words, "--now", "2026-11-23T10:00"] if chance.random() < 0.9 else words


COMMANDS = [command for command in list_commands() if command.path not in GO_ON]


def require_sentence(desk: Call, command: tuple[str, ...], words: list[str]) -> None:
    answer = desk(*command, *words)
    assert answer.code in (0, 1, 2), (command, words, answer)
    assert "Traceback" not in answer.err, (command, words, answer.err)
    assert "deskterm: unexpected " not in answer.err, (command, words, answer.err)
    if answer.code and command not in {("doctor",), ("audit", "verify"), ("procedure", "diff"), ("procedure", "check")}:
        assert answer.err.strip(), (command, words, answer)
    assert "\x1b[31m" not in answer.out + answer.err


@pytest.mark.parametrize(("seed", "rounds"), [(1, 4), pytest.param(2, 60, marks=pytest.mark.long)])
def test_no_words_make_a_command_fail_without_a_sentence(
    desk: Call, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, seed: int, rounds: int
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))
    chance = random.Random(seed)
    for subject in ("one", "two"):
        made = desk("ticket", "new", subject, "--type", "fault", "--requester", "Kim", "--email", "kim@larch.example",
                    "--body", "It hurts.", "--now", "2026-11-23T09:00")  # fmt: skip
        assert made.code == 0, made.err
    for _ in range(rounds):
        for command in COMMANDS:
            require_sentence(desk, command.path, choose_words(command, chance))
    answer = desk("doctor")
    assert answer.code == 0, answer.out
