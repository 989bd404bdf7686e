"""Who may do what: a table of roles and acts."""

from __future__ import annotations

from typing import Literal, get_args

from deskterm.errors import DeskError

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
    "import",
    "seed",
    "procedure",
    "act-as",
]

_AGENT: frozenset[str] = frozenset(
    {"register", "reply", "note", "move", "assign", "severity", "priority", "tag", "edit"}
)
_LEAD = _AGENT
_ADMIN: frozenset[str] = frozenset(get_args(Act))

ALLOWED: dict[str, frozenset[str]] = {"viewer": frozenset(), "agent": _AGENT, "lead": _LEAD, "admin": _ADMIN}

_WORDS = {
    "register": "open tickets",
    "reply": "reply",
    "note": "write notes",
    "move": "change a status",
    "assign": "assign tickets",
    "severity": "set a severity",
    "priority": "set a priority",
    "tag": "tag tickets",
    "edit": "edit tickets",
    "import": "import",
    "seed": "seed",
    "procedure": "change the procedure",
    "act-as": "act as somebody else",
}


def may(role: str, act: Act) -> bool:
    """Whether a role allows an act."""
    return act in ALLOWED.get(role, frozenset())


def refusal(role: str, act: Act) -> str:
    """Why not, in one sentence that says who can."""
    can = [name for name, acts in ALLOWED.items() if act in acts]
    who = f"{', '.join(can[:-1])} or {can[-1]}" if len(can) > 1 else can[0]
    return f"A {role} may not {_WORDS[act]}: ask somebody with the role {who}."


def require(role: str, act: Act) -> None:
    """DeskError unless the role allows the act."""
    if not may(role, act):
        raise DeskError(refusal(role, act))
