"""The contacts and clients that a log names: those that the desk has, and those that the import adds."""

from __future__ import annotations

import re
from typing import NamedTuple

from deskterm.desk.core.person_digests import digest_words
from deskterm.desk.domain.email_address import is_email_address, normalise_address
from deskterm.desk.domain.text import is_visible
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.tables.columns import make_salt

_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")


class Client(NamedTuple):
    """A client's row; all members are None for no client."""

    id: int | None
    key: str | None
    tenant: str | None = None


class ContactDirectory:
    """Finds contacts by address, else by name (within_clients: of the same client), and clients by key or name; adds
    those that are missing. names: contact id → name; organisations: client id → name. client_digests,
    contact_digests: of those that were added, for the desk's own history (D-41)."""

    def __init__(self, bulk: BulkWriter, *, within_clients: bool = False) -> None:
        self._bulk, self._within_clients = bulk, within_clients
        self._clients: dict[str, Client] = {}
        self._keys: set[str] = set()
        self.names: dict[int, str] = {}
        self.organisations: dict[int, str] = {}
        self.client_digests: dict[str, str] = {}
        self.contact_digests: dict[str, str] = {}
        self._by_name: dict[tuple[str, int | None], int] = {}
        self._by_email: dict[str, int] = {}
        self._new_clients: list[tuple[int, str, str]] = []
        self._new_contacts: list[tuple[int, str, str | None, int | None]] = []
        # How many ids an import needs shows only at its end; until its commit other writers wait.
        self._next_client = bulk.reserve_ids("organisation", 1).start
        self._next_contact = bulk.reserve_ids("contact", 1).start
        # Descending, so that of several with one name the oldest remains in the look-up.
        for number, key, name, tenant in bulk.execute(
            "SELECT id, key, name, tenant FROM organisation ORDER BY id DESC"
        ):
            self._remember_client(Client(number, key, tenant or None), name)
        for number, name, email, client in bulk.execute(
            "SELECT id, name, email, organisation_id FROM contact ORDER BY id DESC"
        ):
            self.names[number] = name
            # Whoever has an address is found by it alone, because names are not unique
            if email is None:
                self._by_name[self._name_key(name, client)] = number
            else:
                self._by_email[normalise_address(email)] = number

    def find_or_add_client(self, name: str | None) -> Client:
        """Return the client of that name or key; a new one if there is none."""
        normalised = " ".join(name.split()) if name and is_visible(name) else ""
        if not normalised:
            return Client(None, None)
        found = self._clients.get(normalised.casefold())
        if found is None:
            found = Client(self._next_client, self._build_key(normalised))
            self._next_client += 1
            self._new_clients.append((found.id or 0, found.key or "", normalised))
            self._remember_client(found, normalised)
        return found

    def find_or_add_contact(self, name: str | None, email: str | None, organisation: int | None) -> int | None:
        """Return the id of a person; a new one if there is none, None when neither name nor address is given.
        organisation: the client of a new contact."""
        full_name = " ".join(name.split()) if name and is_visible(name) else ""
        address = normalise_address(email) if email and "@" in email else None
        if address is not None and not is_email_address(address):
            # No letter could go there; what was written is a name still
            full_name, address = full_name or " ".join(address.split()), None
        if not full_name and address is None:
            return None
        found = (
            self._by_name.get(self._name_key(full_name, organisation))
            if address is None
            else self._by_email.get(address)
        )
        if found is None:
            found = self._next_contact
            self._next_contact += 1
            full_name = full_name or (address or "").split("@")[0]
            self._new_contacts.append((found, full_name, address, organisation))
            self.names[found] = full_name
            if address is None:
                self._by_name[self._name_key(full_name, organisation)] = found
            else:
                self._by_email[address] = found
        return found

    def knows_address(self, address: str) -> bool:
        """Return whether a contact has an address."""
        return bool(address) and normalise_address(address) in self._by_email

    def _name_key(self, name: str, organisation: int | None) -> tuple[str, int | None]:
        return name, organisation if self._within_clients else None

    def flush(self) -> None:
        """Write the new clients and contacts."""
        # Clients first: the new contacts refer to them
        if self._new_clients:
            clients = [(number, key, name, "", "", "", make_salt()) for number, key, name in self._new_clients]
            self._bulk.insert("organisation", ("id", "key", "name", "domain", "tenant", "notes", "salt"), clients)
            for _, key, name, domain, tenant, notes, salt in clients:
                self.client_digests[f"client {key} details"] = digest_words(salt, name, domain, tenant, notes, "", "")
        if self._new_contacts:
            contacts = [(*contact, make_salt()) for contact in self._new_contacts]
            columns = ("id", "name", "email", "organisation_id", "salt", "phone")
            self._bulk.insert("contact", columns, [(*row, "") for row in contacts])
            for number, name, email, client, salt in contacts:
                self.contact_digests[f"contact {number}"] = digest_words(salt, name, email, "", client)
        self._new_clients, self._new_contacts = [], []

    def _remember_client(self, client: Client, name: str) -> None:
        key = client.key or ""
        self._keys.add(key)
        self.organisations[client.id or 0] = name
        self._clients[name.casefold()] = self._clients[key.casefold()] = client

    def _build_key(self, name: str) -> str:
        """Return a key for a new client, from its name; numbered when another client has it."""
        # A name without Latin letters leaves nothing of itself
        base = _NOT_IN_KEYS.sub("-", name.casefold()).strip("-") or "client"
        key, number = base, 2
        while key in self._keys:
            key, number = f"{base}-{number}", number + 1
        return key
