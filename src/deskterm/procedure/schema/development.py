"""Development items: statuses, routes and releases."""

from __future__ import annotations

from deskterm.procedure.schema.text_types import (
    CadenceKey,
    ChecklistKey,
    DevRouteKey,
    DevStatusKey,
    Key,
    Part,
    RoleKey,
    StatusKey,
    Text,
)


class DevStatus(Part):
    """A status of a development item."""

    key: Key
    label: Text
    definition: str = ""
    to: tuple[DevStatusKey, ...] = ()
    """The statuses that may follow."""
    approval: RoleKey | None = None
    """The role that must sign before it may go on from here; going back takes no signature."""
    ready: bool = False
    """Items here may be scheduled to a release, and go out with it to the first status of `to`."""
    moves_ticket_to: StatusKey | None = None
    """The status that the support ticket moves to when an item reaches this one."""


class DevRoute(Part):
    """A way through development."""

    key: Key
    label: Text
    definition: str = ""
    steps: tuple[Text, ...] = ()
    """In order, in words."""
    decision: str = ""
    """The question on the way."""
    when_yes: DevRouteKey | None = None
    """The route that a yes leads to."""
    when_no: str = ""
    """The sentence that says what a no leads to."""
    requires_release: bool = False
    """True: the route ends with a release."""


class Development(Part):
    """Linked development items (S1-29, S4-12, S4-18)."""

    label: str = "Development item"
    statuses: tuple[DevStatus, ...] = ()
    """The statuses of an item, in order."""
    routes: tuple[DevRoute, ...] = ()
    """Ways through development."""
    checklist: ChecklistKey | None = None
    """To be done before one is raised."""
    outcomes: tuple[Key, ...] = ()
    """The outcomes that the list must have, one of them (S1-28); empty is any."""
    release_cadence: CadenceKey | None = None
    """The cadence of releases."""
