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
    """Where a development item stands."""

    key: Key
    label: Text
    definition: str = ""
    to: tuple[DevStatusKey, ...] = ()
    """Where an item may go from here."""
    approval: RoleKey | None = None
    """The role that must sign before it may go on from here; going back takes no signature."""
    ready: bool = False
    """Items here may be scheduled to a release, and go out with it to the first status of `to`."""
    moves_ticket_to: StatusKey | None = None
    """Where the support ticket goes when an item comes here."""


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
    """What a no leads to."""
    requires_release: bool = False
    """It ends with a release."""


class Development(Part):
    """Linked development items (S1-29, S4-12, S4-18)."""

    label: str = "Development item"
    statuses: tuple[DevStatus, ...] = ()
    """Where an item may stand, in order."""
    routes: tuple[DevRoute, ...] = ()
    """Ways through development."""
    checklist: ChecklistKey | None = None
    """To be done before one is raised."""
    outcomes: tuple[Key, ...] = ()
    """What that list must have ended in (S1-28); empty is anything."""
    release_cadence: CadenceKey | None = None
    """When releases go out."""
