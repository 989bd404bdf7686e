"""Sentences of the desk screen that depend on the view."""

from __future__ import annotations

import pytest

from deskterm.present.views import VIEWS
from deskterm.tui.commands.table import BY_NAME
from deskterm.tui.screens.titles import format_empty_list
from deskterm.tui.workers.messages import QueueQuery


@pytest.mark.parametrize("view", [view.key for view in VIEWS])
def test_every_view_has_its_name_in_the_help_and_a_sentence_when_it_is_empty(view: str) -> None:
    assert view in BY_NAME["view"].help
    assert format_empty_list(QueueQuery(view), has_team=True).endswith(".")
    assert "“mouse”" in format_empty_list(QueueQuery(view, match="mouse"), has_team=False)
