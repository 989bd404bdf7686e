"""Secrets are read where they lie, written there as a whole, and shown nowhere."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend

from deskterm.errors import DeskError
from deskterm.mail.settings.secrets import check_writable, read_secret, write_secret
from mail.support.keyrings import ShortKeyring, use_keyring


@pytest.fixture
def keyring_here() -> Iterator[ShortKeyring]:
    """A keyring for this test."""
    backend = ShortKeyring()
    with use_keyring(backend):
        yield backend


def make_file(path: Path, text: str, mode: int = 0o600) -> str:
    """Make a file with a secret, and return its place."""
    path.write_text(text)
    path.chmod(mode)
    return f"file:{path}"


@pytest.mark.rule("M-62")
@pytest.mark.parametrize(
    ("text", "secret"), [("hunter2", "hunter2"), ("hunter2\r\nnote", "hunter2"), ("a b \n", "a b ")]
)
def test_a_file_has_the_secret_in_its_first_line(tmp_path: Path, text: str, secret: str) -> None:
    (tmp_path / "s").write_bytes(text.encode())
    (tmp_path / "s").chmod(0o600)
    assert read_secret(f"file:{tmp_path / 's'}") == secret


@pytest.mark.rule("M-62")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o666, 0o610])
def test_a_file_that_others_may_touch_is_refused_by_a_link_too(tmp_path: Path, mode: int) -> None:
    place = make_file(tmp_path / "s", "hunter2", mode)
    (tmp_path / "link").symlink_to(tmp_path / "s")
    for one in (place, f"file:{tmp_path / 'link'}"):
        with pytest.raises(DeskError, match="can be read by others: `chmod 600") as refused:
            read_secret(one)
        assert "hunter2" not in str(refused.value)


@pytest.mark.rule("M-62")
def test_what_is_no_secret_is_named_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESKTERM_NO_SECRET", raising=False)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    places = {
        make_file(tmp_path / "empty", ""): "is empty",
        make_file(tmp_path / "blank", "\nhunter2"): "is empty",
        f"file:{tmp_path}": "cannot be read",
        f"file:{tmp_path / 'absent'}": "cannot be read",
        f"file:{tmp_path / 'loop'}": "cannot be read",
        "env:DESKTERM_NO_SECRET": "DESKTERM_NO_SECRET is not set",
    }
    for place, words in places.items():
        with pytest.raises(DeskError, match=words):
            read_secret(place)
    monkeypatch.setenv("DESKTERM_NO_SECRET", "")
    with pytest.raises(DeskError, match="is not set"):
        read_secret("env:DESKTERM_NO_SECRET")


@pytest.mark.rule("M-62")
@pytest.mark.parametrize("kind", [keyring.backends.null.Keyring, keyring.backends.fail.Keyring])
def test_a_machine_without_a_keyring_is_told_what_to_do(kind: Callable[[], KeyringBackend]) -> None:
    with use_keyring(kind()):
        for act in (lambda: read_secret("keyring:support"), lambda: write_secret("keyring:support", "hunter2")):
            with pytest.raises(
                DeskError, match="no keyring on this machine: where no desktop is, name a file"
            ) as refused:
                act()
            assert "hunter2" not in str(refused.value)


@pytest.mark.rule("M-61", "M-62")
def test_a_keyring_keeps_a_secret_and_one_that_does_not_says_so(keyring_here: ShortKeyring) -> None:
    with pytest.raises(DeskError, match="`keyring set deskterm support`"):
        read_secret("keyring:support")
    write_secret("keyring:support", "hunter2")
    assert read_secret("keyring:support") == "hunter2"
    keyring_here.is_locked = True
    with pytest.raises(DeskError, match="keeps no secret") as refused:
        write_secret("keyring:support", "hunter3")
    assert "hunter3" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.rule("M-61", "M-62")
def test_a_file_is_replaced_as_a_whole_keeps_its_notes_and_is_its_owners_alone(tmp_path: Path) -> None:
    place = make_file(tmp_path / "s", "old\n# where it came from\n", 0o644)  # too open, until it is written
    (tmp_path / "link").symlink_to(tmp_path / "s")
    inode = (tmp_path / "s").stat().st_ino
    write_secret(f"file:{tmp_path / 'link'}", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "s").read_text() == "new\n# where it came from\n"
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o600
    assert (tmp_path / "s").stat().st_ino != inode  # a reader has the old one or the new one, never a half
    assert read_secret(place) == "new"
    write_secret(f"file:{tmp_path / 'fresh'}", "first")
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fresh", "link", "s"]


@pytest.mark.rule("M-61", "M-62")
def test_a_place_where_nothing_can_be_kept_is_refused_beforehand(tmp_path: Path) -> None:
    places = {
        "env:SECRET": "is in the environment",
        f"file:{tmp_path}": "is no file",
        f"file:{tmp_path / 'absent' / 's'}": "is no folder: make it",
        "file:/dev/null": "is no file",
    }
    for place, words in places.items():
        with pytest.raises(DeskError, match=words):
            check_writable(place)
