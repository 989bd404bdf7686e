"""The way to a command: groups of the commands on tickets for their help, with an example each, and the commands that
other words mean (C-54)."""

from __future__ import annotations

from deskterm.cli.runtime.loading import Section

TICKET_SECTIONS = (
    Section(
        "Everyday",
        'deskterm ticket reply 1001 "It is fixed." --status solved',
        (
            *("new", "show", "list", "search", "reply", "note", "macro", "files", "save-files", "open-file", "drafts"),
            *("scheduled", "assign", "take", "set", "snooze", "undo"),
        ),
    ),
    Section(
        "Ending",
        'deskterm ticket resolve 1001 "A new cable." --code repaired',
        ("resolve", "close", "confirm", "reject", "reopen", "fixed", "check", "feedback", "thanks"),
    ),
    Section(
        "Together",
        "deskterm ticket duplicate 1002 1001",
        (
            *("duplicate", "merge", "separate", "split", "like", "attach", "detach", "announce"),
            *("join", "leave", "participants", "transfer"),
        ),
    ),
    Section(
        "Promises and order",
        'deskterm ticket due 1001 resolution "tomorrow 17:00" --reason "agreed with Ida"',
        (
            *("due", "schedule", "waive", "exempt", "prioritise", "confirm-severity", "order", "supply", "suggestions"),
            *("escalate", "passed", "review", "dispute", "settle", "delay", "told", "acknowledge"),
        ),
    ),
    Section("Work and money", 'deskterm ticket time 1001 25m --note "loaded it"', ("work", "time", "price", "quote")),
    Section("Keeping", 'deskterm ticket hold 1001 "a dispute in court"', ("hold", "release-hold")),
)
"""The commands on tickets in the order of their help, each in one section. Development has its own: `deskterm item`."""

MEANINGS = {
    "": {
        **dict.fromkeys(("search", "find", "grep"), "ticket search"),
        **dict.fromkeys(("new", "create", "open", "add"), "ticket new"),
        "show": "ticket show",
        **dict.fromkeys(("views", "filters"), "view list"),
        **dict.fromkeys(("list", "ls", "queue", "tickets"), "ticket list"),
        **dict.fromkeys(("reply", "answer", "respond"), "ticket reply"),
        **dict.fromkeys(("note", "comment"), "ticket note"),
        **dict.fromkeys(("edit", "update", "set"), "ticket set"),
        **dict.fromkeys(("close", "resolve", "assign", "snooze", "escalate"), "ticket"),
        **dict.fromkeys(("users", "agents", "staff"), "people list"),
        **dict.fromkeys(("letters",), "outbox"),
        **dict.fromkeys(("verify", "status", "fsck"), "doctor"),
        **dict.fromkeys(("history", "log"), "audit log"),
        **dict.fromkeys(("setup", "install", "start"), "init"),
        **dict.fromkeys(("rules", "automation"), "rule list"),
        **dict.fromkeys(("delete", "forget", "gdpr"), "erase"),
        **dict.fromkeys(("canned", "snippet", "snippets", "templates"), "template list"),
        "macros": "macro list",
        "daemon": "run",
    },
    "ticket": {
        **dict.fromkeys(("view", "display", "get", "open", "cat", "info", "history"), "show"),
        **dict.fromkeys(("create", "add", "register", "raise"), "new"),
        **dict.fromkeys(("comment", "remark", "annotate"), "note"),
        **dict.fromkeys(("answer", "respond", "mail", "send"), "reply"),
        **dict.fromkeys(
            ("edit", "update", "modify", "change", "status", "move", "severity", "priority", "tag", "type", "client"),
            "set",
        ),
        **dict.fromkeys(("find", "grep", "query"), "search"),
        **dict.fromkeys(("ls", "queue", "all", "mine"), "list"),
        **dict.fromkeys(("solve", "fix", "done", "finish", "complete"), "resolve"),
        **dict.fromkeys(("cancel", "delete", "remove", "drop", "spam", "reject-request"), "close"),
        **dict.fromkeys(("give", "owner", "assignee", "unassign"), "assign"),
        **dict.fromkeys(("defer", "sleep", "later", "pause", "remind", "postpone"), "snooze"),
        **dict.fromkeys(("forward", "handover", "reassign"), "transfer"),
        **dict.fromkeys(("link", "incident"), "attach"),
        **dict.fromkeys(("cc", "watch", "follow", "subscribe"), "join"),
        **dict.fromkeys(("log", "worklog", "timer"), "time"),
        **dict.fromkeys(("rate", "survey"), "feedback"),
        **dict.fromkeys(("revert", "rollback"), "undo"),
        **dict.fromkeys(("deadline", "sla"), "due"),
        **dict.fromkeys(("run", "canned", "shortcut"), "macro"),
        "similar": "like",
        "accept": "confirm",
        "claim": "take",
    },
}
"""Group → words that other desks use → the command that they mean here."""


def find_meaning(group: str, word: str) -> str:
    """Return the command that another word means in a group, as it is called; empty where none is known."""
    found = MEANINGS.get(group, {}).get(word.lower(), "")
    if found == "ticket":  # the same word is a command on tickets
        found = f"ticket {word.lower()}"
    return f"deskterm {group} {found}".replace("  ", " ") if found else ""
