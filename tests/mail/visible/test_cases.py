"""Bodies of strangers' mails with what their projects' authors expect: read from the shared folder, never kept here."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deskterm.mail.reading.addresses import read_addresses
from deskterm.mail.reading.html_text import html_to_text
from deskterm.mail.visible.forwards import read_forward
from deskterm.mail.visible.visible_part import find_visible


def _cases(name: str) -> list[dict[str, Any]]:
    named = os.environ.get("DESKTERM_TEST_DATA")
    roots = [Path(named), Path(named).parent] if named else [Path(__file__).parents[4] / "shared"]
    places = [root / folder / name for root in roots for folder in ("cases/mail", "mail", ".")]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        pytest.skip(f"no {name} in {', '.join(str(root) for root in roots)}")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _squeeze(text: str | None) -> str:
    return re.sub(r"\s+", "", text or "")


@pytest.mark.rule("M-20")
def test_the_visible_part_of_replies_is_as_their_authors_say() -> None:
    """Exact but for spaces in 65 of 100, words lost in 5 of 100 at most; all of a text stays in its parts."""
    exact = lost = judged = 0
    missed: list[str] = []
    for case in _cases("replies.jsonl"):
        html = case.get("html", "")
        text = case["text"] if "text" in case else html_to_text(html)
        visible = find_visible(text, html=html)
        assert visible.whole == text
        if case.get("visible") is None:
            has = all(_squeeze(one) in _squeeze(visible.new_text) for one in case["visible_has"])
            lacks = not any(one in visible.new_text for one in case["visible_lacks"])
            missed += [] if has and lacks else [case["id"]]
            continue
        judged += 1
        is_exact = _squeeze(visible.new_text) == _squeeze(case["visible"])
        is_lost = bool(Counter(case["visible"].split()) - Counter(visible.new_text.split()))
        exact += is_exact
        lost += is_lost
        missed += [] if is_exact else [f"{case['id']}{' (words lost)' if is_lost else ''}"]
    print(f"exact {exact} of {judged}, words lost in {lost}; otherwise: {', '.join(missed)}")
    assert exact >= 0.85 * judged
    assert lost <= 0.05 * judged


@pytest.mark.rule("M-31")
def test_forwards_and_their_authors_are_found() -> None:
    """Seen in 95 of 100, their authors right in 90 of 100."""
    cases = _cases("forwards.jsonl")
    seen = right = judged = 0
    missed: list[str] = []
    for case in cases:
        found = read_forward(case["text"], case.get("subject"))
        seen += (found is not None) == case["forwarded"]
        if not case["forwarded"]:
            continue
        judged += 1
        who = case["original"]["from"]
        named = read_addresses([who])[0] if isinstance(who, str) else (who["name"] or "", who["address"] or "")
        is_right = found is not None and found.sender is not None and tuple(found.sender) == tuple(named)
        right += is_right
        missed += [] if is_right else [case["id"]]
    print(f"seen {seen} of {len(cases)}, author right {right} of {judged}; otherwise: {', '.join(missed)}")
    assert seen >= 0.95 * len(cases)
    assert right >= 0.90 * judged
