"""The grammar of filters (C-12), and the parser that lark makes of it when the first filter is read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from deskterm.store.filters.tree import And, FilterError, Node, Not, Or, Term, Value, Words

MOST_CHARACTERS = 2000
"""The longest filter, in characters."""
_MOST_LEAVES = 200
"""Most words and values of a filter: SQLite limits the depth of an expression."""
_MOST_GROUPS = 50
"""Most groups of a filter, so that recursion over its tree stays shallow."""

_GRAMMAR = r"""
start: [alternatives]
alternatives: parts (_OR parts)*
parts: factor (_AND? factor)*
factor: MINUS? (group | term | words)
group: "(" alternatives ")"
term: FIELD value (_COMMA value)*
value: OPERATOR? (BARE | QUOTED)
words: WORD | QUOTED

FIELD.4: /[^\W\d][\w.-]*:/
_OR.3: /or(?=[\s()]|$)/i
_AND.3: /and(?=[\s()]|$)/i
MINUS.2: /-(?=[^\s)])/
OPERATOR.2: /<=|>=|<|>|=/
QUOTED.2: /"(?:[^"\\]|\\.)*(?:"|\\?$)/s
_COMMA: ","
BARE: /[^\s(),"<>=][^\s(),"]*/
WORD: /[^\s()",][^\s()"]*/
%ignore /\s+/
"""

_SIGNS_AT_END = ",;.!?"
"""Punctuation that ends a word of a sentence, and that nobody searches for."""


class _TreeBuilder:
    """Builds the tree while the text is parsed, with a method for each rule, so that depth needs no recursion."""

    def start(self, parts: list[Any]) -> Node | None:
        return parts[0] if parts else None

    def alternatives(self, parts: list[Any]) -> Node:
        return Or(tuple(parts)) if len(parts) > 1 else parts[0]

    def parts(self, parts: list[Any]) -> Node:
        return And(tuple(parts)) if len(parts) > 1 else parts[0]

    def factor(self, parts: list[Any]) -> Node:
        node: Node = parts[-1]
        return Not(node) if isinstance(parts[0], Token) else node

    def group(self, parts: list[Any]) -> Node:
        node: Node = parts[0]
        return node

    def term(self, parts: list[Any]) -> Term:
        name = parts[0]
        return Term(str(name)[:-1], tuple(parts[1:]), start=name.start_pos or 0)

    def value(self, parts: list[Any]) -> Value:
        operator = str(parts[0]) if parts[0].type == "OPERATOR" else ""
        token = parts[-1]
        return Value(_unquote(token), operator, start=token.start_pos or 0)

    def words(self, parts: list[Any]) -> Words:
        token = parts[0]
        start = token.start_pos or 0
        if token.type == "QUOTED":
            return Words(_unquote(token), is_phrase=True, start=start)
        return Words(str(token).rstrip(_SIGNS_AT_END) or str(token), start=start)


@lru_cache(maxsize=1)
def _build_parser() -> Lark:
    builder: Any = _TreeBuilder()  # lark calls the methods; it needs no base class
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False, transformer=builder)


@lru_cache(maxsize=64)
def parse_filter(text: str) -> Node | None:
    """Parse a filter; None for an empty one. Raises FilterError, with the place, for a text that is no filter."""
    if len(text) > MOST_CHARACTERS:
        raise FilterError(f"A filter has {MOST_CHARACTERS} characters at most: this one has {len(text)}.")
    if text.count("(") > _MOST_GROUPS:
        raise FilterError(f"A filter has {_MOST_GROUPS} groups at most: take some parentheses away.")
    if any("\ud800" <= character <= "\udfff" or character == "\0" for character in text):
        raise FilterError("A filter is text: it has characters that are none.")
    try:
        tree: Any = _build_parser().parse(text)
    except UnexpectedInput as error:
        raise _explain(text, error) from None
    if _count_leaves(tree) > _MOST_LEAVES:
        raise FilterError(f"A filter has {_MOST_LEAVES} words and values at most: leave some out.")
    found: Node | None = tree
    return found


def _explain(text: str, error: UnexpectedInput) -> FilterError:
    """Return the error for a text that the grammar rejects: what is missing, or what is superfluous."""
    start = min(error.pos_in_stream or 0, len(text))
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if is_end:
        start = len(text)
    elif isinstance(error, UnexpectedCharacters) and not text[start:].strip():
        is_end = True
    if isinstance(error, UnexpectedToken):
        expected = set(error.accepts or error.expected)
    else:
        expected = set(error.allowed) if isinstance(error, UnexpectedCharacters) and error.allowed else set()
    sign = "" if is_end else text[start]
    if "BARE" in expected:
        name = _find_field_before(text, start)
        sentence = f"{name}: needs a value, as in {name}:none." if name else "A value is missing here."
    elif is_end and "RPAR" in expected:
        sentence = "A parenthesis is not closed: add )."
    elif sign == ")":
        sentence = "This ) closes nothing: take it away, or add a ( before it."
    elif sign == ",":
        sentence = "A comma goes between values of a field, as in sev:p1,p2: write `or` between other words."
    elif is_end:
        sentence = "Something is missing at the end: a word, or a field with its value."
    else:
        sentence = "This does not belong here: put it in quotes to look for it."
    return FilterError(sentence, text, start, is_unfinished=is_end)


def _find_field_before(text: str, start: int) -> str:
    found = re.findall(r"([^\W\d][\w.-]*):", text[:start])
    return str(found[-1]) if found else ""


def _unquote(token: Token) -> str:
    """Return the text of a token; a quote that is not closed goes to the end of the filter."""
    text = str(token)
    if token.type != "QUOTED":
        return text
    inner = re.match(r'"((?:[^"\\]|\\.)*)', text, re.DOTALL)
    return re.sub(r"\\(.)", r"\1", inner[1] if inner else "", flags=re.DOTALL)


def _count_leaves(tree: Node | None) -> int:
    match tree:
        case None:
            return 0
        case Words():
            return 1
        case Term(values=values):
            return len(values)
        case Not(part=part):
            return _count_leaves(part)
        case And(parts=parts) | Or(parts=parts):
            return sum(map(_count_leaves, parts))
