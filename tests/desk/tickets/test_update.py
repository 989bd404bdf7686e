"""Updates of a ticket: status, severity, priority, type, client, subject and tags."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.errors import DeskError
from due_time_desk import open_fault
from small_desk import at


def test_a_tag_that_is_not_there_is_not_taken_off_in_silence(clock_desk: DeskSession) -> None:
    open_fault(clock_desk, "low")
    with pytest.raises(DeskError, match="has no tag old: its tags are none"):
        update.tag(clock_desk, 1001, remove=["old"], now=at(1))
    done = update.tag(clock_desk, 1001, ["vip"], ["old"], now=at(1))
    assert done.summary == "1001: tags vip (old was not there)"
