"""`deskterm view`: the views of the queue that an agent makes, and that a lead shares with a team (C-11)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.filtering.filter_words import join_words, read_filter_text
from deskterm.cli.runtime.filtering.named_views import find_view, load_views, read_view_filter
from deskterm.cli.runtime.options import AsJson, AsOf, choose_order
from deskterm.cli.runtime.output import print_json, print_lines, print_summary
from deskterm.cli.runtime.table import print_table
from deskterm.cli.ticket.queue_table import parse_columns
from deskterm.desk.directory import saved_views
from deskterm.errors import DeskError, UsageError
from deskterm.present.filters.scope import choose_base
from deskterm.present.views import (
    AFTER_ACTIONS,
    VIEW_NUMBERS,
    VIEWS,
    View,
    format_view_keys,
    list_reserved_names,
    place_view,
)
from deskterm.store.db.reader import ReadConnection
from deskterm.store.personal.saved_views import SavedView, load_view_choices
from deskterm.store.queries.desk_facts import DeskFacts, load_agents, load_desk_facts
from deskterm.store.queries.queue import Viewer, count_tickets

_AFTER_ACTION_HELP = f"{', '.join(AFTER_ACTIONS)}, as in the settings of the console; empty for what those say."
Name = Annotated[str, typer.Argument(help="The view's name.", metavar="NAME")]


def list_views(context: typer.Context, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """List my views in their order, with the number of tickets in each: the desk's, mine, and those of my team."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts, login = load_desk_facts(reader), cli.check_login()
        views, default = load_views(reader, login), load_view_choices(reader, login).default
        counts = [_count(cli, reader, facts, view) for view in views]
    if as_json:
        rows = zip(views, counts, strict=True)
        print_json([_to_json(view, place, count, default) for place, (view, count) in enumerate(rows, 1)])
        return
    print_table(
        ("#", "View", "Tickets", "Filter", "Sort", "Of"),
        [
            (
                str(place) if place <= VIEW_NUMBERS else "",
                view.label + (" (opens first)" if view.key == default else ""),
                "" if count is None else f"{count:,}",
                _format_filter(view),
                view.saved.order if view.saved else "",
                _format_owner(view, login),
            )
            for place, (view, count) in enumerate(zip(views, counts, strict=True), 1)
        ],
        right=("#", "Tickets"),
    )


def show_view(context: typer.Context, name: Name, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Show how a view is made: what it narrows, its filter, order and columns; `ticket list --view` lists it."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts, login = load_desk_facts(reader), cli.check_login()
        view, default = find_view(reader, login, name), load_view_choices(reader, login).default
        place = [one.key for one in load_views(reader, login)].index(view.key) + 1
        count = _count(cli, reader, facts, view)
    document = _to_json(view, place, count, default)
    if as_json:
        print_json(document)
        return
    words = {"name": "view", "base": "narrows", "is_default": "opens first", "count": "tickets"}
    found = {key: _format_value(value) for key, value in document.items() if value not in (None, "", [], False)}
    print_lines([f"{words.get(key, key.replace('_', ' '))}: {value}" for key, value in found.items()])


def save_view(
    context: typer.Context,
    name: Name,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help='Its filter, as in `ticket list`; "" for none. Left out, an existing view keeps its own.',
            metavar="[FILTER]",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--from",
            help=f"The view that it narrows: {format_view_keys([view.key for view in VIEWS])}; left out, open, or all "
            "tickets where the filter says which are open or closed.",
        ),
    ] = None,
    sort: Annotated[str | None, typer.Option(help="The order, as in `ticket list`.")] = None,
    columns: Annotated[
        str | None, typer.Option(help='As in `ticket list`; "" for those that suit the width.', metavar="NAME,NAME…")
    ] = None,
    after_action: Annotated[
        str | None,
        typer.Option(help=_AFTER_ACTION_HELP),
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Open it first in my consoles.")] = False,
    as_json: AsJson = False,
) -> None:
    """Save a view under a name, or change the one that has it; consoles show it at once."""
    cli: CliContext = context.obj
    order = choose_order(sort)
    if after_action and after_action not in AFTER_ACTIONS:
        raise UsageError(f"--after-action is {', '.join(AFTER_ACTIONS)}.")
    if base is not None and base not in (view.key for view in VIEWS):
        raise UsageError(f"There is no view {base!r} to narrow: use {', '.join(view.key for view in VIEWS)}.")
    with cli.open_reader() as reader:
        facts, login = load_desk_facts(reader), cli.check_login()
        text = None if words is None else join_words(words)
        found = read_filter_text(cli, reader, facts, text or "")
        before = _find_saved(reader, login, name)
    view = before or SavedView("", name, login)
    if text is not None:
        view = view._replace(filter=found.text.strip(), base=base or choose_base(found.text))
    elif base is not None:
        view = view._replace(base=base)
    if order is not None:
        view = view._replace(order=order)
    if columns is not None:
        view = view._replace(columns=tuple(parse_columns(columns)) if columns else ())
    if after_action is not None:
        view = view._replace(after_action=after_action)
    desk = cli.open_desk()
    kept = saved_views.save_view(desk, view, reserved=list_reserved_names(), now=cli.now())
    if default:
        saved_views.choose_default_view(desk, kept.key)
    print_summary(f"Saved view {kept.name}", as_json, name=kept.name, filter=kept.filter)


