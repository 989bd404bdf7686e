"""Conditions of a filter as one condition of SQL on rows of `ticket`, for both databases.

Whatever a person typed goes into parameters. Columns and keys that stand in the SQL come from the tables of the code
and, quoted, from the procedure.
"""

from __future__ import annotations

from deskterm.store.db.reader import ReadConnection, escape_like
from deskterm.store.filters.conditions import (
    Among,
    Compares,
    Condition,
    Contains,
    Either,
    Every,
    FieldCompares,
    HasDraft,
    HasField,
    HasWords,
    Is,
    IsEmpty,
    Lists,
    Mentions,
    NamedKey,
    Negation,
    OfClient,
    OfRequester,
    Within,
)
from deskterm.store.filters.folding import build_contains, build_pattern
from deskterm.store.filters.words import build_words

_MENTION = '%"on":"mentioned"%'
"""Part of the JSON of a record about a mention."""

_NAMED: dict[NamedKey, str] = {
    "open": "is_open = 1",
    "closed": "is_open = 0",
    "waiting": "category = 'waiting'",
    "breached": "(breached = 1 OR next_due_at < :filter_now)",
    "late": "next_due_at < :filter_now",
    # The same tickets that the wall counts. IN instead of EXISTS, which would run once a ticket
    "escalated": "id IN (SELECT r.ticket_id FROM record r WHERE r.kind = 'escalation' AND r.state = 'open')",
    "snoozed": "(snoozed_until IS NOT NULL AND snoozed_until > :filter_now)",
    "reopened": "reopened > 0",
    "files": "EXISTS (SELECT 1 FROM message m WHERE m.ticket_id = ticket.id AND m.mark = 'files')",
    "note": "EXISTS (SELECT 1 FROM message m WHERE m.ticket_id = ticket.id AND m.kind = 'internal')",
    "reply": "EXISTS (SELECT 1 FROM message m WHERE m.ticket_id = ticket.id AND m.kind = 'public' "
    # A first message by an agent, with which a ticket begins, is no answer
    "AND m.author_kind = 'agent' AND m.seq > 1)",
}


def compile_condition(
    reader: ReadConnection, condition: Condition, now: int, *, is_open: bool | None = None
) -> tuple[str, dict[str, object]]:
    """Return the condition on rows of `ticket` in SQL, and its parameters. now: epoch seconds; is_open: the caller
    reads only open tickets, or only closed ones; None for all."""
    compiler = _Compiler(reader, now, is_open)
    return compiler.build(condition), compiler.params


