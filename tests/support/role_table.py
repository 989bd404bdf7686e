"""Who may do what, written out once more by hand: what the program does is held against this, not against its own."""

from __future__ import annotations

VIEWER, AGENT, LEAD, ADMIN = "viewer", "agent", "lead", "admin"
ROLES = (VIEWER, AGENT, LEAD, ADMIN)

AGENTS = {AGENT, LEAD, ADMIN}
LEADS = {LEAD, ADMIN}
ADMINS = {ADMIN}

WHO_MAY: dict[str, set[str]] = {
    # the daily work on tickets
    "register": AGENTS,
    "reply": AGENTS,
    "note": AGENTS,
    "move": AGENTS,
    "assign": AGENTS,
    "severity": AGENTS,
    "priority": AGENTS,
    "tag": AGENTS,
    "edit": AGENTS,
    "transfer": AGENTS,
    "link": AGENTS,
    "work": AGENTS,
    "snooze": AGENTS,
    "schedule": AGENTS,
    "participate": AGENTS,
    "check": AGENTS,
    "escalate": AGENTS,
    "develop": AGENTS,
    "time": AGENTS,
    "quote": AGENTS,
    "feedback": AGENTS,
    "undo": AGENTS,
    # reading beyond tickets, lists and reports, which are everybody's
    "letters": AGENTS,
    "export": AGENTS,
    # what changes a promise, decides, or is about others' work
    "set-due": LEADS,
    "waive": LEADS,
    "exempt": LEADS,
    "review": LEADS,
    "release": LEADS,
    "hold": LEADS,
    "absence": LEADS,
    "share": LEADS,
    "audit": LEADS,
    "mail": LEADS,
    # what changes the desk itself
    "erase": ADMINS,
    "purge": ADMINS,
    "backup": ADMINS,
    "migrate": ADMINS,
    "import": ADMINS,
    "seed": ADMINS,
    "procedure": ADMINS,
    "act-as": ADMINS,
    # what happens by itself
    "notice": set(),
}
"""Act → the roles that may do it. A viewer does nothing, and no role does what the passing of time does."""

BY_ITSELF = {"notice", "register", "reply", "note", "feedback"}
"""What happens without anybody: time passes, and what follows from it is part of that act; and mails come in, which are
requests, messages, answers to surveys, or are held as notes."""
