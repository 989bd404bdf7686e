"""The files of a mail: what of them may be shown and saved, and their bytes by digest (M-17)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from mimetypes import MimeTypes
from typing import NamedTuple

from deskterm.desk.domain.files.names import UNNAMED, make_file_name, make_unique, split_suffix
from deskterm.mail.reading.parts import Part
from deskterm.mail.reading.tnef import TnefMessage, read_tnef

_SUFFIXES = {
    "application/gzip": ".gz",
    "application/json": ".json",
    "application/msword": ".doc",
    "application/octet-stream": ".bin",
    "application/pdf": ".pdf",
    "application/pgp-encrypted": ".txt",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/rtf": ".rtf",
    "application/x-pkcs7-mime": ".p7m",
    "application/x-pkcs7-signature": ".p7s",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/feedback-report": ".txt",
    "message/disposition-notification": ".txt",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "video/mp4": ".mp4",
}
_STEMS = {
    "application/pgp-signature": "signature",
    "application/pkcs7-mime": "smime",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-mime": "smime",
    "application/x-pkcs7-signature": "smime",
    "message/delivery-status": "delivery-status",
    "text/calendar": "invitation",
    "text/rfc822-headers": "headers",
}
_TNEF_KINDS = ("application/ms-tnef", "application/vnd.ms-tnef")
_MESSAGE_KINDS = ("message/rfc822", "message/global", "message/news")


class AttachedFile(NamedTuple):
    """A file of a mail. name: one that a file may have in any folder, unlike those of the mail's other files;
    given_name: as the mail gives it, empty for none; kind: its type in lower case; digest: SHA-256 of its bytes, in
    hex; is_inline: it stands in the text, as a picture; is_broken: not all of its bytes could be read."""

    name: str
    given_name: str
    kind: str
    data: bytes
    digest: str
    is_inline: bool = False
    content_id: str = ""
    is_broken: bool = False

    @property
    def size(self) -> int:
        """Bytes of its content."""
        return len(self.data)


class AttachedFiles(NamedTuple):
    """The files of a mail. inner: what Outlook packed into a file of its own (TNEF)."""

    files: list[AttachedFile]
    inner: list[TnefMessage]


def list_files(parts: Iterable[Part]) -> AttachedFiles:
    """List the files that parts of a mail are, and beside a `winmail.dat` the files in it."""
    files: list[AttachedFile] = []
    inner: list[TnefMessage] = []
    taken: set[str] = set()
    for part in parts:
        files.append(_make_file(part.name, part.kind, part.data, part, taken))
        message = read_tnef(part.data) if _is_tnef(part) else None
        if message is not None:
            inner.append(message)
            files += [
                _make_file(one.name, one.kind or _guess_kind(one.name), one.data, None, taken) for one in message.files
            ]
    return AttachedFiles(files, inner)


def _make_file(given: str, kind: str, data: bytes, part: Part | None, taken: set[str]) -> AttachedFile:
    name = make_unique(_make_name(given, kind), lambda one: one.casefold() in taken)
    taken.add(name.casefold())
    digest = hashlib.sha256(data).hexdigest()
    if part is None:
        return AttachedFile(name, given, kind, data, digest)
    return AttachedFile(name, given, kind, data, digest, _is_inline(part), part.content_id, part.is_broken)


def _make_name(given: str, kind: str) -> str:
    """Return a name for a file: its own made safe, else one by its type. A message in a mail is always an `.eml`."""
    name = make_file_name(given) if given else UNNAMED
    if kind in _MESSAGE_KINDS:
        name = "message" if name == UNNAMED else name
        return name if name.lower().endswith(".eml") else make_file_name(f"{name[-110:]}.eml")
    if name != UNNAMED:
        return name
    stem = _STEMS.get(kind) or {"image": "picture", "audio": "sound", "video": "video"}.get(
        kind.partition("/")[0], UNNAMED
    )
    return stem + _SUFFIXES.get(kind, "")


def _is_inline(part: Part) -> bool:
    if part.disposition:
        return part.disposition == "inline"
    in_related = any(kind == "multipart/related" for kind, _, _ in part.path)
    return bool(part.content_id) and in_related


def _is_tnef(part: Part) -> bool:
    return part.kind in _TNEF_KINDS or part.name.lower() == "winmail.dat"


def _guess_kind(name: str) -> str:
    # Of Python's own table: what a system adds to it differs
    suffix = split_suffix(name)[1].lower()
    return MimeTypes().types_map[True].get(suffix, "application/octet-stream")
