"""Signatures of messages: the lines below a name that say who wrote, and footers that a mail system adds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache

from deskterm.desk.domain.wording.tokens import normalise, tokenise
from deskterm.procedure.shipped import data_folder

_SEPARATOR = re.compile(r"^[-–—_=*~]{2,}$")
_SPLIT = re.compile(r"\s*[|·•;]\s*|\s*,\s+|\s+[-–—/]\s+|\t+|\s{3,}")
_PHONE = re.compile(r"\+?[\d(][\d() ./\-]{5,22}\d")
_ADDRESS = re.compile(r"(?:[\w.+-]{1,64}@)?(?:https?://)?(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}/?", re.IGNORECASE)
_LABEL = re.compile(r"[^\W\d_][\w. -]{0,14}?\s?[.:]\s*|[^\W\d_]{1,8}\s+(?=[+(\d])")
_MAX_SURNAMES = 2
_MAX_TITLE_WORDS = 9
_MAX_COMPANY_WORDS = 5
_MAX_LINE = 1500
"""Characters of a line from which on it is read by a person. A disclaimer is often one long line."""


@cache
def load_signature_words() -> Mapping[str, frozenset[str]]:
    """Load what may stand in a signature below a name (`data/phrases/signatures.toml`), each text normalised."""
    tables = tomllib.loads((data_folder() / "phrases" / "signatures.toml").read_text(encoding="utf-8"))
    return {key: frozenset(" ".join(tokenise(normalise(text))) for text in texts) for key, texts in tables.items()}


def remove_signature(lines: list[str], people: Collection[str], *, after_farewell: bool = False) -> list[str]:
    """Return the lines of a message without its signature and footers.

    A signature begins below the first line, with a separator or somebody's name on a line of its own, and goes on while
    each line is a name, a job title, a company, a street, or a telephone number or address: what could be a request
    stays. people: words of the names of those who write to each other, normalised. after_farewell: capitalised words
    below a farewell such as "Kind regards" are a name too, and all below a separator is signature: for a reader to whom
    a request that is overlooked in such a place does no harm."""
    kept: list[str] = []
    in_signature = in_footer = below_farewell = False
    for number, line in enumerate(lines):
        if len(line) > _MAX_LINE:
            kept.append(line)
            in_signature = in_footer = False
            continue
        in_footer = _is_footer(line, people, begun=in_footer)
        separates = _SEPARATOR.match(line) is not None
        if after_farewell and separates and number > 0:
            break
        opens = number > 0 and (
            separates or _is_name_line(line, people) or (below_farewell and _is_capitalised_name(line))
        )
        below_farewell = after_farewell and _is_farewell(line)
        in_signature = opens or (in_signature and (in_footer or _is_signature_line(line, people)))
        if not (in_signature or (in_footer and number > 0)):
            kept.append(line)
    return kept


def _is_farewell(line: str) -> bool:
    return " ".join(token for token in tokenise(normalise(line)) if token != ".") in load_signature_words()["farewells"]


def _is_capitalised_name(line: str) -> bool:
    spelt = re.split(r"[^\w'’-]+", line.strip())
    return 0 < len(spelt) <= _MAX_SURNAMES + 1 and all(word and _is_capitalised(word) for word in spelt)


def _is_signature_line(line: str, people: Collection[str]) -> bool:
    parts = [part for part in _SPLIT.split(line) if part.strip()]
    return bool(parts) and all(_is_known_part(part.strip(), people) for part in parts)


def _is_known_part(part: str, people: Collection[str]) -> bool:
    spelt = re.findall(r"[\w'’-]+", part)
    if spelt and all(_is_all_in(word, load_signature_words()["honorifics"]) for word in spelt):
        return True
    return _is_contact(part) or _is_name(part, people) or _is_title(part) or _is_company(part) or _is_street(part)


def _is_name_line(line: str, people: Collection[str]) -> bool:
    """Return whether a line begins with a name, and has nothing but what may stand in a signature behind it."""
    first = _SPLIT.split(line.strip(), maxsplit=1)[0]
    return _is_name(first, people) and _is_signature_line(line, people)


def _is_name(part: str, people: Collection[str]) -> bool:
    """Return whether words are the name of somebody on the ticket, or a common given name with a family name."""
    words = load_signature_words()
    honorifics, given_names = words["honorifics"], words["given_names"]
    spelt = [word for word in re.split(r"[^\w'’-]+", part) if word and not _is_all_in(word, honorifics)]
    if not spelt:
        return False
    if all(_is_all_in(word, people) for word in spelt):
        return True
    first, *rest = spelt
    is_given = _is_all_in(first, given_names) or _is_all_in(first, people)
    return is_given and first[0].isupper() and len(rest) <= _MAX_SURNAMES and all(map(_is_capitalised, rest))


def _is_all_in(word: str, known: Collection[str]) -> bool:
    tokens = tokenise(normalise(word))
    return bool(tokens) and all(token in known for token in tokens)


def _is_capitalised(word: str) -> bool:
    """Return whether a word begins with a capital and goes on in small letters: what is all capitals may be shouted."""
    return word[0].isupper() and (len(word) == 1 or not word.isupper()) and word.replace("-", "").isalpha()


def _is_title(part: str) -> bool:
    words, tokens = load_signature_words(), tokenise(normalise(part))
    known = words["ranks"] | words["fields"]
    return (
        0 < len(tokens) <= _MAX_TITLE_WORDS
        and all(token in known for token in tokens)
        and any(token in words["ranks"] for token in tokens)
    )


def _is_company(part: str) -> bool:
    """Return whether capitalised words end in a legal form such as `Ltd`."""
    legal_forms = load_signature_words()["legal_forms"]
    spelt = part.replace(".", " ").split()
    if not 1 < len(spelt) <= _MAX_COMPANY_WORDS or not all(word[0].isupper() or word in "&and" for word in spelt):
        return False
    return any(" ".join(tokenise(normalise(" ".join(spelt[start:])))) in legal_forms for start in (-1, -2, -3))


def _is_street(part: str) -> bool:
    """Return whether a part is a street with its number."""
    spelt = part.replace(".", " ").split()
    numbers = [word for word in spelt if word[0].isdigit() and len(word) <= len("1234a")]
    names = [word for word in spelt if word not in numbers]
    streets = load_signature_words()["streets"]
    return (
        len(numbers) == 1
        and 0 < len(names) <= _MAX_COMPANY_WORDS
        and (spelt[0] in numbers or spelt[-1] in numbers)
        and all(word[0].isupper() for word in names)
        and any(normalise(name) in streets or normalise(name).endswith(("straße", "strasse")) for name in names)
    )


def _is_contact(part: str) -> bool:
    """Return whether a part is a telephone number or an address, with or without what it is called before it."""
    labels, position = load_signature_words()["labels"], 0
    found = False
    while position < len(part):
        label = _LABEL.match(part, position)
        if label and " ".join(tokenise(normalise(label.group().replace(".", " ").replace(":", " ")))) in labels:
            position = label.end()
        match = _PHONE.match(part, position) or _ADDRESS.match(part, position)
        if match is None:
            return False
        found = True
        position = match.end()
        while position < len(part) and part[position] in " ,":
            position += 1
    return found


def _is_footer(line: str, people: Collection[str], *, begun: bool) -> bool:
    """Return whether a line is a disclaimer or the like; begun: the line above is one, so this may go on with it."""
    words, tokens = load_signature_words(), tokenise(normalise(line))
    tokens = [token for token in tokens if token not in {".", ":", "!", ";", "/", "[", "]", "#"}]
    text = f"{' '.join(tokens)} "
    if not tokens or not (begun or any(text.startswith(f"{opening} ") for opening in words["footer_openings"])):
        return False
    known = words["footer_words"] | words["legal_forms"]
    return all(token in known or token in people or token.isdigit() for token in tokens)
