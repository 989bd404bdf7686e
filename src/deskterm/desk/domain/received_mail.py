"""A mail that became a message: what its event says of it (M-67)."""

from __future__ import annotations

from typing import Any, NamedTuple


class PersonInCopy(NamedTuple):
    """Somebody who had a mail too. is_public: their address is of a provider for everybody (M-27)."""

    name: str
    address: str
    is_public: bool = False


class ReceivedMail(NamedTuple):
    """The mail of a message. key: of its row; via: the letter of the rule that found its ticket, as M-29 names them:
    `a` our token in what it answers, `b` our token in the address, `c` a letter kept on the ticket, `d` the number in
    its subject, `e` none, `h` a person; verified: its author is proved; whole: its text with what the conversation
    folds away, empty where that is nothing; in_copy: those who take part because they had it
    too (M-28); is_public: its address is of a provider for everybody, so that its domain says nothing of a client
    (M-27); marks: the signs by which it is automatic, none for a person's (M-35)."""

    key: int
    via: str
    verified: bool = False
    whole: str = ""
    in_copy: tuple[PersonInCopy, ...] = ()
    is_public: bool = False
    marks: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return the members of the event."""
        marks = {"marks": list(self.marks)} if self.marks else {}
        return {"mail": self.key, "via": self.via, "verified": self.verified, **marks}

    def texts(self) -> dict[str, str]:
        """Return the texts of the event beside its body."""
        return {"whole": self.whole} if self.whole else {}
