"""`deskterm export desk` and `deskterm import desk`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cli_call import Call


def test_a_desk_is_exported_and_imported_elsewhere_with_the_same_digest(desk: Call, tmp_path: Path) -> None:
    """R-65."""
    desk("ticket", "new", "Dark", "--type", "fault")
    exported = desk("export", "desk", tmp_path / "all.tar")
    said = re.fullmatch(r"(.+): 1 ticket with 1 event written to (.+) \(digest ([0-9a-f]{64})\)\.\n", exported.err)
    assert said is not None
    assert (exported.code, said[2]) == (0, str(tmp_path / "all.tar"))
    elsewhere = ("--database", tmp_path / "other.sqlite3")
    answer = desk(*elsewhere, "import", "desk", tmp_path / "all.tar", "--json")
    assert json.loads(answer.out)["digest"] == said[3]
    assert desk(*elsewhere, "doctor").code == 0
    assert desk(*elsewhere, "audit", "verify").code == 0
    assert desk(*elsewhere, "export", "events").out == desk("export", "events").out
    again = desk(*elsewhere, "import", "desk", tmp_path / "all.tar")
    assert (again.code, again.err.count("\n")) == (1, 1)


def test_a_desk_goes_whole_or_not_at_all(desk: Call, tmp_path: Path) -> None:
    for words, sentence in (
        (("export", "desk"), "goes to a folder or a .tar file: name one"),
        (("export", "desk", tmp_path / "x", "--filter", "vip"), "leave the other options out"),
        (("export", "tickets", tmp_path / "x", "--output", tmp_path / "y"), "named twice"),
        (("import", "desk", tmp_path / "x", "--as", "ann"), "leave out --as"),
    ):
        refused = desk(*words)
        assert (refused.code, refused.out) == (2, "")
        assert sentence in refused.err
    assert [path.name for path in tmp_path.iterdir() if path.name in "xy"] == []
