"""Run macros on tickets, record new ones, save and delete them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.conversation.guard.findings import Finding
from deskterm.desk.conversation.guard.several import merge_findings
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.templates import run
from deskterm.desk.templates.definitions import Macro
from deskterm.desk.templates.guarding import check_macro
from deskterm.desk.templates.library import (
    find_macro,
    is_for,
    list_macros,
    list_own_macros,
    list_templates,
    remove_own_macro,
    save_own_macro,
)
from deskterm.desk.templates.recording import record_macro
from deskterm.desk.templates.values import load_values
from deskterm.errors import DeskError, UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.tui.dialogs.find_text import FindText
from deskterm.tui.handlers.letter.guard import is_overruled
from deskterm.tui.handlers.templates.filling import ask_for
from deskterm.tui.panes.colours import ACCENT

if TYPE_CHECKING:
    from deskterm.tui.console import Console, Workspace
    from deskterm.tui.target import Target


async def run_macro(console: Workspace, target: Target, argument: str) -> None:
    """Run a macro on the tickets, each as a whole or not at all. argument: its name, asked for where it is empty; or
    `record`, `save NAME`, `stop`, `delete NAME`, which are about macros of the agent's own."""
    word, _, name = argument.strip().partition(" ")
    if word in _WORDS:
        await _WORDS[word](console, name.strip())
        return
    if not target.lines:
        raise DeskError("There is no ticket here: choose a view that has one.")
    macro = await console.run(lambda desk: find_macro(desk, argument)) if argument else await _choose(console, target)
    if macro is None:
        return
    call = await console.run(lambda desk: run.prepare_macro(desk, macro))
    if len(target.lines) == 1:
        # Several tickets may lack different values: those that lack any refuse the macro
        filled = await _ask_for_values(console, call, target.lines[0].number)
        if filled is None:
            return
        call = filled
    numbers, prepared, at = target.numbers, call, console.now()
    findings = await console.run(lambda desk: _check(desk, numbers, prepared, at))
    if not await is_overruled(console, target.name, findings):
        return
    now = console.now()

    def act(desk: DeskSession, number: int) -> CommandResult:
        result = run.run_macro(desk, number, call, now=now)
        missing = result.missing_in_letter
        return replace(result, summary=f"{result.summary}; the letter lacks {missing}") if missing else result

    await console.run_on(target.numbers, act, f"Changed {{}} by {macro.label}")


def _check(desk: DeskSession, numbers: Sequence[int], call: run.MacroCall, now: datetime) -> list[Finding]:
    """Return the findings against the replies of a macro. A ticket that refuses the macro is left out here: running it
    says why."""
    found: dict[int, list[Finding]] = {}
    for number in numbers if call.reply_body else ():
        with suppress(DeskError):
            found[number] = check_macro(desk, number, call, now=now)
    return merge_findings(found)


async def _ask_for_values(console: Console, call: run.MacroCall, number: int) -> run.MacroCall | None:
    """Ask for the values that a macro needs and the ticket does not have; None when a question was cancelled."""
    now = console.now()
    values = await console.run(lambda desk: load_values(desk, number, now=now))
    given: dict[str, str] = {}
    for name in run.list_needed(call):
        if not values.get(name):
            value = await ask_for(console, name, number)
            if value is None:
                return None
            given[name] = value
    return replace(call, values=given)


async def _choose(console: Workspace, target: Target) -> Macro | None:
    """Ask for a macro that suits at least one of the tickets. Raises DeskError when there is none."""

    def load(desk: DeskSession) -> tuple[list[Macro], int, dict[str, str]]:
        bodies = {one.key: one.body for one in reversed(list_templates(desk))}
        return list_macros(desk), len(list_own_macros(desk)), bodies

    every, own, bodies = await console.run(load)
    found = [
        (place < own, one)
        for place, one in enumerate(every)
        if any(is_for(one, line.type, line.status) for line in target.lines)
    ]
    if not found:
        raise DeskError(
            "No macro is for this. Do by hand what is to be done, then :macro save NAME makes one of it."
            if every
            else "There are no macros yet. Do by hand what is to be done, then :macro save NAME makes one of it."
        )
    choices = [
        Choice(
            str(place),
            sanitize(f"{one.label} · {one.language}" if one.language else one.label),
            sanitize(" · ".join(part for part in (one.key, "mine" if is_own else "", one.description) if part)),
        )
        for place, (is_own, one) in enumerate(found)
    ]
    texts = {str(place): f"{' '.join(one.words)} {one.reply} {one.note}" for place, (_, one) in enumerate(found)}

    async def preview(key: str) -> Content:
        return describe_macro(found[int(key)][1], bodies)

    chosen = await console.show(FindText(f"Macro on {target.name}", choices, texts, preview))
    return found[int(chosen)][1] if chosen is not None else None


def describe_macro(macro: Macro, bodies: Mapping[str, str]) -> Content:
    """Return a preview of a macro, a line for each step. bodies: key of a template → its text."""
    parts: list[tuple[str, str] | str] = []
    for name, key in macro.list_steps():
        value = bodies.get(key, key) if name == "template" else key
        parts += [(f"{name:<11}", ACCENT), sanitize(" ".join(value.split())), "\n"]
    return Content.assemble(*parts).rstrip()


async def _record(console: Workspace, name: str) -> None:
    console.acts.begin_recording()
    console.update_titles()
    console.notify("Recording: do what the macro is to do, then :macro save NAME. :macro stop forgets it.")


async def _stop(console: Workspace, name: str) -> None:
    if not console.acts.is_recording:
        raise DeskError("No macro is being recorded: :macro record begins one.")
    console.acts.end_recording()
    console.update_titles()
    console.notify("Recording stopped, nothing saved.")


async def _save(console: Workspace, name: str) -> None:
    """Save what was recorded as a macro; without a recording, the last acts on one ticket."""
    if not name:
        raise UsageError("Say what the macro is called: :macro save NAME.")
    acts = [act.heads for act in console.acts.list_recorded()]
    if not acts:
        raise DeskError("Nothing was done here that a macro could do again: do it on a ticket first.")
    now = console.now()

    def save(desk: DeskSession) -> tuple[Macro, tuple[str, ...]]:
        recording = record_macro(desk, name, acts, now=now)
        save_own_macro(desk, recording.macro, now=now)
        return recording

    macro, left_out = await console.run(save)
    console.acts.end_recording()
    console.update_titles()
    steps = ", ".join(step for step, _ in macro.list_steps())
    without = f" No macro can do this: {', '.join(left_out)}." if left_out else ""
    console.notify(
        f"Macro {macro.key} saved: {steps}. Run it with :macro {macro.key}.{without}",
        severity="warning" if left_out else "information",
    )


async def _delete(console: Workspace, name: str) -> None:
    if not name:
        raise UsageError("Say which macro of yours: :macro delete NAME.")
    now = console.now()
    macro = await console.run(lambda desk: remove_own_macro(desk, name, now=now))
    console.notify(f"Macro {macro.key} deleted.")


_WORDS = {"record": _record, "save": _save, "stop": _stop, "delete": _delete}
"""Words with a meaning of their own after `:macro`."""
