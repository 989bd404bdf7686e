"""Commands on a file with damaged pages: what they say is never that something was unexpected."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cli_call import Call

COMMANDS = [
    ("ticket", "list"),
    ("ticket", "show", "1001"),
    ("doctor",),
    ("audit", "verify"),
    ("sla", "list"),
    ("export", "events"),
    ("ticket", "note", "1001", "x", "--now", "2026-11-23T10:00"),
]


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(8, 170))])
def test_damage_is_called_damage(desk: Call, tmp_path: Path, seed: int) -> None:
    """D-47: a block of other bytes, a page of zeros, or two pages exchanged, anywhere in the file."""
    desk(
        "ticket", "new", "S", "--type", "fault", "--requester", "Kim", "--body", "é" * 9000, "--now", "2026-11-23T09:00"
    )
    path = tmp_path / "desk.sqlite3"
    sound = path.read_bytes()
    pages = len(sound) // 4096
    chance = random.Random(seed)
    for command in COMMANDS:
        content = bytearray(sound)
        first, second = (chance.randrange(1, pages) * 4096 for _ in range(2))
        match chance.choice(("block", "zeros", "exchange")):
            case "block":
                at = chance.randrange(200, len(sound) - 64)
                content[at : at + 64] = chance.randbytes(64)
            case "zeros":
                content[first : first + 4096] = bytes(4096)
            case "exchange":
                content[first : first + 4096], content[second : second + 4096] = (
                    sound[second : second + 4096],
                    sound[first : first + 4096],
                )
        for file in tmp_path.glob("desk.sqlite3*"):
            file.unlink()
        path.write_bytes(content)
        answer = desk(*command)
        assert "unexpected" not in answer.err, (command, answer.err)
