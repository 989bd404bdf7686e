"""Addresses that do not exist, by what servers say of them (M-44)."""

from __future__ import annotations

import re

_DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"})
_CLOSED = frozenset({"521", "556"})
"""A host or a domain that never takes mail (RFC 7504)."""
_OTHER_SUBJECT = re.compile(r"5\.(?:2\.[2-9]|3\.[1-9]|7\.\d+|4\.[5-7]|6\.\d+)\Z|5\.1\.[78]\Z")
"""Statuses that say something else, whatever the words beside them are: full, too large, policy, loops, the sender."""

_UNKNOWN = re.compile(
    r"user (?:is |was )?unknown|"
    r"unknown[ -](?:or illegal |to )?(?:alias|user|recipient|mailbox|address|account|local|host|domain|virtual)|"
    r"(?:recipient|mailbox|address|account)(?: address)? (?:is )?unknown|"
    r"no such (?:user|mailbox|recipient|address|account|person|local|e-?mail|domain|host|name|group)|"
    r"no (?:mailbox|account|user)\b.{0,30}\b(?:here|by that name|found)|no mailbox\b|"
    r"(?:user|mailbox|recipient|address|account|inbox|addressee|alias|person|domain|host|name)s?\b.{0,60}?\b(?:does "
    r"?n[o']t|do not|did not|could ?n[o']t be|could not be|can ?not be|was not|were not|is not|isn't|not)\s(?:be |"
    r"been )?(?:exist|found|known|recogni[sz]ed|listed|located|resolve|a valid|valid)|not exist\b|doesn't exist|"
    r"does not exist|doesn't have an? .{0,60}account|has no (?:mailbox|account)|"
    r"unable to find (?:the )?(?:user|recipient|mailbox|domain)|"
    r"invalid (?:user|mailbox|recipient|address|final delivery userid|local)|"
    r"not (?:a valid|a known|our) (?:mailbox|recipient|user|address|customer)|not listed in|"
    r"recipient (?:name )?(?:is )?not recogni[sz]ed|recipnotfound|unknown_?recipient|host (?:is )?unknown|"
    r"host (?:or domain name )?not found|couldn't find (?:any )?host|domain not found|name or service not known|"
    r"nxdomain|no route to (?:the )?domain|domain name not found|"
    r"(?:mailbox|user|recipient|address|account)\b.{0,40}\b(?:has moved|moved to|no longer)|"
    r"no longer (?:valid|available|in use|with|works|employed|exists|accept)|has moved|null ?mx|no smtp service|"
    r"does not accept mail|recipient address rejected: access denied|(?:not|n't) (?:a )?local (?:user|mailbox)|"
    r"undeliverable address|address not present|unbekannte[rs]? (?:empf|benutz)|"
    r"empf(?:ä|ae)nger (?:ist )?unbekannt|inconnu|desconocid|sconosciut|#?5\.1\.0 address rejected|宛先不明|存在しない|"
    r"見つかりません|(?<!可能)不存在",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota exceed|exceeded (?:storage|quota)|full mailbox|insufficient storage|"
    r"(?:disabled|suspended|inactive|deactivated|discontinued|expired)\b|spam|blacklist|blocklist|black list|"
    r"block list|blocked|greylist|grey-list|policy|dmarc|\bspf\b|dkim|reputation|reverse dns|\bptr\b|rdns|"
    r"relay(?:ing)? (?:access )?(?:denied|not|prohibited)|unable to relay|virus|too (?:big|large|long|many)|"
    r"size limit|(?:later|found|please),? try again|try again later|"
    r"sender (?:address )?(?:rejected|denied|unknown|verif|domain)|sender was rejected|domain of sender|"
    r"from address|return ?path|not permitted|not authori[sz]ed|authentication|not allowed|permission|on hold",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota exceed|exceeded (?:storage|quota)|insufficient storage|spam|"
    r"blacklist|domain of sender|sender (?:address )?rejected",
    re.IGNORECASE,
)


def is_dead_status(status: str) -> bool:
    """Return whether a status alone says that an address does not exist."""
    return status in _DEAD


def is_dead_address(status: str, reply: str, diagnostic: str) -> bool:
    """Return whether a failure says that its address does not exist. What may pass, as a full mailbox, and what is
    about the sender, as a policy, leaves the address alone; so does whatever is of class 4."""
    if status.startswith(("2", "4")) or (not status and reply.startswith("4")):
        return False
    if status in _DEAD:
        return not _FULL.search(diagnostic)
    if _OTHER_SUBJECT.match(status):
        return status == "5.3.2" and reply in _CLOSED
    return bool(reply in _CLOSED or (_UNKNOWN.search(diagnostic) and not _ELSE.search(diagnostic)))
