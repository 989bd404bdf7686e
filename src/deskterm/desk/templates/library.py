"""The templates and macros of a desk, and those that an agent keeps for themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.session import DeskSession
from deskterm.desk.templates.checking import MOST_ENTRIES, find_problems_of
from deskterm.desk.templates.definitions import Entry, Macro, ReplyTemplate, Writing
from deskterm.errors import DeskError
from deskterm.procedure.checking.problems import suggest
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.reader import fold
from deskterm.store.db.tables import Agent, TemplateRow, table_of

_row, _agent = table_of(TemplateRow), table_of(Agent)
_KINDS: Mapping[str, type[Entry]] = {"template": ReplyTemplate, "macro": Macro}

E = TypeVar("E", bound=Entry)


def list_templates(desk: DeskSession) -> list[ReplyTemplate]:
    """List the templates that the agent may use, by their labels."""
    return _list_usable(desk, ReplyTemplate)


def list_macros(desk: DeskSession) -> list[Macro]:
    """List the macros that the agent may use, their own first, then by their labels."""
    return _list_usable(desk, Macro)


def list_own_macros(desk: DeskSession) -> list[Macro]:
    """List the macros that the agent keeps for themselves."""
    with desk.store.reading() as session:
        return [entry for owner, entry in _load(session, Macro, (find_owner(desk),)) if owner]


def find_template(desk: DeskSession, name: str, language: str = "", *, use: Writing | None = None) -> ReplyTemplate:
    """Find a template by its key or label. language: of those that have the same key; by default, the one without a
    language, or the first. use: what is written with it. Raises DeskError with the nearest name, or the reason why the
    agent may not use it for that."""
    template = _find(desk, ReplyTemplate, name, language)
    if use is not None and use not in template.use:
        raise DeskError(f"The template {template.key} is for {' and '.join(_PLURALS[one] for one in template.use)}.")
    return template


def find_macro(desk: DeskSession, name: str) -> Macro:
    """Find a macro by its key or label, the agent's own before the desk's. Raises DeskError with the nearest name."""
    return _find(desk, Macro, name, "")


_PLURALS: Mapping[Writing, str] = {"reply": "replies", "note": "notes", "resolve": "letters that resolve"}


def is_for(entry: Entry, kind: str, status: str) -> bool:
    """Return whether a template or macro is for tickets of a type, in a status."""
    return (not entry.types or kind in entry.types) and (not entry.statuses or status in entry.statuses)


def apply_library(
    desk: DeskSession,
    entries: Sequence[Entry],
    *,
    remove_others: bool = False,
    dry_run: bool = False,
    now: datetime,
) -> list[str]:
    """Put templates and macros into the desk, and return the differences, one per line. remove_others: those of the
    desk that are not among them are taken away; dry_run: write nothing. Raises DeskError for what does not fit the
    procedure, and for more than a desk holds."""
    desk.require("seed")
    with desk.writing("seed") as session:
        before = {_identify(entry): entry for kind in _KINDS.values() for _, entry in _load(session, kind, ())}
        after = ({} if remove_others else dict(before)) | {_identify(entry): entry for entry in entries}
        if len(after) > MOST_ENTRIES:
            raise DeskError(
                f"A desk holds {MOST_ENTRIES} templates and macros, and these are {len(after)}: take some out."
            )
        check_entries(desk, session, list(after.values()))
        lines = list(_compare(before, after))
        with recorded_changes(session, "templates", now, desk.agent.login, desk.behind, lines):
            for identity in (before.keys() - after.keys()) | {one for one in after if before.get(one) != after[one]}:
                _write(session, desk, identity, after.get(identity), "", now)
        if dry_run:
            session.rollback()  # leave the writing block here: a dry run has nothing to commit
        elif lines:
            notify_change(session, None)
    return lines


def save_own_macro(desk: DeskSession, macro: Macro, *, now: datetime) -> None:
    """Save a macro as the agent's own, in the place of one of the same key. Raises DeskError for what does not fit the
    procedure, and for too many."""
    owner = find_owner(desk)
    with desk.writing("note", "save a macro") as session:
        own = {_identify(entry) for has, entry in _load(session, Macro, (owner,)) if has}
        if len(own | {_identify(macro)}) > MOST_ENTRIES:
            raise DeskError(f"You have {MOST_ENTRIES} macros: remove some first.")
        check_entries(desk, session, [macro], with_templates=_list_keys(session))
        _write(session, desk, _identify(macro), macro, owner, now)


def remove_own_macro(desk: DeskSession, name: str, *, now: datetime) -> Macro:
    """Remove a macro that is the agent's own, and return it. Raises DeskError where there is none of that name."""
    desk.require("note", "remove a macro")
    own = list_own_macros(desk)
    macro = next((one for one in own if name.casefold() in (one.key, one.label.casefold())), None)
    if macro is None:
        raise DeskError(f"You have no macro {name!r} of your own{_suggest(name, own)}")
    with desk.writing("note", "remove a macro") as session:
        _write(session, desk, _identify(macro), None, find_owner(desk), now)
    return macro


def find_owner(desk: DeskSession) -> str:
    """Return the login of the person whose own macros the session uses: the one who works in another agent's name, if
    any."""
    return desk.behind or desk.agent.login


