"""The agent's own views: saved from what the queue shows, changed, shared and deleted (C-11)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from deskterm.desk.directory import saved_views
from deskterm.errors import UsageError
from deskterm.present.filters.procedure_views import list_procedure_views
from deskterm.present.filters.scope import choose_base
from deskterm.present.models import Choice, ViewLine
from deskterm.present.sanitize import Safe, sanitize
from deskterm.present.views import VIEW_NUMBERS, View, arrange_views, list_reserved_names, place_view
from deskterm.store.personal.saved_views import (
    SavedView,
    load_passing_views,
    load_saved_views,
    load_view_choices,
)
from deskterm.store.queries.queue import AWAKE, EVERYTHING
from deskterm.tui.control.filter_help import FilterHelp
from deskterm.tui.settings.declarations import SETTINGS

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target

T = TypeVar("T")

_AFTER_ACTIONS = SETTINGS["after_action"]
_CHOSEN_BY_FILTER = ("open", AWAKE, EVERYTHING)
"""Default lists of a filter; another filter may have another default."""


async def save_view(workspace: Workspace, target: Target, argument: str) -> None:
    """Save what the queue shows as a view, and show that view. argument: its name; asked for by default, with the name
    of the shown view as a suggestion. Raises UsageError for an unsuitable name, and DeskError for a view that the agent
    may not change."""
    query, shown = workspace.queue_query, _find_shown(workspace)
    # After `:view save` without a name, the shown view is meant; the key asks
    name = argument or await workspace.type_line("line", "Save as the view ", shown.name if shown else "")
    if not name or not name.strip():
        return
    before = _find_named(workspace, name)
    view = SavedView(
        before.key if before else "",
        name,
        workspace.agent.login,
        base=query.listed,
        filter=_join_filters(query.within, query.match),
        order=query.order,
        columns=workspace.view_list.list_columns(query.view),
        after_action=shown.after_action if shown else "",
    )
    now, reserved = workspace.now(), list_reserved_names()
    kept = await _change(workspace, lambda desk: saved_views.save_view(desk, view, reserved=reserved, now=now))
    workspace.preferences.forget_view(kept.key)
    _show(workspace, kept)
    place = [line.key for line in workspace.views].index(kept.key) + 1
    opens = f"{place} opens it" if place <= VIEW_NUMBERS else "`:view place 1` gives it a digit"
    workspace.notify(f"Saved view {sanitize(kept.name)}: {opens}.")


async def edit_view(workspace: Workspace, target: Target, argument: str) -> None:
    """Change the view that the queue shows. argument: the property to change, and its new value; both are asked for by
    default. Raises UsageError for an unknown property, and DeskError for what the agent may not change."""
    word, _, value = argument.strip().partition(" ")
    if not word:
        word = await workspace.choose(f"Change the view {_name_shown(workspace)}", _list_changes(workspace)) or ""
        if not word:
            return
    change = _CHANGES.get(word.casefold())
    if change is None:
        raise UsageError(f"A view has no {word!r} to change: use {', '.join(_CHANGES)}.")
    await change(workspace, value.strip())


async def _rename(workspace: Workspace, value: str) -> None:
    view = _require_own(workspace)
    name = value or await workspace.type_line("line", "New name of the view ", view.name)
    if name:
        reserved = list_reserved_names()
        _say(
            workspace,
            await _change(workspace, lambda desk: saved_views.rename_view(desk, view.key, name, reserved=reserved)),
        )


async def _change_filter(workspace: Workspace, value: str) -> None:
    view, line_help = _require_own(workspace), FilterHelp(workspace)
    sign = f"Filter of the view {sanitize(view.name)} "
    text = value or await workspace.type_line("line", sign, view.filter, line_help=line_help)
    if text is None:
        return
    text = "" if text.strip() == "-" else text.strip()
    problem = line_help.find_problem(text, at_once=True)
    if problem is not None:
        raise UsageError(problem.sentence)
    base, now = choose_base(text) if view.base in _CHOSEN_BY_FILTER else view.base, workspace.now()
    changed = view._replace(filter=text, base=base)
    kept = await _change(workspace, lambda desk: saved_views.save_view(desk, changed, reserved=(), now=now))
    _show(workspace, kept)
    workspace.notify(f"Saved view {sanitize(kept.name)}")


async def _share(workspace: Workspace, value: str) -> None:
    view = _require_own(workspace)
    team = value or await workspace.choose(f"Share the view {view.name} with", _list_teams(workspace), view.team or "-")
    if team:
        shared_with = "" if team == "-" else team
        _say(workspace, await _change(workspace, lambda desk: saved_views.share_view(desk, view.key, shared_with)))


async def _choose_default(workspace: Workspace, value: str) -> None:
    key = "" if value == "-" else workspace.queue_query.view
    name = _name_shown(workspace)
    await _change(workspace, lambda desk: saved_views.choose_default_view(desk, key))
    _say(workspace, f"{name} opens first" if key else "The team's view opens first again, or all open tickets")


async def _place(workspace: Workspace, value: str) -> None:
    value = value or await workspace.ask(f"Number of the view {_name_shown(workspace)}") or ""
    if not value:
        return
    if not (value.isascii() and value.isdigit()) or not 0 < int(value) < 1000:
        raise UsageError(f"{value!r} is no place: write 1 for the first.")
    key = workspace.queue_query.view
    keys = place_view(workspace.views, key, int(value))
    await _change(workspace, lambda desk: saved_views.place_views(desk, keys))
    _say(workspace, f"{_name_shown(workspace)} is number {keys.index(key) + 1}")


async def _change_after_action(workspace: Workspace, value: str) -> None:
    view = _require_own(workspace)
    choices = [Choice(key, Safe(key), sanitize(meaning)) for key, meaning in _AFTER_ACTIONS.meanings.items()]
    choices.append(Choice("-", Safe("as the settings say")))
    word = value or await workspace.choose(f"After an act in {view.name}", choices, view.after_action or "-")
    if not word:
        return
    if word != "-" and word not in _AFTER_ACTIONS.choices:
        raise UsageError(
            f"An act is followed by {', '.join(_AFTER_ACTIONS.choices)}, or `-` for what the settings say."
        )
    changed, now = view._replace(after_action="" if word == "-" else word), workspace.now()
    kept = await _change(workspace, lambda desk: saved_views.save_view(desk, changed, reserved=(), now=now))
    _say(workspace, f"Saved view {kept.name}")


async def _delete(workspace: Workspace, value: str) -> None:
    view = _require_own(workspace)
    team = f", for all of {view.team}" if view.team else ""
    if not await workspace.confirm(f"Delete the view {view.name}{team}?", "delete it", "keep it"):
        return
    summary = await _change(workspace, lambda desk: saved_views.delete_view(desk, view.key))
    before = workspace.view_list.before
    workspace.show_view(before if workspace.view_list.find(before) is not None else "open")
    _say(workspace, summary)


async def _change(workspace: Workspace, act: Callable[[DeskSession], T]) -> T:
    """Run a change of views with the desk, update the views in the console, and return the result."""
    login, procedure_views = workspace.agent.login, workspace.vocabulary.views

    def run(desk: DeskSession) -> tuple[T, list[View]]:
        result = act(desk)
        with desk.open_reader() as reader:
            made = load_saved_views(reader, login)
            saved = [*list_procedure_views(procedure_views), *made, *load_passing_views(reader)]
            return result, arrange_views(saved, load_view_choices(reader, login).places)

    result, views = await workspace.run(run)
    workspace.view_list.show(views)
    return result


_CHANGES: dict[str, Callable[[Workspace, str], Awaitable[None]]] = {
    "rename": _rename,
    "filter": _change_filter,
    "share": _share,
    "default": _choose_default,
    "place": _place,
    "after": _change_after_action,
    "delete": _delete,
}


def _list_changes(workspace: Workspace) -> list[Choice]:
    """Return the properties that can be changed: for a view that every desk has, only the agent's own choices."""
    labels = {
        "rename": "Name",
        "filter": "Filter",
        "share": "Share with a team",
        "default": "Open it first",
        "place": "Number, which is its key",
        "after": "After an act",
        "delete": "Delete it",
    }
    kept = labels if _find_shown(workspace) is not None else ("default", "place")
    return [Choice(key, Safe(labels[key])) for key in kept]


