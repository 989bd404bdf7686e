"""Lines that say who wrote what is quoted below: `On Mon, 3 May 2021, Kim <kim@example.org> wrote:`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_VERBS = (
    "wrote|writes|schrieb|schrieben sie|geschrieben|schreibt|a écrit|a ecrit|écrit|nous a dit|escribió|"
    "escribio|ha scritto|scrive|escreveu|schreef|geschreven|skrev følgende|skrev|kirjoitti|napisał|napisała|"
    "napisał\\(a\\)|napisał/a|pisze|nadesłał|napsal|napsala|napsal\\(a\\)|napísal|napísala|napísal\\(a\\)|írta|"
    "a scris|"
    "je napisao/la|je napisao|je napisala|napisao je|napisala je|napisao|je napisal|şunu yazdı|yazdı|"
    "написал|написала|написал\\(а\\)|пишет|писал|писал\\(а\\)|пише|написав|написав\\(ла\\)|написа|έγραψε|"
    "đã viết|viết|"
    "כתב|כתבה|كتب|menulis|kirjutas|rašė|rakstīja|va escriure|"
    "said|says|sent"
)
_WEAK = frozenset({"said", "says", "sent"})
"""Verbs that people use in their own sentences with a date: alone they are no proof."""

_VERB = re.compile(
    rf"(?<!\w)(?:{_VERBS})(?!\w)|写道|寫道|写到|のメッセージ|さんは書きました|書きました|님이 작성|작성|"
    rf"썼습니다|님이 쓴 글",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"(?:on|at|am|le|el|il giorno|il|em|op|den|d\.|dne|dňa|dnia|w dniu|pe|la|în|ngày|vào|pada tanggal|pada|"
    r"kuupäeval|в|на|"
    r"in message|vom|do|στις|στο|בתאריך|في|在|于|於)(?!\w)",
    re.IGNORECASE,
)
_QUOTING = re.compile(
    r"(?:quoting|zitat von|citando|citazione|citation de|citat från|citat|missatge de|wiadomość napisana przez|"
    r"in reply to)(?!\w)",
    re.IGNORECASE,
)
_DATE_FIRST = re.compile(
    r"(?:\w{1,14}\.?,?\s(?=\d)|\w{1,4}[.,]{0,2}\s+\w{1,14}\.?,?\s(?=\d)|\w{2,14}[.,]{1,2}\s*\w{1,14}\.?,?\s(?=\d))?\d"
)
"""The beginning of a line that begins with a date: at most a weekday and a month before the first number."""

_ADDRESS = re.compile(r"[^\s<>\[\]()\"'“”„«»,;:@]{1,64}@[^\s<>\[\]()\"'“”„«»,;:@]{1,200}")
_DIGITS = re.compile(r"\d+")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)")
_ISO = re.compile(r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)")
_PRONOUN = re.compile(
    r"(?<!\w)(?:he|she|it|they|i|we|who|that|this|ich|er|sie|wir|il|elle|je|nous|yo|io|eu|ik|jeg|jag)\s+"
    r"(?:(?:just|has|have|had|also|already)\s+)?\Z",
    re.IGNORECASE,
)
_QUOTED_NAME = re.compile(r"[\"“„«]\s*([^\"“”„«»]{1,200}?)\s*[\"”“»]?[\s<(\[]*\Z")
_CLOCK = re.compile(r"(?:[aApP]\.?[mM]\.?|μ\.μ\.|π\.μ\.|Uhr|[A-Z]{2,5}(?:[+-]\d{1,4})?)(?!\w)")
_FILLER = re.compile(
    r"(?:heeft|użytkownik|пользователь|користувач|používateľ|odesílatel|uživatel|időpontban|ο χρήστης|от|від|"
    r"מאת|de|von|da|"
    r"from|by|tarihinde|skrev)(?!\w)",
    re.IGNORECASE,
)
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_AROUND = " \t\xa0>-*_|\ufeff"
_POINTS = " <>()[]\"'“”„«»,:"
_PARTICLES = frozenset({"de", "van", "von", "der", "da", "di", "la", "el", "bin"})

MOST_LINES = 6
"""Lines that one attribution can be broken into."""

_LONGEST = 400
_LONGEST_WITHOUT_VERB = 200
_MOST_NAMES = 5


class Attribution(NamedTuple):
    """date: as it is written; name, address: of the person, empty where they are not there; is_certain: False where it
    is one only with quoted lines below; begins: it begins as such lines do, so that nothing above belongs to it."""

    date: str
    name: str
    address: str
    is_certain: bool
    begins: bool


def find_attribution(lines: Sequence[str], last: int) -> tuple[int, Attribution] | None:
    """Return the attribution that ends in a line, with the place of its first line; None where none ends there."""
    end = lines[last].strip(_AROUND)
    if not end or len(end) > _LONGEST or not _may_end(_BIDI.sub("", end)):
        return None
    joined = ""
    best: tuple[int, Attribution] | None = None
    for first in range(last, max(last - MOST_LINES, -1), -1):
        text = lines[first].strip(_AROUND)
        if not text and first < last and not _hangs(joined):
            break
        joined = f"{text} {joined}".strip() if joined else text
        if len(joined) > _LONGEST:
            break
        found = read_attribution(joined)
        if found is not None and (best is None or found.begins):
            best = first, found
        if best is not None and best[1].begins:
            break
    return best


def _hangs(text: str) -> bool:
    """Return whether lines are the rest of a sentence, so that an empty line above them may have been put there."""
    return text.lower().startswith(("<", "(", "[", "mailto:", "wrote", "schrieb"))


def _may_end(text: str) -> bool:
    if not text:
        return False
    tail = text[-40:]
    return (
        text[-1] in ":：>)"
        or _ISO.match(text) is not None
        or any(match.end() >= len(tail) - 1 for match in _VERB.finditer(tail))
    )


def read_attribution(text: str) -> Attribution | None:
    """Read a text of at most 400 characters as an attribution; None where it is none."""
    if len(text) > 2 * _LONGEST:
        return None
    text = " ".join(_BIDI.sub("", text).strip(_AROUND).split())
    if not text or len(text) > _LONGEST:
        return None
    bare = text.rstrip(":： .")
    address = _ADDRESS.search(bare)
    has_date = len(_DIGITS.findall(bare, 0, 200)) >= 2 and _TIME.search(bare) is not None
    begins = _OPENER.match(bare) is not None or _DATE_FIRST.match(bare) is not None
    verb = _VERB.search(bare)
    if verb is not None and (text[-1] in ":：" or verb.end() >= len(bare) - 1):
        is_certain = _judge_verb(bare, verb, address is not None, has_date, begins)
    else:
        verb = None
        is_certain = _judge_date(text, bare, address, has_date, begins)
    return None if is_certain is None else _attribution(bare, verb, address, is_certain, begins and has_date)


def _judge_verb(bare: str, verb: re.Match[str], has_address: bool, has_date: bool, begins: bool) -> bool | None:
    """Return whether a text with a verb is certainly an attribution; None where it is none."""
    is_last = verb.end() >= len(bare) - 1
    if _PRONOUN.search(bare[: verb.start()]):
        return False if has_date or has_address else None
    if has_address and (begins or is_last or has_date):
        return True
    is_weak = verb[0].lower() in _WEAK
    if has_date and begins:
        return not is_weak
    if has_date or " via " in bare:
        return is_last and " via " in bare
    has_number = begins and any(char.isdigit() for char in bare)
    return False if has_number or (is_last and _is_name(bare[: verb.start()])) else None


def _judge_date(text: str, bare: str, address: re.Match[str] | None, has_date: bool, begins: bool) -> bool | None:
    """Return whether a text without a verb is certainly an attribution; None where it is none."""
    is_open = text[-1] in ":："
    if (
        address is not None
        and is_open
        and (_QUOTING.match(bare) is not None or bare.endswith("]"))
        and bare.count("@") < 3
    ):
        return _QUOTING.match(bare) is not None or has_date
    if not (has_date and begins) or len(text) > _LONGEST_WITHOUT_VERB:
        return None
    is_iso = _ISO.match(bare) is not None
    if address is not None and address.end() >= len(bare.rstrip(">)] ")) - 1 and (is_open or bare[:1].isdigit()):
        return is_open or (is_iso and bare.endswith(">"))
    return False if is_iso and len(text) < _LONGEST_WITHOUT_VERB // 2 else None


def _is_name(text: str) -> bool:
    words = text.split()
    return 0 < len(words) <= _MOST_NAMES and all(word[:1].isupper() or word in _PARTICLES for word in words)


def _attribution(
    text: str, verb: re.Match[str] | None, address: re.Match[str] | None, is_certain: bool, begins: bool
) -> Attribution:
    """Take an attribution apart. The name stands before the address, behind the date or the verb."""
    opener = _OPENER.match(text) or _QUOTING.match(text)
    start = opener.end() if opener is not None else 0
    if address is None:
        return Attribution(text[start : verb.start() if verb else len(text)].strip(" ,"), "", "", is_certain, begins)
    head = text[start : address.start()].rstrip(" <([")
    if head.endswith("mailto:"):
        head = head[: -len("mailto:")].rstrip(" <([")
    quoted = _QUOTED_NAME.search(head, max(0, len(head) - 220))
    if quoted is not None:
        before, name = head[: quoted.start()], quoted[1]
    elif verb is not None and verb.end() < address.start():
        before, name = text[start : verb.start()], text[verb.end() : address.start()]
    else:
        before, name = _split_date(head)
    date = before.strip(" ,:")
    if not any(char.isdigit() for char in date):
        behind = text[max(verb.end(), address.end()) if verb is not None else address.end() :]
        date = behind.strip(" ,:>)][")
        again = _OPENER.match(date)
        date = date[again.end() :] if again is not None else date
    date = _VERB.sub("", date).strip(" ,:")
    for word in date.rsplit(" ", 1)[-1:]:
        date = date[: -len(word)].strip(" ,:") if _FILLER.fullmatch(word) else date
    return Attribution(date, _strip_filler(name), address[0].strip(".").lower(), is_certain, begins)


def _split_date(head: str) -> tuple[str, str]:
    """Split the date from the name behind it: at its last number, and what belongs to a time."""
    numbers = [match.end() for match in _DIGITS.finditer(head)]
    end = numbers[-1] if numbers else 0
    while True:
        rest = head[end:]
        skipped = len(rest) - len(rest.lstrip(" ,.:;)"))
        clock = _CLOCK.match(rest, skipped) if numbers else None
        if clock is None:
            break
        end += clock.end()
    return head[:end], head[end:]


def _strip_filler(name: str) -> str:
    name = name.strip(_POINTS + ".;")
    for _ in range(3):
        match = _FILLER.match(name)
        if match is None or match.end() == len(name):
            break
        name = name[match.end() :].strip(_POINTS)
    return name
