"""Tokens by which answers find their ticket (M-30): in message ids and in addresses, signed with the desk's key."""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import NamedTuple

from deskterm.errors import DeskError

_LENGTH = 10
"""Bytes of a signature: 80 bits."""
_ID = re.compile(r"dt\.(\d{1,18})\.(\d{1,9})\.([a-z2-7]{16})@\S+", re.IGNORECASE)
_PLUS = re.compile(r"t-(\d{1,18})-([a-z2-7]{16})", re.IGNORECASE)
_AGENT = re.compile(r"a-(\d{1,18})-(\d{1,9})-(\d{1,6})-([a-z2-7]{16})", re.IGNORECASE)
_BOUNCE = re.compile(r"b-(\d{1,18})-(\d{1,9})-([a-z2-7]{16})", re.IGNORECASE)
_SURVEY = re.compile(r"f-(\d{1,18})-(\d{1,6})-(\d{1,3})-([a-z2-7]{16})", re.IGNORECASE)
_AGENT_DAYS = 30
KEY_FILE = "mail-token.key"


class LetterToken(NamedTuple):
    """The contents of a token in a message id. event: of the letter on the ticket."""

    ticket: int
    event: int


def make_message_id(key: bytes, ticket: int, event: int, domain: str) -> str:
    """Return the message id of a letter, without its brackets."""
    return f"dt.{ticket}.{event}.{_sign(key, 'letter', ticket, event)}@{domain}"


def read_message_id(key: bytes, text: str) -> LetterToken | None:
    """Return what a message id names; None where it is none of ours. One with a wrong signature is none."""
    match = _ID.fullmatch(text.strip().strip("<>"))
    if match is None:
        return None
    ticket, event = int(match[1]), int(match[2])
    return LetterToken(ticket, event) if _is_right(match[3], _sign(key, "letter", ticket, event)) else None


def make_plus_part(key: bytes, ticket: int) -> str:
    """Return the part of an address behind its plus sign that names a ticket."""
    return f"t-{ticket}-{_sign(key, 'address', ticket, 0)}"


def read_plus_part(key: bytes, text: str) -> int | None:
    """Return the ticket that a plus part names; None where it is none of ours."""
    match = _PLUS.fullmatch(text)
    if match is None:
        return None
    return int(match[1]) if _is_right(match[2], _sign(key, "address", int(match[1]), 0)) else None


def make_notice_id(domain: str) -> str:
    """Return the message id of a notice, which nothing answers, without its brackets."""
    return f"dn.{secrets.token_hex(10)}@{domain}"


def make_bounce_part(key: bytes, ticket: int, event: int) -> str:
    """Return the part of the address for failures behind its plus sign, which names a letter (M-42)."""
    return f"b-{ticket}-{event}-{_sign(key, 'bounce', ticket, event)}"


def read_bounce_part(key: bytes, text: str) -> LetterToken | None:
    """Return the letter that such a part names; None where it is none of ours."""
    match = _BOUNCE.fullmatch(text)
    if match is None:
        return None
    ticket, event = int(match[1]), int(match[2])
    return LetterToken(ticket, event) if _is_right(match[3], _sign(key, "bounce", ticket, event)) else None


class SurveyToken(NamedTuple):
    """The contents of an address that answers a survey. key: of the survey on the ticket."""

    ticket: int
    key: str
    score: int


def make_survey_part(key: bytes, ticket: int, survey: str, score: int) -> str:
    """Return the part of an address behind its plus sign that gives a survey a score (M-66)."""
    return f"f-{ticket}-{survey}-{score}-{_sign(key, f'survey {survey} {score}', ticket, 0)}"


def read_survey_part(key: bytes, text: str) -> SurveyToken | None:
    """Return what such a part says; None where it is none of ours."""
    match = _SURVEY.fullmatch(text)
    if match is None:
        return None
    ticket, survey, score = int(match[1]), match[2], int(match[3])
    is_ours = _is_right(match[4], _sign(key, f"survey {survey} {score}", ticket, 0))
    return SurveyToken(ticket, survey, score) if is_ours else None


class AgentToken(NamedTuple):
    """The contents of the address of a notice: the ticket, the agent it went to, and the day on which it did, in days
    since 1970."""

    ticket: int
    agent: int
    day: int


def make_agent_part(key: bytes, ticket: int, agent: int, day: int) -> str:
    """Return the part of an address behind its plus sign by which an agent may answer a notice (M-26). agent: the
    number of their row; day: since 1970."""
    return f"a-{ticket}-{agent}-{day}-{_sign(key, f'agent {agent} {day}', ticket, 0)}"


def read_agent_part(key: bytes, text: str, today: int) -> AgentToken | None:
    """Return what such a part names; None where it is none of ours, or older than 30 days."""
    match = _AGENT.fullmatch(text)
    if match is None:
        return None
    ticket, agent, day = int(match[1]), int(match[2]), int(match[3])
    if not _is_right(match[4], _sign(key, f"agent {agent} {day}", ticket, 0)) or not 0 <= today - day <= _AGENT_DAYS:
        return None
    return AgentToken(ticket, agent, day)


def load_token_key(folder: Path) -> bytes:
    """Load the desk's key from the folder of its mail file, and make one where there is none yet. It lies with the
    secrets, and not in the store, of which copies are made (M-62). Raises DeskError where it cannot be read, or others
    may."""
    path = folder / KEY_FILE
    try:
        return _read_key(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise DeskError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(descriptor)
    except FileExistsError:
        pass  # another process was faster
    except OSError as error:
        raise DeskError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from error
    return _read_key(path)


def describe_lost_key(folder: Path) -> str:
    """Return what is wrong with the key of a desk that has sent letters; empty where nothing is. folder: of its mail
    file."""
    path = folder / KEY_FILE
    try:
        _read_key(path)
    except FileNotFoundError:
        return (
            f"the key of the mail's tokens, {path}, is missing: put your copy back, or answers to older letters find"
            " their ticket by what they answer alone"
        )
    except (OSError, DeskError) as error:
        return f"the key of the mail's tokens is of no use: {error}"
    return ""


def _read_key(path: Path) -> bytes:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise DeskError(f"{path} can be read by others: `chmod 600 {path}` keeps the key yours.")
        text = file.read(1000).strip()
    if len(text) < 32:
        raise DeskError(f"{path} holds no key: move it away, and a new one is made. Older letters lose their tokens.")
    return bytes(text)


def _sign(key: bytes, kind: str, ticket: int, event: int) -> str:
    digest = hmac.digest(key, f"{kind}.{ticket}.{event}".encode(), "sha256")[:_LENGTH]
    return base64.b32encode(digest).decode().lower()


def _is_right(given: str, wanted: str) -> bool:
    """Compare in constant time, so that nobody learns a signature letter by letter."""
    return hmac.compare_digest(given.lower(), wanted)
