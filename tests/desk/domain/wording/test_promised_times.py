"""Times that a message promises, by labelled sentences in five languages (C-23)."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deskterm.desk.domain.wording.promised_times import find_promises

pytestmark = pytest.mark.law("C-23")

SENTENCES = tomllib.loads(
    (Path(__file__).parents[3] / "cases" / "sentences_that_promise.toml").read_text(encoding="utf-8")
)
NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize("language", SENTENCES)
def test_promised_times_are_read(language: str) -> None:
    found = {
        sentence: [
            f"{one.at.astimezone(NOW.tzinfo):%Y-%m-%dT%H:%M}" for one in find_promises(sentence, NOW, "Europe/London")
        ]
        for sentence in SENTENCES[language]
    }
    assert found == {sentence: [at] if at else [] for sentence, at in SENTENCES[language].items()}


def test_a_day_that_the_reader_of_instants_refuses_is_no_promise() -> None:
    assert find_promises("It is done by 31.02.2026.", NOW, "Europe/London") == []
    assert find_promises("It is done by 99:99 tomorrow.", NOW, "Europe/London") == []
    assert find_promises("by " * 200_000, NOW, "Europe/London") == []
