"""Words on a mail beside its text: what it holds where it has none, what was left out, whether it is signed (M-11,
M-15, M-19)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from deskterm.mail.reading.attached_files import AttachedFile
from deskterm.mail.reading.charsets import decode_body
from deskterm.mail.reading.header_values import clean
from deskterm.mail.reading.parts import Part

SIGNED = "signed, not verified"
ENCRYPTED = "encrypted: cannot be read here"

_SIGNATURE_KINDS = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_SMIME_KINDS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_PGP_MESSAGE = re.compile(r"^-----BEGIN PGP MESSAGE-----\s*$", re.MULTILINE)
_PGP_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\s*$", re.MULTILINE)

_ESCAPE = re.compile(r"\\([\\;,nN])")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_LONGEST_INVITATION = 100_000


class Seals(NamedTuple):
    """Seals of a mail: a signature, which nobody here verifies, and encryption."""

    is_signed: bool
    is_encrypted: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what is said about it."""
        return ((ENCRYPTED,) if self.is_encrypted else ()) + ((SIGNED,) if self.is_signed else ())


def find_seals(parts: Sequence[Part], text: str) -> Seals:
    """Find whether a mail is signed or encrypted, by S/MIME or PGP (M-19). Neither is taken apart."""
    multiparts = {kind for part in parts for kind, _, _ in part.path}
    smime = [part.parameters.get("smime-type", "").lower() for part in parts if part.kind in _SMIME_KINDS]
    kinds = {part.kind for part in parts}
    is_encrypted = (
        "multipart/encrypted" in multiparts
        or "application/pgp-encrypted" in kinds
        or any(one not in ("signed-data", "certs-only", "compressed-data") for one in smime)
        or _PGP_MESSAGE.search(text[:100_000]) is not None
    )
    is_signed = (
        "multipart/signed" in multiparts
        or not kinds.isdisjoint(_SIGNATURE_KINDS)
        or "signed-data" in smime
        or _PGP_SIGNED.search(text[:100_000]) is not None
    )
    return Seals(is_signed, is_encrypted)


def describe_contents(files: Sequence[AttachedFile], seals: Seals) -> list[str]:
    """Return lines on what a mail without text holds (M-15): an invitation with its summary and time, pictures, other
    files; or that it cannot be read here."""
    if seals.is_encrypted:
        return [ENCRYPTED]
    lines = [line for file in files if file.kind == "text/calendar" and (line := describe_invitation(file.data))]
    for words, several, start in (("picture", "pictures", "image/"), ("recording", "recordings", "audio/")):
        found = [file.name for file in files if file.kind.startswith(start)]
        lines += [f"{words if len(found) == 1 else several}: {_join(found)}"] if found else []
    others = [file.name for file in files if not file.kind.startswith(("image/", "audio/", "text/calendar"))]
    return lines + ([f"{'file' if len(others) == 1 else 'files'}: {_join(others)}"] if others else [])


def describe_invitation(data: bytes) -> str:
    """Return a line on the first event of a calendar: what it is and when, as it was written; empty for none."""
    source = decode_body(data[:_LONGEST_INVITATION], "utf-8").text
    found: dict[str, tuple[str, str]] = {}
    is_event = False
    for line in re.sub(r"\r?\n[ \t]", "", source).splitlines()[:2_000]:
        name, colon, value = line.partition(":")
        name, _, parameters = name.partition(";")
        name = name.strip().upper()
        if name == "BEGIN":
            is_event = value.strip().upper() == "VEVENT"
        elif colon and (is_event or name == "METHOD"):
            if 'TZID="' in line:  # a colon in quotation marks is none between name and value
                parameters, _, value = line.partition(";")[2].rpartition(":")
            found.setdefault(name, (value.strip(), parameters))
    if "SUMMARY" not in found and "DTSTART" not in found:
        return ""
    words = {"REPLY": "answer to an invitation", "CANCEL": "cancelled invitation"}
    kind = words.get(found.get("METHOD", ("", ""))[0].upper(), "invitation")
    summary = _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], found.get("SUMMARY", ("", ""))[0])
    start, end = _format_time(*found.get("DTSTART", ("", ""))), _format_time(*found.get("DTEND", ("", "")))
    if end[:10] == start[:10]:
        end = end[11:16]  # of the same day
        times = start.replace(start[11:16], f"{start[11:16]}–{end}", 1) if end else start
    else:
        times = f"{start} – {end}" if end else start
    return ", ".join(one for one in (f"{kind}: {clean(summary)[:200]}".rstrip(": "), times) if one)


def _format_time(value: str, parameters: str) -> str:
    match = _TIME.match(value)
    if match is None:
        return ""
    day = f"{match[1]}-{match[2]}-{match[3]}"
    if match[4] is None:
        return day
    zone = re.search(r"TZID=\"?([^\";:]{1,60})", parameters)
    place = "UTC" if match[6] else clean(zone[1]) if zone else ""
    return f"{day} {match[4]}:{match[5]} {place}".rstrip()


def describe_losses(files: Sequence[AttachedFile], *, cut_by: str, headers_cut: bool, left_out: int) -> list[str]:
    """Return sentences on what was not read, or not whole (M-11, M-17). cut_by: `parts` or `depth`, empty for neither;
    left_out: recipients beyond those that are kept."""
    lines = [f"{file.name} is broken: it holds what could be read of it." for file in files if file.is_broken]
    if cut_by == "parts":
        lines.append("This mail has more parts than are read here: the others are in the mail itself.")
    elif cut_by == "depth":
        lines.append("This mail is nested deeper than is read here: what lies below is in the mail itself.")
    if headers_cut:
        lines.append("The headers of this mail are longer than is read here: the rest is in the mail itself.")
    if left_out:
        lines.append(f"This mail went to {left_out} more addresses than are kept here.")
    return lines


def _join(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