def check_entries(
    desk: DeskSession, session: Session, entries: Sequence[Entry], with_templates: Iterable[str] = ()
) -> None:
    """Raise DeskError, with a line for each mistake, for templates and macros that do not fit the desk."""
    logins = list_workers(session)
    templates = {*with_templates, *(entry.key for entry in entries if isinstance(entry, ReplyTemplate))}
    found = [
        problem.sentence
        for entry in entries
        for problem in find_problems_of(entry, desk.procedure.definition, logins, templates)
    ]
    if found:
        raise DeskError("\n".join(found))


def list_workers(session: Session) -> list[str]:
    """List the logins of the agents who may get tickets."""
    query = select(_agent.c.login).where(_agent.c.active, _agent.c.role != "viewer").order_by(_agent.c.login)
    return [str(login) for login in session.execute(query).scalars()]


def _list_usable(desk: DeskSession, kind: type[E]) -> list[E]:
    with desk.store.reading() as session:
        found = _load(session, kind, (find_owner(desk),))
    usable = [(not owner, entry) for owner, entry in found if owner or _may_use(desk, entry)]
    return [entry for _, entry in sorted(usable, key=lambda one: (one[0], fold(one[1].label), one[1].language))]


def _may_use(desk: DeskSession, entry: Entry) -> bool:
    """Return whether an entry is for the agent's team. Leads and admins look after all of them."""
    return not entry.teams or desk.agent.team in entry.teams or desk.agent.role in ("lead", "admin")


def _find(desk: DeskSession, kind: type[E], name: str, language: str) -> E:
    with desk.store.reading() as session:
        every = [
            entry for owner, entry in sorted(_load(session, kind, (find_owner(desk),)), key=lambda one: not one[0])
        ]
    what = _name(kind)
    word = name.strip().casefold()
    matching = [entry for entry in every if word in (entry.key, entry.label.casefold())]
    if not matching:
        usable = [entry for entry in every if _may_use(desk, entry)]
        raise DeskError(f"There is no {what} {name!r}{_suggest(name, usable)}")
    usable = [entry for entry in matching if _may_use(desk, entry)]
    if not usable:
        raise DeskError(f"The {what} {matching[0].key} is for the team {', '.join(matching[0].teams)}.")
    if language:
        in_language = [entry for entry in usable if entry.language.casefold() == language.casefold()]
        if not in_language:
            there = ", ".join(entry.language or "none named" for entry in usable)
            raise DeskError(f"The {what} {usable[0].key} is not there in the language {language!r}: it has {there}.")
        return in_language[0]
    return next((entry for entry in usable if not entry.language), usable[0])


def _suggest(name: str, entries: Sequence[Entry]) -> str:
    if not entries:
        return ": there is none so far."
    hint = suggest(name, [entry.key for entry in entries])
    return hint if hint.endswith("?") else f"; there are {', '.join(entry.key for entry in entries[:12])}."


def _load(session: Session, kind: type[E], owners: Sequence[str]) -> list[tuple[str, E]]:
    """Load entries of a kind, each with its owner: those of the desk, and of these owners."""
    query = select(_row.c.owner, _row.c.document).where(_row.c.kind == _name(kind), _row.c.owner.in_(["", *owners]))
    return [(str(owner), kind.model_validate_json(document)) for owner, document in session.execute(query)]


def _list_keys(session: Session) -> list[str]:
    return [str(key) for key in session.execute(select(_row.c.key).where(_row.c.kind == "template")).scalars()]


Identity = tuple[str, str, str]
"""Kind, key and language."""


def _identify(entry: Entry) -> Identity:
    return _name(type(entry)), entry.key, entry.language


def _name(kind: type[Entry]) -> str:
    return "macro" if issubclass(kind, Macro) else "template"


def _write(
    session: Session, desk: DeskSession, identity: Identity, entry: Entry | None, owner: str, now: datetime
) -> None:
    """Write an entry in place of the one of its identity; None removes that one."""
    kind, key, language = identity
    here = (_row.c.kind == kind, _row.c.owner == owner, _row.c.key == key, _row.c.language == language)
    if entry is None:
        session.execute(delete(_row).where(*here))
        return
    values: dict[str, Any] = {
        "document": entry.model_dump_json(exclude_defaults=True),
        "saved_at": now,
        "saved_by": desk.behind or desk.agent.login,
    }
    changed = session.execute(update(_row).where(*here).values(**values).returning(_row.c.id)).all()
    if not changed:
        identified = {"kind": kind, "owner": owner, "key": key, "language": language}
        session.execute(insert(_row).values(**identified, **values))


def _compare(before: Mapping[Identity, Entry], after: Mapping[Identity, Entry]) -> Iterable[str]:
    """Yield the differences of two libraries, a line each."""
    for identity in sorted(before.keys() | after.keys()):
        kind, key, language = identity
        name = f"{kind} {key}" + (f" ({language})" if language else "")
        old, new = before.get(identity), after.get(identity)
        if old is None and new is not None:
            yield f"+ {name}: {new.label}"
        elif new is None:
            yield f"- {name}"
        elif old is not None and old != new:
            changed = [field for field in type(new).model_fields if getattr(old, field) != getattr(new, field)]
            yield f"~ {name}: {', '.join(changed)} changed"