class _Compiler:
    """Collects the parameters of one condition."""

    def __init__(self, reader: ReadConnection, now: int, is_open: bool | None) -> None:
        self._reader, self._is_open = reader, is_open
        self._is_server = reader.dialect == "postgresql"
        self.params: dict[str, object] = {"filter_now": reader.instant(now), "filter_never": reader.never}

    def build(self, condition: Condition) -> str:
        match condition:
            case Every(parts=parts):
                return "(" + " AND ".join(map(self.build, parts)) + ")"
            case Either(parts=parts):
                return "(" + " OR ".join(map(self.build, parts)) + ")"
            case Negation(part=part):
                return f"NOT {self.build(part)}"
            case HasWords(text=text):
                return build_words(self._reader, text, self._is_open, self._add)
            case Among(column=column, values=values):
                names = ", ".join(f":{self._add(value)}" for value in values)
                return f"({column} IS NOT NULL AND {column} IN ({names}))"
            case IsEmpty(column=column, kind=kind):
                empty = {"text": f" OR {column} = ''", "instant": f" OR {column} = :filter_never"}.get(kind, "")
                return f"({column} IS NULL{empty})"
            case Contains(column=column, text=text, is_whole=is_whole):
                return self._build_contains(column, text, is_whole=is_whole)
            case Lists(column=column, item=item):
                return self._build_contains(column, f",{item},")
            case Within(column=column, since=since, until=until):
                # The end of time stands for none, which is never before or after anything
                return self._build_within(column, since, until)
            case Compares(column=column, operator=operator, number=number):
                return f"({column} IS NOT NULL AND {column} {operator} {int(number)})"
            case OfRequester(text=text):
                found = self._build_contains("c.name", text), self._build_contains("coalesce(c.email, '')", text)
                return (
                    f"({self._build_contains('requester', text)} OR (requester_id IS NOT NULL AND requester_id IN "
                    f"(SELECT c.id FROM contact c WHERE {' OR '.join(found)})))"
                )
            case OfClient(text=text):
                key = self._build_contains("o.key", text, is_whole=True)
                return (
                    f"({self._build_contains('organisation', text)} OR (organisation_id IS NOT NULL AND "
                    f"organisation_id IN (SELECT o.id FROM organisation o WHERE {key})))"
                )
            case HasField(key=key, text=text, is_whole=is_whole):
                return self._build_field(key, text, is_whole=is_whole)
            case FieldCompares(key=key, operator=operator, number=number):
                name = self._add(number)
                if self._is_server:
                    value = f"(fields::jsonb -> {_quote(key)})"
                    # A CASE, because the server may convert the value before it checks the type
                    return (
                        f"(CASE WHEN jsonb_typeof({value}) = 'number' THEN ({value} #>> '{{}}')::numeric "
                        f"{operator} :{name} ELSE false END)"
                    )
                path = _quote(f'$."{key}"')
                return (
                    f"(coalesce(json_type(fields, {path}), '') IN ('integer', 'real') "
                    f"AND json_extract(fields, {path}) {operator} :{name})"
                )
            case HasDraft(login=login, behind=behind):
                return (
                    "EXISTS (SELECT 1 FROM draft d WHERE d.ticket_id = ticket.id "
                    f"AND d.login = :{self._add(login)} AND d.behind = :{self._add(behind)})"
                )
            case Mentions(login=login):
                # A notice has all its recipients in one column, with commas at both ends
                who = self._add(f"%,{escape_like(login)},%")
                return (
                    "EXISTS (SELECT 1 FROM record r WHERE r.ticket_id = ticket.id AND r.kind = 'notice' "
                    f"AND r.who LIKE :{who} ESCAPE '\\' AND r.data LIKE :{self._add(_MENTION)})"
                )
            case Is(key=named):
                return f"({_NAMED[named]})"

    def _build_within(self, column: str, since: int | None, until: int | None) -> str:
        # The end of time stands for none, which is never before or after anything
        parts = [f"{column} IS NOT NULL", f"{column} < :filter_never"]
        for sign, instant in ((">=", since), ("<", until)):
            if instant is not None:
                parts.append(f"{column} {sign} :{self._add(self._reader.instant(instant))}")
        return f"({' AND '.join(parts)})"

    def _build_contains(self, column: str, text: str, *, is_whole: bool = False) -> str:
        name = self._add(build_pattern(text, is_whole=is_whole))
        return f"({column} IS NOT NULL AND {build_contains(self._reader, column, name)})"

    def _build_field(self, key: str, text: str | None, *, is_whole: bool) -> str:
        """Return the condition on a field of the procedure: a plain value, a text that is kept apart because it can be
        erased, or people."""
        if self._is_server:
            value, object_value = f"(fields::jsonb ->> {_quote(key)})", f"(fields::jsonb -> {_quote(key)})"
            text_id = f"({object_value} ->> 'text')::bigint"
            contacts = f"jsonb_array_elements_text({object_value} -> 'contacts') of_field(value)"
            contact_id, is_plain = "of_field.value::bigint", f"jsonb_typeof({object_value}) NOT IN ('object', 'array')"
        else:
            path = _quote(f'$."{key}"')
            # As PostgreSQL writes them
            value = (
                f"CASE json_type(fields, {path}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
                f"ELSE CAST(json_extract(fields, {path}) AS TEXT) END"
            )
            text_id = f"json_extract(fields, {_quote(f'$.{chr(34)}{key}{chr(34)}.text')})"
            contacts = f"json_each(fields, {_quote(f'$.{chr(34)}{key}{chr(34)}.contacts')}) of_field"
            contact_id, is_plain = "of_field.value", f"json_type(fields, {path}) NOT IN ('object', 'array')"
        if text is None:
            return f"(coalesce({value}, '') <> '')"
        plain = f"(coalesce({is_plain}, false) AND {self._build_contains(f'({value})', text, is_whole=is_whole)})"
        body = self._build_contains("t.body", text, is_whole=is_whole)
        name = self._build_contains("c.name", text, is_whole=is_whole)
        return (
            f"({plain} OR EXISTS (SELECT 1 FROM personal_text t WHERE t.ticket_id = ticket.id AND t.id = {text_id} "
            f"AND {body}) OR EXISTS (SELECT 1 FROM contact c, {contacts} WHERE c.id = {contact_id} AND {name}))"
        )

    def _add(self, value: object) -> str:
        """Add a parameter, and return its name."""
        name = f"filter_{len(self.params)}"
        self.params[name] = value
        return name


def _quote(text: str) -> str:
    """Quote a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
