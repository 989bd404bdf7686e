"""Notices of failure in words: the recipients that a text names where there are no fields for them (M-42, M-43).

Each kind of server has words of its own, but few ways to write them: an address at the start of a line, with the
answer behind or below it; a field, as `Recipient:`; a log of the session; a sentence with the address in it. These are
tried in this order, and the first that names somebody is taken.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from deskterm.mail.bounces.recipients import (
    LONGEST_DIAGNOSTIC,
    Recipient,
    find_reply,
    find_status,
    make_recipient,
)
from deskterm.mail.reading.addresses import clean_address

MOST_CHARACTERS = 60_000
MOST_LINES = 600
LONGEST_LINE = 2_000
MOST_RECIPIENTS = 100
_DIAGNOSTIC = 4_000

_FAILURE = re.compile(
    r"undeliver|\[bounce\]|requested action not taken|"
    r"un-?deliverable|non-?deliver|not (?:be(?:en)? )?(?:able to )?(?:be )?(?:successfully )?deliver|"
    r"(?:could|can|was|were|has|have|did|do|is)(?: ?not|n[o']t)(?: \w+){0,4} (?:be )?(?:deliver|sent\b|reach|"
    r"complete)|unable to (?:\w+ )?(?:deliver|send)|delivery (?:\w+ ){0,6}(?:fail|error|problem|delay|abort)|"
    r"fail(?:ed|ure|ing)? (?:\w+ )?(?:to )?deliver|delivery (?:status )?notification|"
    r"returned (?:mail|to sender|message)|return(?:ing|ed) (?:\w+ )?to (?:the )?sender|failure (?:notice|reason)|"
    r"mail (?:fail|system error|delivery|returned)|message (?:delivery )?(?:has )?fail|"
    r"permanent (?:fatal )?(?:error|fail)|permanent errors|fatal error|had trouble|"
    r"rejected (?:the )?(?:recipient|by)|(?:delivery|following) (?:problems|errors)|does not (?:like|exist)|"
    r"did not like|invalid final|unknown (?:user|host|recipient)|(?:user|host) unknown|transcript of session|"
    r"error (?:sending|delivering|while)|not delivered|bounced\b|group .{0,80}may not exist|"
    r"incorrectly constructed|problem delivering|(?:message|mail|delivery) (?:has been |is |was )?delayed|"
    r"undelivered|nicht (?:\w+ ){0,3}zugestellt|unzustellbar|zustellung (?:\w+ ){0,4}fehl|"
    r"non (?:remis|distribu|delivr|recapit)|n'a pas pu|pas (?:pu )?être (?:remis|distribu|livr)|"
    r"no se (?:ha )?(?:pudo|podido|puede)|no (?:fue|pudo|ha podido) (?:ser )?(?:entregad|enviad)|quizás no exista|"
    r"não (?:pôde|foi|pode)|impossibile|impossível|non è stato possibile|niet (?:\w+ ){0,3}(?:bezorg|afgeleverd)|"
    r"kunde inte levereras|kunne ikke leveres|nie (?:\w+ ){0,3}dostarczon|nelze doručit|nedoručiteln|"
    r"не (?:может быть |удалось |было |был )?(?:доставлен|доставить)|недоставлен|"
    r"エラー|送信できません|送信に失敗|配信できません|配信不能|届きません|届けられません|お届けできません|"
    r"退信|无法(?:投递|送达|发送|傳送)|無法(?:投遞|傳送|遞送)|投递失败|可能不存在|전송하지 못|반송",
    re.IGNORECASE,
)
"""Words that stand somewhere in a notice of failure, in the languages of the servers seen."""

_RETURNED = re.compile(
    r"[-=*>|_\s]*(?:(?:this is|below is|included is|here is|what follows is)? ?(?:a copy of (?:the|"
    r"your)(?: original)?(?: mail| e-?mail)? (?:message|header|mail)|"
    r"below this line is a copy|original message follows|"
    # Alone in its line: "The original message was received at" is part of the notice
    r"(?:the )?original (?:message|mail)(?: (?:headers?|info|follows|text))?(?=[\s:.*=|>_-]*\Z)|"
    r"(?:un(?:sent|delivered)|returned|rejected|non-?delivered) (?:message|mail)(?: (?:follows|below))?|"
    r"message (?:header|text|headers?)s? follows?|the header of the original|enclosed is a copy|"
    r"included is a copy of the message|returned message|text of (?:your )?message|original mail info|"
    r"begin(?:ning)? of (?:the )?(?:original|returned)|header of the (?:original|returned)|"
    r"message contents? follows?|copy of (?:the|your) message))\b",
    re.IGNORECASE,
)
_RETURNED_HEADER = re.compile(
    r"\s*(?:Received|Return-Path|Delivered-To|DKIM-Signature|ARC-[A-Za-z-]{3,30}|X-Google-[A-Za-z-]{3,40}|"
    r"X-Envelope-From|Message-ID|MIME-Version): ?\S",
    re.IGNORECASE,
)

_PLAIN = r"[^\s<>,;:\"'()\[\]|=&?/]{1,200}@[^\s<>,;:\"'()\[\]|=&?/]{0,250}[^\s<>,;:\"'()\[\]|=&?/.]"
_ANY = re.compile(_PLAIN)
_AT_START = re.compile(
    rf"[\s>]*(?:[-*•]{{1,2}} )?(?P<quote>[<\"'(\[]{{0,2}})(?:(?:rfc822|smtp);\s?)?(?P<address>{_PLAIN})[>\"')\]]{{0,2}}"
    r"(?P<rest>\s*$|\s*[:;,]|\s+on \w|\s*\.\.\.|\s*\(|\s*\[|\s+-|\s+<|\s+(?:invalid|rejected|failed|is|was|does|"
    r"has|not|user|unknown|mailbox|account|could|can|host|recipient)\b|\s{2,})",
    re.IGNORECASE,
)
_FIELDS = re.compile(
    r"(?:(?:intended |final |original |failed |envelope )?recipient(?:s|"
    r"\(s\))?(?:['’]?s?(?: e-?mail)? address(?:es)?)?|"
    r"invalid (?:final delivery )?user(?:id)?|unknown user|failed address(?:es)?|(?:e-?mail )?address(?:es)?|"
    r"(?:could not|unable to|cannot|not) (?:be )?deliver(?:ed)?(?: (?:the |your )?(?:message|mail))?(?: to)?|"
    r"empf(?:ä|ae)nger|destinataire|destinatario|addressed to|宛先)"
    rf"(?: (?:is|was))?\s*[:=]\s*(?:(?:rfc822|smtp);\s?)?[<\"']?(?P<address>{_PLAIN})",
    re.IGNORECASE,
)
_SESSION = re.compile(
    rf"(?:rcpt to:\s*<?|^[\s>]*(?:<<<\s*)?[45]\d\d[ -](?:[45]\.\d{{1,3}}\.\d{{1,3}}\s+)?<)(?P<address>{_PLAIN})",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:(?:deliver(?:ed|y|ing)?|send(?:ing)?|sent|address(?:ed)?|recipients?|errors|user|mailbox|account|for|to|"
    r"message|mail|follow(?:s|ing)|reach)\b[^@\n]{0,60}?[\s:<\"'(]|[<\"'(])"
    rf"(?P<address>{_PLAIN})",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"warning message only|has been delayed|is delayed|delivery delayed|will be retried|"
    r"will (?:keep|continue) (?:on )?(?:trying|retrying|to (?:try|be))|do(?:es)? not need to resend|"
    r"not yet been (?:delivered|possible)|still (?:being )?(?:trying|queued|in the queue)|"
    r"could not be delivered (?:yet|for the last)|delivery attempts will continue|delayed delivery|"
    r"status notification \(delay\)|wird weiter versucht",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"giv(?:en|ing) up|permanent(?:ly)?\b(?! redirect)|not going to try again|no further (?:delivery )?attempts|"
    r"has been (?:removed|deleted) from the queue|(?:retry )?time-?out exceeded|have been failing for a long time|"
    r"cannot send message for|queued? too long|in the queue too long",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(
    r"deferred|temporar|timed out|time-?out exceeded|failing for a long time|try again|too long in|queue too long|"
    r"could not (?:be delivered|deliver) for the last",
    re.IGNORECASE,
)
_AFTER_DATA = re.compile(
    r"in reply to (?:end of )?data|>>> data|smtp command\s+data|after (?:end of )?data|(?:text|data) command",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:mailer-daemon|postmaster|abuse|support|help|admin|info|double-bounce|noreply|no-reply)@|\.(?:png|gif|jpe?g)\Z"
)


class Notice(NamedTuple):
    """A text in two: the words of a server, and what it gives back of the letter."""

    words: str
    returned: str


def split_notice(text: str) -> Notice:
    """Split a text where the letter that is given back begins."""
    lines = [line[:LONGEST_LINE] for line in text[:MOST_CHARACTERS].splitlines()[:MOST_LINES]]
    for place, line in enumerate(lines):
        before = any(one.strip() for one in lines[:place])
        if before and len(line) < 200 and (_RETURNED.match(line) or _RETURNED_HEADER.match(line)):
            rest = lines[place + 1 :] if _RETURNED.match(line) else lines[place:]
            return Notice("\n".join(lines[:place]), "\n".join(rest))
    return Notice("\n".join(lines), "")


def is_about_contents(words: str) -> bool:
    """Return whether a server refused what the letter says: it had taken the address before."""
    return _AFTER_DATA.search(words) is not None


def says_failure(text: str) -> bool:
    """Return whether a text is a notice of failure, or of delay, by its words."""
    return _FAILURE.search(text[:MOST_CHARACTERS]) is not None


def read_notice(words: str, *, known: tuple[str, ...] = (), ours: frozenset[str] = frozenset()) -> list[Recipient]:
    """Return the recipients that a notice names. known: those that its headers name, which are taken alone; ours:
    addresses that the letter came from, which are named too."""
    lines = words.splitlines()
    found, is_log = _find_places(lines, ours) if not known else (_find_known(lines, known), False)
    alone = len(found) == 1
    places = sorted(set(found.values()))
    sections = (
        (address, _cut_log(lines, address) if is_log and not alone else _cut(lines, place, places))
        for address, place in found.items()
    )
    action = "delayed" if _DELAYED.search(words) and not _GIVEN_UP.search(words) else "failed"
    return [_read_one(address, section, words if alone else "", action) for address, section in sections]


def _find_places(lines: list[str], ours: frozenset[str]) -> tuple[dict[str, int], bool]:
    """Return addresses with the lines they stand in, of the first way of writing that names any, and whether that is a
    log of the session."""
    sentences = " ".join(lines)
    for pattern, is_whole in (
        (_AT_START, True),
        (_FIELDS, False),
        (_SESSION, False),
        (_SENTENCE, False),
        (_ANY, False),
    ):
        found: dict[str, int] = {}
        for place, line in enumerate(lines):
            matches = [pattern.match(line)] if is_whole else pattern.finditer(line)
            for match in matches:
                if match is None or len(found) >= MOST_RECIPIENTS:
                    continue
                named = match["address"] if "address" in pattern.groupindex else match[0]
                if is_whole and match["rest"].strip() == "<" and (inner := _ANY.match(line, match.end())) is not None:
                    named = inner[0]  # what stands in front is a name that is written like an address
                address = clean_address(named)
                if address and address not in found and not _is_other(address, ours, sentences):
                    found[address] = place
        if found:
            return found, pattern is _SESSION
    return {}, False


def _is_other(address: str, ours: frozenset[str], words: str) -> bool:
    """Return whether an address is not a recipient's: the writer's, a server's own, or one in a message's identity."""
    return address in ours or (
        _NOBODY.search(address) is not None and words.lower().count(address) == 1 and not _is_only(address, words)
    )


def _is_only(address: str, words: str) -> bool:
    return {one.lower() for one in _ANY.findall(words)} <= {address}


def _find_known(lines: list[str], known: tuple[str, ...]) -> dict[str, int]:
    lower = [line.lower() for line in lines]
    return {
        address: next((place for place, line in enumerate(lower) if address in line), 0)
        for address in known[:MOST_RECIPIENTS]
    }


def _cut(lines: list[str], place: int, places: list[int]) -> str:
    """Return the lines from one recipient to the next."""
    after = next((one for one in places if one > place), len(lines))
    return "\n".join(lines[place:after])


def _cut_log(lines: list[str], address: str) -> str:
    """Return the lines of a log that have an address, and answers right below them: others may be about others."""
    section: list[str] = []
    is_answer = False
    for line in lines:
        is_answer = address in line.lower() or (is_answer and line.lstrip().startswith("<<<"))
        section += [line] if is_answer else []
    return "\n".join(section)


def _strip_address(section: str, address: str) -> str:
    """Return what follows an address that a section begins with, in one line."""
    line = " ".join(section.split())
    before, found, _ = line[:400].lower().partition(address)
    if not found or any(one.isalnum() for one in before):
        return line
    return line[len(before) + len(address) :].lstrip(" >\"'):;,.")


def _read_one(address: str, section: str, words: str, action: str) -> Recipient:
    """Read what became of one recipient. words: the whole notice where it is of this one alone."""
    diagnostic = section[:_DIAGNOSTIC]
    answer = _strip_address(diagnostic, address)
    if words and not find_status(diagnostic) and not find_reply(diagnostic):
        diagnostic = words[:_DIAGNOSTIC]
    status = find_status(diagnostic)
    recipient = make_recipient(
        address,
        action=action,
        status=status if not status.startswith("2") else "",
        reply=find_reply(diagnostic),
        diagnostic=diagnostic,
    )
    if any(one.isalpha() for one in answer):
        recipient = recipient._replace(diagnostic=answer[:LONGEST_DIAGNOSTIC])  # without the sentences of each notice
    if not recipient.status and not recipient.reply and _TEMPORARY.search(diagnostic) and not recipient.is_dead:
        return recipient._replace(status_class="4")
    return recipient
