"""Signatures below somebody's words: `-- ` and what follows, and what a phone or program adds (M-20)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deskterm.mail.visible.separators import is_rule

_DELIMITERS = {"--": 20, "---": 10, "—": 10, "——": 10, "__": 10, "___": 10, "____": 10}
"""Lines above a signature, and the most lines of it that are not empty: more are words below a line of dashes."""

_MOST_FOOTER_LINES = 8
_SHORTEST_FOOTER_RULE = 20
_LONGEST_LINE = 250
_LONGEST_PHRASE = 90

_DEVICES = (
    r"iphone|ipad|ipod|android|blackberry|black berry|galaxy|samsung|huawei|xiaomi|htc|nokia|lumia|xperia|sony|pixel|"
    r"oneplus|windows|mac|mobil\w*|cell\w*|smart ?phone|phone|tablet|handy|portable|télé\w*|tele\w*|teléfono|"
    r"outlook|mail|mailbox|e-?mail|yahoo|gmail|google|aol|gmx|web\.de|proton\w*|tutanota|spark|sparrow|airmail|"
    r"thunderbird|k-9|aquamail|bluemail|boxer|nine|newton|superhuman|hey|mailspring|postbox|zimbra|zoho|fastmail|"
    r"front|missive|nylas|ti-\d+|device|appareil|gerät\w*|dispositivo|toestel|enhet|laite|urządzeni\w*"
)
_SENT_FROM = re.compile(
    r"[(<\[*_\s]*(?:"
    r"(?:sent|send|posted|written|composed) (?:from|via|with|by|using|on) (?:my|the|a|an) .+"
    rf"|(?:sent|send|posted|written|composed) (?:from|via|with|by|using"
    rf"|on) (?:[\w.’'®-]+ ){{0,4}}(?:{_DEVICES})(?!\w).*"
    rf"|from my (?:[\w.’'®-]+ ){{0,4}}(?:{_DEVICES})(?!\w).{{0,20}}"
    r"|\w+ from mobile"
    r"|(?:get|download|try) (?:outlook|the .{1,20} app|yahoo mail|bluemail|mail\.ru) .+"
    r"|sent by \w+$"
    r"|(?:von|mit|über) .{2,40} gesendet|gesendet (?:von|mit|aus|über) .+"
    r"|diese (?:nachricht|e-?mail) wurde (?:von|mit) .+ gesendet|.+ für (?:ios|android) (?:laden|herunterladen"
    r"|beziehen)"
    r"|hole(?:n)? sie sich outlook .+|outlook für (?:ios|android).*"
    r"|envoy[ée]e? (?:depuis|de|à partir de|d['’]|via|par) ?(?:mon|ma|l['’]|un|une|outlook|yahoo|gmail"
    r"|courrier|mobile|proton|orange|sfr).*"
    r"|(?:télécharge[rz]|obtenez|obtenir) outlook .+|provenance ?: courrier .+"
    r"|enviado (?:desde|do|de|a partir do|pelo|via|con) (?:mi|meu|minha|el|o|un|um|correo|outlook|yahoo|gmail"
    r"|samsung|iphone).*"
    r"|(?:obtener|obter|consigue|descarga(?:r)?|baixar) (?:o )?outlook .+"
    r"|inviato (?:da|dal|dall['’]|con|tramite) .+|(?:scarica|ottieni) outlook .+"
    r"|(?:verzonden|verstuurd|gestuurd) (?:vanaf|vanuit|met|via|van) .+|(?:download|verkrijg) outlook .+"
    r"|(?:sendt|skickat|skickad|sent) (?:fra|från|frå|med|via) .+|från min .+|fra min .+|(?:hent|hämta"
    r"|last ned) outlook .+"
    r"|lähetetty .+(?:sta|stä|lta|ltä|lla|llä).*|(?:wysłano|wysłane) z .+|odesláno z .+|odoslané z .+"
    r"|(?:poslano|poslato) (?:s|sa|z|iz) .+|trimis (?:de pe|din|prin) .+|.+(?:ról|ről|ból|ből) küldve"
    r"|.{2,40}(?:dan|den|tan|ten) gönderildi"
    r"|отправлено (?:с|из|от|через) .+|надіслано (?:з|із|від) .+|изпратено от .+|στάλθηκε από .+"
    r"|(?:發自|发自|從我的|从我的|來自|来自)我?.{1,30}|.{1,20}(?:から送信|에서 보냄|에서 보낸 메일)"
    r"|נשלח מה.+|أرسلت من .+|gửi từ .+|dikirim dari .+"
    r")[)>\]*_\s]*\Z",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\[([^\[\]]{1,60})\]\([^()]{1,300}\)")
_LINK = re.compile(r"<[^<>]{1,300}>|https?://\S{1,300}|[ⓘ™®]")
_RULE = " \t\xa0-_=*#~+.·•|ᐧ\u200b\u200c\u200d\ufeff\u2060"


def has_words(line: str) -> bool:
    """Return whether a line holds more than rules, dashes and empty characters."""
    return bool(line.strip(_RULE))


def is_sent_from(line: str) -> bool:
    """Return whether a line is what a phone or program adds, such as `Sent from my iPhone`. A line that goes on after a
    comma is a sentence of somebody."""
    if len(line) > 2 * _LONGEST_LINE:
        return False
    text = _LINK.sub("", _LABELLED.sub(r"\1", line.strip("<>() ") if line.startswith(("<<", "(")) else line)).strip()
    if not text or len(text) > _LONGEST_PHRASE or "," in text or text.endswith(("?", "!", ":")):
        return False
    return _SENT_FROM.match(text.rstrip(". ")) is not None


def find_signature(lines: Sequence[str], *, has_words_above: bool = False) -> int | None:
    """Return the line from which on lines are a signature, to their end; None where they have none. It stands below
    words: where there are none, nothing is one. has_words_above: there are words before these lines."""
    filled = [place for place, line in enumerate(lines) if has_words(line)]
    if not filled and not has_words_above:
        return None
    start: int | None = None
    for place in range(0 if has_words_above else filled[0] + 1, len(lines)):
        below = lines[place + 1 :]
        most = _DELIMITERS.get(lines[place].strip(" \t\xa0"))
        is_rule_ = len(lines[place]) >= _SHORTEST_FOOTER_RULE and is_rule(lines[place])
        if (most is not None and _is_small(below, most)) or (is_rule_ and _is_footer(below)):
            start = place
            break
    end = len(lines) if start is None else start
    # What a phone adds stands last
    while True:
        words = [place for place in filled if place < end]
        if len(words) + has_words_above < 2 or not is_sent_from(lines[words[-1]]):
            break
        start = end = words[-1]
    # Rules, and the signs that count who opens a mail
    while end > 0 and lines[end - 1].strip() and not has_words(lines[end - 1]):
        start = end = end - 1
    return start


def _is_small(lines: Sequence[str], most: int) -> bool:
    filled = [line for line in lines[: 4 * most] if line.strip()]
    return len(lines) <= 4 * most and len(filled) <= most and all(len(line) <= _LONGEST_LINE for line in filled)


def _is_footer(lines: Sequence[str]) -> bool:
    """Return whether lines are what a mailing list puts below each mail: few, with an address."""
    filled = [line for line in lines[: _MOST_FOOTER_LINES * 2] if has_words(line)]
    return (
        0 < len(filled) <= _MOST_FOOTER_LINES
        and len(lines) <= _MOST_FOOTER_LINES * 2
        and any("://" in line or "@" in line for line in filled)
        and all(len(line) <= _LONGEST_LINE for line in filled)
    )
