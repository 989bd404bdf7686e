"""The agents of an export: those of this desk, and those that the import adds, inactive (R-71)."""

from __future__ import annotations

import re
import unicodedata

from deskterm.desk.core.person_digests import digest_words
from deskterm.desk.domain.text import is_visible
from deskterm.exchange.importing.tickets.foreign_ticket import Person
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.tables.columns import make_salt

_NOT_IN_LOGINS = re.compile(r"[^a-z0-9.]+")


class AgentDirectory:
    """Finds agents by address, else by login or name; adds those that are missing, inactive. names: login → name.
    changes: what the desk's own history says of those that were added."""

    def __init__(self, bulk: BulkWriter) -> None:
        self._bulk = bulk
        self._found: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.changes: dict[str, str] = {}
        self._with_address: set[str] = set()
        self._new: list[tuple[str, str, str, str]] = []
        self.added = 0
        for login, name, address in bulk.execute("SELECT login, name, email FROM agent ORDER BY id DESC"):
            self.names[login] = name
            if address:
                self._with_address.add(login)
            for word in (name, login, address):
                if word:
                    self._found[_fold(word)] = login

    def find(self, person: Person) -> str | None:
        """Return the login of a person; None for nobody of this desk."""
        found = self._found.get(_fold(person.address)) if person.address else None
        if found is None and person.name:
            found = self._found.get(_fold(person.name))
            # Two people may have one name, and are two where both have an address
            if found is not None and person.address and found in self._with_address:
                return None
        return found

    def find_or_add(self, person: Person) -> str | None:
        """Return the login of a person, of a new inactive agent if there is none; None without a visible name."""
        found = self.find(person)
        name = person.name or person.address.split("@")[0]
        if found is not None or not is_visible(name):
            return found
        login = self._build_login(person)
        self.names[login] = name
        for word in (person.address, name, login):
            if word:
                self._found.setdefault(_fold(word), login)
        if person.address:
            self._with_address.add(login)
        self._new.append((login, name, person.address, make_salt()))
        self.added += 1
        return login

    def flush(self) -> None:
        """Write the new agents."""
        for login, name, address, salt in self._new:
            self._bulk.execute(
                "INSERT INTO agent (login, name, email, role, roles, active, certified, salt)"
                f" VALUES (:login, :name, :email, 'agent', '', {self._false}, {self._false}, :salt)",
                {"login": login, "name": name, "email": address, "salt": salt},
            )
            self.changes[f"agent {login} role"] = "agent"
            self.changes[f"agent {login} details"] = digest_words(salt, name, address, None)
        self._new = []

    @property
    def _false(self) -> str:
        return "false" if self._bulk.dialect == "postgresql" else "0"

    def _build_login(self, person: Person) -> str:
        """Return a login from the address or the name; numbered when another agent has it."""
        word = person.address.split("@")[0] if person.address else person.name
        plain = unicodedata.normalize("NFKD", word.replace("ß", "ss")).encode("ascii", "ignore").decode()
        base = _NOT_IN_LOGINS.sub("-", plain.casefold()).strip("-.") or "agent"
        login, number = base, 2
        while login in self.names:
            login, number = f"{base}-{number}", number + 1
        return login


def _fold(word: str) -> str:
    return " ".join(word.split()).casefold()
