"""Views that a procedure has, beside those of every desk and of agents (C-11)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.present.filters.procedure_views import check_views, list_procedure_views
from deskterm.present.labels import Vocabulary
from small_desk import SMALL_PROCEDURE, at, small_desk, small_procedure
from tui.console_session import open_console

pytestmark = pytest.mark.law("C-11")

VIEWS = """
[[views]]
key = "grave"
label = "Grave faults"
filter = "sev:high"
order = "received"
columns = ["number", "subject"]

[[views]]
key = "done"
label = "Done"
filter = "is:closed"
"""


def test_a_filter_that_the_procedure_cannot_read_is_refused_with_its_view() -> None:
    document = small_procedure(SMALL_PROCEDURE + VIEWS).model_dump_json()
    check_views(document, 0)
    grave, done = list_procedure_views(Vocabulary(document).views)
    assert (grave.name, grave.base, grave.order, grave.columns) == (
        "Grave faults",
        "open",
        "received",
        ("number", "subject"),
    )
    assert (done.base, done.login) == ("awake", "")
    wrong = small_procedure(SMALL_PROCEDURE + VIEWS.replace("sev:high", "sev:hihg")).model_dump_json()
    with pytest.raises(DeskError, match=r"The filter of the view 'Grave faults' cannot be read. .*did you mean high"):
        check_views(wrong, 0)


async def test_views_of_the_procedure_stand_before_those_of_agents_and_are_nobodys_to_change(
    tmp_path: Path,
) -> None:
    """There were nine views, whatever the company."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)
    apply_procedure(desk, small_procedure(SMALL_PROCEDURE + VIEWS), source="x", now=at(0))
    for severity in ("high", "low"):
        register(desk, type="fault", severity=severity, subject="Matter", requester="Kim Novak", now=at(1))
    desk.store.close()
    async with open_console(url) as console:
        labels = [line.label for line in console.workspace.views]
        assert labels[5:9] == ["Waiting", "Grave faults", "Done", "All open"]
        await console.run("view", "grave faults")
        await console.wait_until(lambda: console.panes.queue.count == 1, "the grave one")
        assert console.workspace.queue_query.order == "received"
        await console.run("view", "delete")
        await console.wait_for_notice("Grave faults is a view of the desk")
        await console.run("view", "save Mine alone")
        await console.wait_until(lambda: "Mine alone" in [line.label for line in console.workspace.views], "one's own")