def rename_view(context: typer.Context, name: Name, new: str, as_json: AsJson = False) -> None:
    """Give a view another name."""
    cli: CliContext = context.obj
    key = _require_saved(cli, name).key
    print_summary(saved_views.rename_view(cli.open_desk(), key, new, reserved=list_reserved_names()), as_json, name=new)


def delete_view(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Delete a view; one that is shared goes for the whole team."""
    cli: CliContext = context.obj
    view = _require_saved(cli, name)
    print_summary(saved_views.delete_view(cli.open_desk(), view.key), as_json, name=view.name)


def share_view(
    context: typer.Context,
    name: Name,
    team: Annotated[str, typer.Argument(help="The team, by key or label; `-` stops sharing.")],
    as_json: AsJson = False,
) -> None:
    """Share a view with the agents of a team, as a lead: they see it, and its owner or a lead of the team changes
    it."""
    cli: CliContext = context.obj
    view = _require_saved(cli, name)
    shared_with = "" if team == "-" else team
    summary = saved_views.share_view(cli.open_desk(), view.key, shared_with)
    print_summary(summary, as_json, name=view.name, team=shared_with or None)


def choose_default(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The view's name; `-` for the desk's default.")],
    as_json: AsJson = False,
) -> None:
    """Choose the view that opens first in my consoles."""
    cli: CliContext = context.obj
    view = None
    if name != "-":
        with cli.open_reader() as reader:
            view = find_view(reader, cli.check_login(), name)
    saved_views.choose_default_view(cli.open_desk(), view.key if view else "")
    summary = f"{view.label} opens first" if view else "The team's view opens first again, or all open tickets"
    print_summary(summary, as_json, name=view.label if view else None)


def place(
    context: typer.Context,
    name: Name,
    position: Annotated[int, typer.Argument(help="The place, from 1 on.", metavar="PLACE", min=1, max=1000)],
    as_json: AsJson = False,
) -> None:
    """Move a view to another place: the digits 1 to 9 open the first nine in the console."""
    cli: CliContext = context.obj
    with cli.open_reader() as reader:
        login = cli.check_login()
        view, views = find_view(reader, login, name), load_views(reader, login)
    keys = place_view(views, view.key, position)
    saved_views.place_views(cli.open_desk(), keys)
    found = keys.index(view.key) + 1
    print_summary(f"View {view.label} is number {found}", as_json, name=view.label, place=found)


def _find_saved(reader: ReadConnection, login: str, name: str) -> SavedView | None:
    """Return the view of exactly this name that an agent has, their own before one of the team."""
    wanted = name.strip().casefold()
    views = (view.saved for view in load_views(reader, login) if view.saved is not None and view.saved.login)
    found = (view for view in views if view.name.casefold() == wanted)
    return next(iter(sorted(found, key=lambda view: view.login != login)), None)


def _require_saved(cli: CliContext, name: str) -> SavedView:
    with cli.open_reader() as reader:
        view = find_view(reader, cli.check_login(), name)
    if view.saved is None or not view.saved.login:
        whose = "The procedure" if view.saved else "Every desk"
        raise DeskError(f"{whose} has the view {view.label}: only views that an agent made can be changed.")
    return view.saved


def _count(cli: CliContext, reader: ReadConnection, facts: DeskFacts, view: View) -> int | None:
    """Count the tickets of a view; None when its filter is no longer valid."""
    login = cli.check_login()
    team = next((agent.team for agent in load_agents(reader) if agent.login == login), None)
    viewer = Viewer(login, team, int(cli.now(facts).timestamp()))
    base = view.saved.base if view.saved else view.key
    try:
        condition = read_view_filter(cli, reader, facts, view)
    except UsageError:
        return None
    return count_tickets(reader, base, viewer, condition=condition)


def _to_json(view: View, place: int, count: int | None, default: str) -> dict[str, Any]:
    saved = view.saved
    return {
        "name": view.label if saved else view.key,
        "place": place,
        "count": count,
        "is_default": view.key == default,
        "owner": (saved.login or None) if saved else None,
        "team": (saved.team or None) if saved else None,
        "base": saved.base if saved else None,
        "filter": saved.filter if saved else None,
        "order": saved.order if saved else None,
        "columns": list(saved.columns) if saved else None,
        "after_action": (saved.after_action or None) if saved else None,
    }


def _format_value(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "yes" if value is True else str(value)


def _format_filter(view: View) -> str:
    saved = view.saved
    if saved is None:
        return ""
    base = "" if saved.base in ("open", "awake", "all") else f"in {saved.base}: "
    return f"{base}{saved.filter}"


def _format_owner(view: View, login: str) -> str:
    saved = view.saved
    if saved is None:
        return ""
    owner = "me" if saved.login == login else saved.login or "the procedure"
    return f"{owner}, for {saved.team}" if saved.team else owner