def _list_teams(workspace: Workspace) -> list[Choice]:
    vocabulary = workspace.vocabulary
    teams = dict(vocabulary.teams or vocabulary.departments)
    for person in workspace.people:
        if person.team and person.team not in teams:
            teams[person.team] = Choice(person.team, sanitize(person.team))
    return [*teams.values(), Choice("-", Safe("nobody else"))]


def _find_line(workspace: Workspace) -> ViewLine | None:
    return workspace.view_list.find(workspace.queue_query.view)


def _find_shown(workspace: Workspace) -> SavedView | None:
    line = _find_line(workspace)
    # A view of the procedure has no owner, so nobody changes it here
    return line.saved if line is not None and line.saved is not None and line.saved.login else None


def _name_shown(workspace: Workspace) -> str:
    line = _find_line(workspace)
    return line.label if line is not None else ""


def _require_own(workspace: Workspace) -> SavedView:
    view = _find_shown(workspace)
    if view is None:
        raise UsageError(
            f"{_name_shown(workspace)} is a view of the desk: `:view save NAME` makes one of your own of it."
        )
    return view


def _find_named(workspace: Workspace, name: str) -> SavedView | None:
    """Return the view with a name: the agent's own, or the shown one, which they may be allowed to change."""
    wanted = " ".join(name.split()).casefold()
    views = [line.saved for line in workspace.views if line.saved is not None and line.saved.login]
    found = [view for view in views if view.name.casefold() == wanted]
    own = [view for view in found if view.login == workspace.agent.login]
    shown = [view for view in found if view.key == workspace.queue_query.view]
    return next(iter([*own, *shown]), None)


def _join_filters(*texts: str) -> str:
    """Return a filter that combines all of these."""
    parts = [text.strip() for text in texts if text.strip()]
    return parts[0] if len(parts) == 1 else " ".join(f"({part})" for part in parts)


def _show(workspace: Workspace, view: SavedView) -> None:
    """Show a view as it was saved."""
    workspace.show_list(workspace.view_list.make_query(view.key, workspace.current_query()._replace(match="")))
    workspace.view_list.note_shown(view.key)
    workspace.refresh_lists()


def _say(workspace: Workspace, summary: str) -> None:
    workspace.notify(sanitize(summary))
    workspace.refresh_lists()
