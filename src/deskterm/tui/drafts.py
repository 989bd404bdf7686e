"""Letters, notes and requests that were written and not sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deskterm.procedure.channels import MAIL

if TYPE_CHECKING:
    from deskterm.present.models import Choice
    from deskterm.tui.dialogs.compose import Composer, Kind
    from deskterm.tui.dialogs.register import Request


@dataclass(slots=True)
class Draft:
    """The contents of a composer that was left. base_version: the version of the ticket that the text answers."""

    text: str
    base_version: int
    next_status: Choice | None = None
    resolution: str = ""
    attached: bool = False
    channel: str = MAIL


@dataclass(slots=True)
class Drafts:
    """Drafts by kind and ticket, and the form of a new ticket that was left."""

    letters: dict[tuple[Kind, int], Draft] = field(default_factory=dict)
    request: Request | None = None

    def keep(self, composer: Composer) -> None:
        """Keep the text of a composer, unless it is blank."""
        if composer.text.strip():
            self.letters[composer.kind, composer.number] = Draft(
                composer.text,
                composer.base_version,
                composer.next_status,
                composer.resolution,
                composer.attached,
                composer.channel,
            )

    def names(self) -> list[str]:
        """Return what was not sent, as a question names it: `reply to 1124`, `note on 1130`, `new ticket`."""
        ordered = sorted(self.letters, key=lambda letter: (letter[1], letter[0]))
        names = [f"{'note on' if kind == 'note' else 'reply to'} {number}" for kind, number in ordered]
        return [*names, "new ticket"] if self.request is not None else names
