"""The statuses that may follow, and the one of duplicates."""

from __future__ import annotations

import pytest

from deskterm.desk.policy.status_graph import find_duplicate_status, list_next_statuses, resolve_next_status
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from small_desk import small_procedure

PROCEDURE = CompiledProcedure(small_procedure(), 1)
STATUSES = PROCEDURE.definition.statuses


@pytest.mark.parametrize("before", PROCEDURE.statuses)
@pytest.mark.parametrize("after", PROCEDURE.statuses)
def test_only_the_statuses_of_the_graph_may_follow(before: str, after: str) -> None:
    if after in PROCEDURE.statuses[before].to:
        assert resolve_next_status(PROCEDURE, "fault", before, after) in list_next_statuses(PROCEDURE, "fault", before)
    else:
        with pytest.raises(DeskError, match="already" if before == after else "it can go to: "):
            resolve_next_status(PROCEDURE, "fault", before, after)


def test_a_duplicate_is_closed_unless_the_procedure_has_no_such_status() -> None:
    assert find_duplicate_status(PROCEDURE, "fault", 1001).key == "closed"
    still_open = tuple(status for status in STATUSES if status.category != "closed")
    procedure = CompiledProcedure(PROCEDURE.definition.model_copy(update={"statuses": still_open}), 1)
    with pytest.raises(DeskError, match="No closed status is for tickets like 1001"):
        find_duplicate_status(procedure, "fault", 1001)
