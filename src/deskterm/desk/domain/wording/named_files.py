"""Words that say that a file goes with what is written (C-23): `data/phrases/files`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from deskterm.desk.domain.quoted_text import remove_history
from deskterm.desk.domain.wording.sentences import find_phrase, split_sentences
from deskterm.procedure.shipped import data_folder

_HEADER = re.compile(r"^\s*attach:\s*\S", re.IGNORECASE)


def find_named_file(text: str) -> str:
    """Return the words of a message that say that a file goes with it; empty for none. Quoted text does not count."""
    own = remove_history(text)
    first = next((line for line in own.splitlines() if line.strip()), "")
    if _HEADER.match(first):
        return first.strip()  # an `attach:` line that is still in the text: its file was not attached
    for sentence in split_sentences(own):
        for language in _load_languages().values():
            phrase = find_phrase(sentence, language["words"])
            if phrase and not find_phrase(sentence, language["unless"]):
                return phrase
    return ""


@cache
def _load_languages() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return {
        path.stem: {key: tuple(phrases) for key, phrases in tomllib.loads(path.read_text(encoding="utf-8")).items()}
        for path in sorted((data_folder() / "phrases" / "files").glob("*.toml"))
    }
