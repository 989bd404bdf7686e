"""The description of a command, complete without the code that carries it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from deskterm.desk.policy.permissions import Act, format_refusal, format_unknown_agent, is_allowed
from deskterm.tui.target import Target

if TYPE_CHECKING:
    from deskterm.tui.console import Console, Workspace

Group = Literal["Work", "Look", "Program", "Move"]


class Command(NamedTuple):
    """One thing to do, as a row of the table.

    Either `step` does it at once, or `handler` names the function that does: `closing.close` is `close()` in
    `tui/handlers/closing.py`. The name is resolved when the command is run, because most handlers need the desk's
    modules, which take longer to import than everything that the first frame shows.
    """

    name: str
    """The word after `:`, and the id of the key binding."""
    title: str
    help: str
    """The sentence in tooltip, palette, help page and documents."""
    group: Group = "Work"
    handler: str = ""
    step: Callable[[Workspace], None] | None = None
    counted: Callable[[Workspace, int], None] | None = None
    """The size of one step, for commands that take a count before their key: `5j` (C-42)."""
    keys: tuple[str, ...] = ()
    """Textual's names of its keys; a sequence of two keys has a space between them."""
    argument: str = ""
    """The words that may follow the name, as the help page writes them."""
    rows: Literal["none", "one", "many"] = "none"
    """The number of tickets it is for: none, the current one, or all that are marked."""
    act: Act | None = None
    """The permission that the agent's role needs."""
    footer: int = 0
    """Its place in the last line, 0 for none."""
    opens_input: bool = False
    """True when it opens something to type in, or chooses tickets; keys pressed until that is done are kept for it."""
    in_palette: bool = True
    """True when the palette and `:` offer it."""
    about_last_act: bool = False
    """True when it is about the last act of this console."""

    def narrow(self, target: Target) -> Target:
        """Return the target of the command: an act is for a single marked row, wherever the cursor is."""
        if self.rows == "many":
            return target
        if self.rows == "one" and self.act is not None and len(target.marked) == 1:
            return Target(target.marked[0])
        return target._replace(marked=()) if self.rows == "one" else target

    def refusal(self, console: Console, target: Target) -> str | None:
        """Return the reason why the command cannot be run for a target, as a sentence; None when it can."""
        agent = console.agent
        if self.act is not None and not is_allowed(agent.role, self.act):
            if not agent.active:
                return format_unknown_agent(agent.login, is_former=False)
            return format_refusal(agent.role, self.act)
        if self.about_last_act and console.acts.last is None:
            return "Nothing was done here that can be undone. Press <key undo-older> for what was done before."
        if self.rows == "none":
            return None
        # While other rows are marked, a letter to the row under the cursor might go to the wrong customer (C-01)
        if self.rows == "one" and self.act is not None and len(target.marked) > 1:
            return f"{len(target.marked)} tickets are marked, and this is for one: <key back> removes the marks."
        return None if self.narrow(target).lines else "There is no ticket here: choose a view that has one."
