"""The time in which texts made to be slow are judged: are they thanks, do they ask for an escalation?

    python bench/wording.py [--signs N]

Each text is one piece many times over, as long as a long mail. It is judged beside plain words of the same length: the
ratio says whether a pattern goes back over the text. No test measures this, since a machine may be busy.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from deskterm.desk.conversation.thanks_filter import is_only_thanks, may_be_thanks
from deskterm.desk.domain.wording.escalation_request import asks_for_escalation
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure

PIECES = ("-", "_", " ", "-x", "- ", "On ", ":", "(1", "a.", "a-", "Kim ", "T:", "ok ", ">\n", "۱", "謝", '"', '"a ',
          ",", "no ", "escalate ", "no escalate ", "de-", "(", "\n", "a\n")  # fmt: skip
PEOPLE = ("Kim Doe", "Larch Ltd", "Ann")
AIM = 40.0
"""The most that a text may take, in times of the plain one; a pattern that goes back over the text takes hundreds."""


def measure(judge: Callable[[str], object], text: str) -> float:
    """Return the least seconds of three that judging a text takes."""
    found = []
    for _ in range(3):
        began = time.perf_counter()
        judge(text)
        found.append(time.perf_counter() - began)
    return min(found)


def main() -> int:
    parser = argparse.ArgumentParser(description="Judge texts that are made to be slow, against plain ones.")
    parser.add_argument("--signs", type=int, default=60_000, help="the length of a text")
    signs = parser.parse_args().signs
    closing = load(find_procedure("web-agency")).procedure.closing

    def judge_thanks(body: str) -> None:
        may_be_thanks(body, closing)
        is_only_thanks(body, closing, people=PEOPLE)

    def judge_escalation(body: str) -> None:
        asks_for_escalation(body, ("urgent review",), PEOPLE)

    plain = ("The invoice run stopped again after the third customer. " * (signs // 50))[:signs]
    worst = 0.0
    for name, judge in (("thanks", judge_thanks), ("escalation", judge_escalation)):
        usual = measure(judge, plain)
        slowest, piece = max(
            (measure(judge, text), piece)
            for piece in PIECES
            for body in [(piece * signs)[:signs]]
            for text in (body, f"thanks\nKim\n{body}x", f"no {body}escalate")
        )
        worst = max(worst, slowest / usual)
        print(
            f"{name:<11} plain {usual * 1000:7.1f} ms · slowest {slowest * 1000:7.1f} ms ({piece!r})"
            f" · {slowest / usual:5.1f} times (aim {AIM:.0f})"
        )
    return int(worst > AIM)


if __name__ == "__main__":
    sys.exit(main())
