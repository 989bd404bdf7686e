"""Commands on views: the lists of the queue (C-11)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from deskterm.present.views import VIEW_NUMBERS, VIEWS, format_view_keys
from deskterm.tui.commands.command import Command

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace


def _open_numbered(place: int, workspace: Workspace) -> None:
    """Open the view with a number, if there are so many."""
    if place <= len(workspace.views):
        workspace.show_view(workspace.views[place - 1].key)
        workspace.show_pane("queue")


def _open_neighbour(by: int, workspace: Workspace) -> None:
    """Open the view so many places further on."""
    workspace.show_view(workspace.view_list.neighbour(by))


def _open_last(workspace: Workspace) -> None:
    """Open the view before the one that is shown, if it is still there."""
    before = workspace.view_list.before
    if workspace.view_list.find(before) is not None:
        workspace.show_view(before)


# A table is read row by row: a formatter would spread each command over a dozen lines.
# fmt: off
VIEWING: tuple[Command, ...] = (
    Command("view", "Go to a view", argument="[name, or what `edit-view` takes]",
            handler="view.go_to_view", group="Look",
            help=f"Go to a view: {format_view_keys([view.key for view in VIEWS])}, or one of your own or your team's "
                 "by its name; `:view save NAME` makes one of what the queue shows."),
    Command("save-view", "Save as a view", keys=("B",), argument="[name]",
            handler="queue.views.save_view", group="Look", opens_input=True,
            help="Save what the queue shows as a view: its filter, order and columns; under the name of a view of "
                 "yours, in its place."),
    Command("edit-view", "Change the view",
            argument="[rename|filter|share|default|place|after|delete] [words]",
            handler="queue.views.edit_view", group="Look", opens_input=True,
            help="Change the view in the queue: its name or filter, its place and digit, whether it opens first, what "
                 "an act does in it; as a lead share it with a team; or delete it."),
    *(Command(f"view-{place}", f"View {place}", keys=(str(place),),
              step=partial(_open_numbered, place), group="Look", in_palette=False,
              help=f"The view of number {place}.")
      for place in range(1, VIEW_NUMBERS + 1)),
    Command("last-view", "Last view", keys=("minus",),
            step=_open_last, group="Look", in_palette=False,
            help="Back to the view before; again, and forth."),
    Command("next-view", "Next view", keys=("v", "right_square_bracket"),
            step=partial(_open_neighbour, 1), group="Look", in_palette=False,
            help="The next view."),
    Command("previous-view", "Previous view", keys=("V", "left_square_bracket"),
            step=partial(_open_neighbour, -1), group="Look", in_palette=False,
            help="The view before."),
)
# fmt: on
