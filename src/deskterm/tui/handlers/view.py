"""Choose what is in view, and the program itself. Nothing of the desk is imported here: these commands work before the
write thread has fetched it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.errors import DeskError, UsageError
from deskterm.present.models import TABS, Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.views import VIEW_WORDS, View, find_views
from deskterm.store.rows.list_orders import LIST_ORDERS
from deskterm.tui.commands.keys import name_keys
from deskterm.tui.commands.search import find_command, find_similar_name, search_commands
from deskterm.tui.commands.table import BY_NAME, TABLE
from deskterm.tui.control.filter_help import FilterHelp
from deskterm.tui.dialogs.page import Page, text_width
from deskterm.tui.pages.help_page import format_help
from deskterm.tui.screens.titles import COMPOSING
from deskterm.tui.settings.declarations import SETTINGS, PaneLayout
from deskterm.tui.themes import THEMES, find_theme

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace
    from deskterm.tui.drafts import Draft
    from deskterm.tui.target import Target

LARGEST_NUMBER = 2**63 - 1
"""The largest ticket number that the store can look for."""

_MOST_DIGITS = len(str(LARGEST_NUMBER))


async def filter_list(workspace: Workspace, target: Target, argument: str) -> None:
    """Filter the list by the argument, or while a filter is typed; leaving the line removes the filter (C-12). Raises
    UsageError for an invalid filter."""
    workspace.show_pane("queue")
    line_help = FilterHelp(workspace)
    if argument:
        problem = line_help.find_problem(argument, at_once=True)
        if problem is not None:
            raise UsageError(problem.sentence)
        workspace.filter(argument)
        return
    # What is typed is one more term, and not the end of the last one
    begun = f"{workspace.queue_query.match} " if workspace.queue_query.match else ""
    answer = await workspace.type_line("filter", "/", begun, line_help=line_help)
    if answer is None:
        workspace.show_list(workspace.current_query()._replace(match=""))
    elif (answer := answer.strip()) != workspace.queue_query.match:
        workspace.filter(answer)


async def enter_command(workspace: Workspace, target: Target, argument: str) -> None:
    """Ask for a command by its name, with what it needs, and run it. A number opens that ticket. Raises UsageError for
    an unknown name."""
    await type_command(workspace, target)


async def type_command(workspace: Workspace, target: Target, draft: Draft | None = None) -> None:
    """Ask for a command and run it. draft: the line to continue. A line that is left or refused is kept as a draft
    (C-05)."""
    drafts = workspace.drafts
    # The line is empty even when one was left before, because keys that were typed ahead begin a new one
    recalled = [line.text for line in drafts.lines() if line is not draft]
    draft = draft or drafts.begin("command")
    drafts.take(draft)
    answer = await workspace.type_line(
        "command",
        ":",
        draft.text,
        _suggest_commands(workspace),
        recalled=recalled,
        changed=lambda text: drafts.change(draft, text),
    )
    if answer is None:
        drafts.leave(draft)
        return
    drafts.discard(draft)
    for line in drafts.lines():
        if line.text == answer:  # the recalled line
            drafts.discard(line)
    if not answer.strip():
        return
    word, _, argument = answer.strip().partition(" ")
    if word.isdecimal():
        word, argument = "goto", word
    command = find_command(word, workspace.keys_of)
    if command is None:
        drafts.add_line(answer)
        names = [one.name for one in search_commands(word, workspace.keys_of)] or [find_similar_name(word)]
        meant = " or ".join(f":{name}" for name in names[:3] if name)
        hint = f" Did you mean {meant}?" if meant else " The palette (<key palette>) lists them all."
        raise UsageError(f"There is no command {word!r}.{hint}")
    workspace.run_command(command.name, argument.strip(), target, answer)


def _suggest_commands(workspace: Workspace) -> list[str]:
    vocabulary = workspace.vocabulary
    found = [command.name for command in TABLE if command.in_palette]
    found += [f"view {view.label if view.saved else view.key}" for view in workspace.views]
    found += [f"view {word}" for word in VIEW_WORDS]
    found += [f"status {key}" for key in vocabulary.statuses]
    found += [f"severity {key}" for key in vocabulary.severities]
    found += [f"priority {key}" for key in vocabulary.priorities]
    found += [f"type {key}" for key in vocabulary.types]
    found += [f"assign {person.login}" for person in workspace.people if person.active]
    found += [f"tab {key}" for key in TABS]
    found += ["order due", "order work", *(f"order {name}" for name in LIST_ORDERS[2:])]
    found += ["layout auto", "layout single"]
    found += [f"theme {name}" for name in SETTINGS["theme"].choices]
    return [sanitize(words) for words in found]


async def go_to_view(workspace: Workspace, target: Target, argument: str) -> None:
    """Show, save or change a view; without an argument, go to the side bar. argument: the view's key, label, or an
    unambiguous beginning of one; or a word of `VIEW_WORDS` with its own argument. Raises UsageError for an unknown
    view."""
    if not argument:
        workspace.show_pane("views")
        return
    word, _, rest = argument.partition(" ")
    if word.casefold() in VIEW_WORDS:
        await workspace.call(
            "queue.views.save_view" if word.casefold() == "save" else "queue.views.edit_view",
            target,
            (rest.strip() if word.casefold() == "save" else argument),
        )
        return
    views = [View(line.key, line.label, line.saved) for line in workspace.views]
    found = find_views(views, argument)
    if len(found) != 1:
        names = ", ".join(view.label if view.saved else view.key for view in found or views)
        raise UsageError(
            f"{argument!r} may be {names}." if found else f"There is no view {argument!r}: choose from {names}."
        )
    workspace.show_view(found[0].key)
    workspace.show_pane("queue")


async def go_to_tab(workspace: Workspace, target: Target, argument: str) -> None:
    """Show a tab of the ticket. argument: its name, or a beginning of it. Raises UsageError for an unknown tab."""
    prefix = argument.casefold() or await workspace.choose(
        "Tab of the ticket", [Choice(key, sanitize(label)) for key, label in TABS.items()]
    )
    if prefix is None:
        return
    tab = next((key for key in TABS if key.startswith(prefix)), None)
    if tab is None:
        raise UsageError(f"There is no tab {argument!r}: choose from {', '.join(TABS)}.")
    workspace.choose_tab(tab)


async def go_to_ticket(workspace: Workspace, target: Target, argument: str) -> None:
    """Open a ticket. argument: its number. Raises UsageError for what no ticket can be numbered."""
    number = argument.strip().lstrip("#") or await workspace.ask("Go to ticket number")
    if not number:
        return
    if not number.isdecimal():
        raise UsageError(f"{number!r} is no ticket number: write it as `:goto 1042`.")
    if len(number) > _MOST_DIGITS or int(number) > LARGEST_NUMBER:
        raise UsageError(f"There is no ticket {number[:40]}{'…' if len(number) > 40 else ''}.")
    workspace.show_ticket(int(number))


async def copy_numbers(workspace: Workspace, target: Target, argument: str) -> None:
    """Copy the numbers of the tickets to the clipboard."""
    numbers = ", ".join(str(line.number) for line in target.lines)
    workspace.app.copy_to_clipboard(numbers)
    workspace.notify(f"Copied {numbers}")


async def refresh(workspace: Workspace, target: Target, argument: str) -> None:
    """Read everything again."""
    workspace.refresh_lists()


async def change_theme(workspace: Workspace, target: Target, argument: str) -> None:
    """Change the theme, and keep that. argument: its name; asked for by default. Raises UsageError for an unknown
    theme."""
    name = argument.casefold()
    if not name:
        shown = next((key for key, theme in THEMES.items() if theme.name == workspace.app.theme), "")
        meanings = SETTINGS["theme"].meanings
        choices = [Choice(key, Safe(key), sanitize(meanings[key].replace("`", ""))) for key in THEMES]
        name = await workspace.choose("Colours", choices, shown) or ""
        if not name:
            return
    if name not in SETTINGS["theme"].choices:
        raise UsageError(f"There is no theme {argument!r}: choose from {', '.join(SETTINGS['theme'].choices)}.")
    workspace.app.theme = find_theme(name, workspace.app.console.color_system).name
    workspace.keep("theme", name)


async def change_layout(workspace: Workspace, target: Target, argument: str) -> None:
    """Show all panes side by side, or one at a time, and keep that. argument: `auto` or `single`; by default, the one
    that is not set. Raises UsageError for anything else."""
    layouts: dict[str, PaneLayout] = {"auto": "auto", "single": "single"}
    current = workspace.preferences.settings.layout
    layout = layouts.get(argument.casefold() or ("auto" if current == "single" else "single"))
    if layout is None:
        raise UsageError("The layout is `auto`, all panes where they have room, or `single`, one at a time.")
    workspace.set_layout(layout)


async def open_palette(workspace: Workspace, target: Target, argument: str) -> None:
    """Open the command palette."""
    workspace.app.action_command_palette()


async def show_help(workspace: Workspace, target: Target, argument: str) -> None:
    """Show all commands, those of the active pane first, and why some cannot be run now (C-16)."""
    refusals = {
        name: name_keys(command.refusal(workspace, target) or "", workspace.keys_of)
        for name, command in BY_NAME.items()
    }
    width, pane = text_width(workspace.size.width), workspace.pane
    typing = COMPOSING if workspace.typing_letter else ()

    def search(words: str) -> Content:
        return format_help(refusals, width, workspace.keys_of, pane=pane, typing=typing, words=words)

    await workspace.show(Page("Keys and commands", search(argument), search=search))


async def quit_console(workspace: Workspace, target: Target, argument: str) -> None:
    """Leave the console. Drafts are kept. It asks first only when they cannot be saved (C-05), or while a change is
    being saved (C-08)."""
    if workspace.is_saving:
        await ask_to_quit(workspace, target, argument)
        return
    try:
        await workspace.save_drafts()
    except DeskError as error:
        if not await workspace.confirm(str(error), "leave and lose what is not saved", "stay"):
            return
    workspace.app.exit()


async def ask_to_quit(workspace: Workspace, target: Target, argument: str) -> None:
    """Ask whether to leave the console, and leave it."""
    question = "Leave deskterm?"
    if workspace.is_saving:
        question += "\nThe last change is still being saved: leaving waits for it."
    if not await workspace.confirm(question, "leave", "stay"):
        return
    if workspace.is_saving:
        workspace.app.exit()
    else:
        await quit_console(workspace, target, argument)
