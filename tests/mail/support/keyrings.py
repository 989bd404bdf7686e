"""A keyring that keeps its secrets for one test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import PasswordSetError


class ShortKeyring(KeyringBackend):
    """A keyring in memory. is_locked: it takes nothing."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.secrets: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.is_locked:
            raise PasswordSetError(f"cannot keep {password}")
        self.secrets[service, username] = password


@contextmanager
def use_keyring(backend: KeyringBackend) -> Iterator[None]:
    """Let the programs of this process have another keyring in the block."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield
    keyring.set_keyring(before)
