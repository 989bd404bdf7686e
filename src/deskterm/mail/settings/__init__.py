"""The mail file of an admin: mailboxes, accounts, identities (M-63)."""
