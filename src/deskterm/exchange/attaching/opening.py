"""Open a file with the system's program for it (C-22): a copy that only its owner can read, and never a file that could
run as a program."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from deskterm.desk.domain.files.names import make_file_name, split_suffix
from deskterm.errors import DeskError
from deskterm.exchange.attaching.saving import save_content

OPENED_SUFFIXES = frozenset(
    {
        *("txt", "text", "log", "md", "csv", "tsv", "json", "toml", "yaml", "yml", "ini", "conf", "diff", "patch"),
        *("eml", "ics", "vcf", "pdf", "rtf", "odt", "ods", "odp", "docx", "xlsx", "pptx", "epub"),
        *("png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "heic", "avif"),
        *("mp3", "m4a", "ogg", "oga", "opus", "flac", "wav", "mp4", "m4v", "mov", "mkv", "webm", "avi"),
        *("zip", "gz", "bz2", "xz", "tar", "7z"),
    }
)
"""Suffixes of files that are opened. Any other file can only be saved: a desktop also runs scripts, installers,
shortcuts, macros, and pages with scripts in them."""
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"[Desktop Entry]",
)
"""First bytes of programs, whatever their names."""


def require_harmless(name: str, content: bytes) -> None:
    """Raise DeskError for a file that the system might run when it is opened."""
    shown = make_file_name(name)
    suffix = split_suffix(shown)[1].lstrip(".").lower()
    if suffix not in OPENED_SUFFIXES or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PROGRAMS):
        raise DeskError(f"{shown} might run as a program, and is not opened from here: save it, and look at it first.")


def open_content(folder: str, name: str, content: bytes) -> Path:
    """Write a content into a folder of temporary files, and have the system open it there; return its path. It does
    not wait for the program. Raises DeskError for what might run, and where the system has no program."""
    require_harmless(name, content)
    path = save_content(folder, name, content)
    path.chmod(0o400)  # read-only, so that an editor says that changes to the copy do not reach the desk
    if sys.platform == "win32":
        os.startfile(path)
        return path
    command = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        # Never through a shell: the name came from outside. In a session of its own, so that it outlives the console
        subprocess.Popen(
            [command, str(path.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        path.unlink(missing_ok=True)
        raise DeskError(f"{command} is not there to open files: save {path.name}, and open it yourself.") from error
    return path


def make_temporary_folder() -> str:
    """Make a folder for opened files that only its owner can enter. It stays after the call: the program that opens a
    file reads it later."""
    return tempfile.mkdtemp(prefix="deskterm-")
