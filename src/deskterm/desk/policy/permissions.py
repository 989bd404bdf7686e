"""Permissions: which roles may do what on the desk, and what a procedure grants to roles of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from deskterm.errors import DeskError

if TYPE_CHECKING:
    from deskterm.procedure.schema import Procedure
    from deskterm.store.db.tables import Agent

Role = Literal["viewer", "agent", "lead", "admin"]
Act = Literal[
    "register",
    "reply",
    "note",
    "move",
    "assign",
    "severity",
    "priority",
    "tag",
    "edit",
    "transfer",
    "link",
    "work",
    "snooze",
    "schedule",
    "set-due",
    "waive",
    "participate",
    "check",
    "escalate",
    "review",
    "develop",
    "release",
    "time",
    "quote",
    "feedback",
    "exempt",
    "undo",
    "hold",
    "erase",
    "purge",
    "audit",
    "backup",
    "notice",
    "migrate",
    "import",
    "seed",
    "procedure",
    "absence",
    "share",
    "act-as",
    "letters",
    "export",
    "mail",
]

GrantableAct = Literal["set-due", "waive", "approve-release", "review-code", "quote", "close", "retype", "skip-level"]
"""Acts that a procedure may grant to roles of its own."""

_WIDER_ACTS: dict[str, Act] = {
    "approve-release": "develop",
    "review-code": "develop",
    "close": "move",
    "retype": "edit",
    "skip-level": "review",
}
"""Grantable act → the act it is part of, whose roles hold where the procedure grants it to nobody."""

_AGENT: frozenset[str] = frozenset(
    {
        "register",
        "reply",
        "note",
        "move",
        "assign",
        "severity",
        "priority",
        "tag",
        "edit",
        "transfer",
        "link",
        "work",
        "snooze",
        "schedule",
        "participate",
        "check",
        "escalate",
        "develop",
        "time",
        "quote",
        "feedback",
        "undo",
        "letters",
        "export",
    }
)
_LEAD = _AGENT | {"set-due", "waive", "review", "release", "exempt", "hold", "audit", "absence", "share", "mail"}
# `notice` writes down what clocks did, which no person may claim
_ADMIN: frozenset[str] = frozenset(get_args(Act)) - {"notice"}
_SYSTEM: frozenset[str] = frozenset({"notice", "register", "reply", "note", "feedback"})
"""Acts of the desk itself, for the role `deskterm`, which no person has: it records the events of clocks, and what
follows from them (a status that a timer ends, a snooze that is over) is part of that act; and it records what mails
bring: requests, messages, answers to surveys, and notes about them."""

ALLOWED: dict[str, frozenset[str]] = {
    "viewer": frozenset(),
    "agent": _AGENT,
    "lead": _LEAD,
    "admin": _ADMIN,
    "deskterm": _SYSTEM,
}

_ACTIONS = {
    "register": "open tickets",
    "mail": "look after mails",
    "reply": "reply",
    "note": "write notes",
    "move": "change a status",
    "assign": "assign tickets",
    "severity": "set a severity",
    "priority": "set a priority",
    "tag": "tag tickets",
    "edit": "edit tickets",
    "transfer": "transfer tickets",
    "link": "link tickets",
    "work": "keep the time of work",
    "snooze": "snooze tickets",
    "schedule": "schedule tickets",
    "set-due": "set a due time",
    "waive": "waive a missed target",
    "participate": "add people on CC",
    "check": "tick off what was done",
    "escalate": "escalate tickets",
    "review": "decide on an escalation",
    "develop": "work with development",
    "release": "put a release out",
    "time": "write down time",
    "quote": "quote a price",
    "feedback": "write down an answer to a survey",
    "exempt": "exempt a ticket from its targets",
    "undo": "take back a command",
    "hold": "hold a ticket beyond its time",
    "erase": "erase a person",
    "purge": "purge old tickets",
    "audit": "verify what was written",
    "backup": "back the desk up or restore it",
    "notice": "record what the passing of time brings",
    "migrate": "bring running clocks to another edition",
    "import": "bring data in",
    "seed": "fill the desk from files",
    "procedure": "change the procedure",
    "absence": "say that somebody else is away",
    "share": "share a view with a team",
    "act-as": "act as somebody else",
    "letters": "read the letters to people outside",
    "export": "take data out",
}

_GRANTED_ACTIONS = {
    "approve-release": "approve a release",
    "review-code": "sign work off",
    "close": "close tickets",
    "retype": "change the type of tickets",
    "skip-level": "skip levels of an escalation",
}

_ARTICLES = {"agent": "An", "admin": "An"}


def is_allowed(role: str, act: Act) -> bool:
    """Return whether a role allows an act."""
    return act in ALLOWED.get(role, frozenset())


def format_refusal(role: str, act: Act, action: str = "") -> str:
    """Return the sentence that refuses an act and says who may do it. action: what was tried, instead of the act."""
    can = [name for name, acts in ALLOWED.items() if act in acts and name in get_args(Role)]
    refusal = f"{_ARTICLES.get(role, 'A')} {role} may not {action or _ACTIONS[act]}"
    if not can:  # there is nobody to ask
        return f"{refusal}: deskterm does that itself, in `deskterm run` or an open console."
    who = f"{', '.join(can[:-1])} or {can[-1]}" if len(can) > 1 else can[0]
    return f"{refusal}: ask somebody with the role {who}."


def format_unknown_agent(login: str, *, is_former: bool) -> str:
    """Return the sentence for a login that may neither work nor read here. is_former: of one who is not active."""
    if is_former:
        return f"{login} is no longer active on this desk: ask an admin."
    return f"{login!r} is no agent of this desk: an admin can add them with `deskterm seed agents FILE`."


def require(role: str, act: Act, action: str = "") -> None:
    """Raise DeskError unless a role allows an act. action: as for `format_refusal`."""
    if not is_allowed(role, act):
        raise DeskError(format_refusal(role, act, action))


def require_granted(procedure: Procedure, agent: Agent, act: GrantableAct, role: str = "") -> None:
    """Raise DeskError unless an agent has one of the procedure's roles to which it grants an act (S1-17). An act that
    it grants to nobody is for the roles that `ALLOWED` says. role: the only one of them that will do."""
    granted = [part for part in procedure.roles if act in part.may and role in ("", part.key)]
    if not granted:
        require(agent.role, _WIDER_ACTS.get(act, act), _GRANTED_ACTIONS.get(act, ""))  # type: ignore[arg-type]
    elif not {part.key for part in granted} & set(agent.roles.split(",")):
        # Admins too need one of these roles: the procedure says who decides (S1-17)
        who = " or ".join(part.label for part in granted)
        raise DeskError(
            f"Only somebody with the role {who} may {_GRANTED_ACTIONS.get(act) or _ACTIONS[act]} here: ask one of them."
        )
