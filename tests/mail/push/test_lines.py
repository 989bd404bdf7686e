"""Lines that are pushed say what kind of event it was, and more only where that is asked for."""

from __future__ import annotations

from typing import get_args

from deskterm.desk.notify.delivery import UNDELIVERED
from deskterm.desk.reactions.mentions import TOPIC
from deskterm.desk.workflow.transition_rules import MOVE_BLOCKED
from deskterm.mail.push.lines import _KINDS, find_topic, format_line
from deskterm.mail.settings.schema import PushTopic
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.store.queries.mail.notices import DueNotice
from small_desk import small_procedure

NOTICE = DueNotice(7, 1001, 0, None, "response-near", "Sam wrote @everyone", "Help <!channel>\nnow", None, None)


def test_every_kind_has_its_words() -> None:
    assert _KINDS.keys() == set(get_args(PushTopic))
    assert {UNDELIVERED, TOPIC, MOVE_BLOCKED} < _KINDS.keys()


def test_words_of_a_customer_are_one_line_that_calls_nobody() -> None:
    procedure = CompiledProcedure(small_procedure())
    assert find_topic(NOTICE) == "rule"
    assert format_line(NOTICE, procedure, "Europe/London", text=False) == "1001: a rule"
    line = format_line(NOTICE, procedure, "Europe/London", text=True)
    assert line == "1001 Help <\N{WORD JOINER}!channel> now: Sam wrote @\N{WORD JOINER}everyone"
