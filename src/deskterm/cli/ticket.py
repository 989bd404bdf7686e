"""`deskterm ticket`: everything that can be done to a ticket, one command each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deskterm.cli import promising
from deskterm.cli.invocation import Invocation, facts_of
from deskterm.errors import DeskError, UsageError

if TYPE_CHECKING:
    from deskterm.desk.desk import Done
    from deskterm.store.reader import Reader
    from deskterm.store.window import QueueRow
    from deskterm.tui.shown import Line
    from deskterm.tui.vocabulary import Vocabulary

app = typer.Typer(no_args_is_help=True, help="Tickets: open, list, show, answer, change.", rich_markup_mode=None)

Number = Annotated[int, typer.Argument(help="The ticket's number.", metavar="NUMBER", min=1, max=2**63 - 1)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Words = Annotated[str | None, typer.Argument(help="The words; left out or -, they are read from standard input.")]
Seen = Annotated[
    int | None, typer.Option("--if-version", help="Only if the ticket is at this version.", metavar="VERSION")
]


@app.command()
def new(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="What is wanted, in a few words.")],
    body: Annotated[str | None, typer.Option(help="The request itself; - reads it from standard input.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="The type of request.")] = None,
    severity: Annotated[str | None, typer.Option(help="How severe it is, in the requester's eyes.")] = None,
    priority: Annotated[str | None, typer.Option(help="The priority, where the procedure has one.")] = None,
    impact: Annotated[str | None, typer.Option(help="How many it touches.")] = None,
    urgency: Annotated[str | None, typer.Option(help="How long it can wait.")] = None,
    requester: Annotated[str | None, typer.Option(help="Who asks: a name.")] = None,
    email: Annotated[str | None, typer.Option(help="Who asks: an address.")] = None,
    phone: Annotated[str | None, typer.Option(help="Who asks: a telephone number.")] = None,
    client: Annotated[str | None, typer.Option(help="Their organisation: its key or name.")] = None,
    channel: Annotated[str | None, typer.Option(help="How it came.")] = None,
    product: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    topic: Annotated[str | None, typer.Option(help="What kind of thing it is about.")] = None,
    department: Annotated[str | None, typer.Option(help="The department it goes to.")] = None,
    team: Annotated[str | None, typer.Option(help="The team it goes to.")] = None,
    assignee: Annotated[str | None, typer.Option(help="The agent it goes to.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given again.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="An intake field.", metavar="KEY=VALUE")] = None,
    received: Annotated[str | None, typer.Option(help="When it reached the desk, if earlier than now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Open a ticket."""
    from deskterm.cli.invocation import read_instant
    from deskterm.desk.intake import register

    invocation: Invocation = context.obj
    facts = facts_of(invocation)
    done = register(
        invocation.desk(),
        subject=subject,
        body=_words(body) if body is not None else "",
        type=kind,
        severity=severity,
        priority=priority,
        impact=impact,
        urgency=urgency,
        requester=requester,
        email=email,
        phone=phone,
        organisation=client,
        channel=channel,
        product=product,
        topic=topic,
        department=department,
        team=team,
        assignee=assignee,
        tags=tag or (),
        fields=dict(_pair(text) for text in field or ()),
        received_at=read_instant(received, facts.timezone) if received is not None else None,
        now=invocation.now(facts),
    )
    _report(done, as_json)


@app.command("list")
def list_tickets(
    context: typer.Context,
    view: Annotated[str, typer.Option(help="mine, team, unassigned, due, breached, waiting, open or closed.")] = "open",
    match: Annotated[
        str, typer.Option(help="Only tickets with this text in number, subject, requester or client.")
    ] = "",
    by_due: Annotated[bool, typer.Option("--by-due", help="By due time, whatever the procedure's order is.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List tickets, in the order of work."""
    print_queue(context.obj, view, match=match, by_due=by_due, limit=limit, as_json=as_json)


def print_queue(
    invocation: Invocation, view: str, *, match: str = "", by_due: bool = False, limit: int = 100, as_json: bool = False
) -> None:
    """Print a view of the queue with its due times."""
    from deskterm.cli import show
    from deskterm.store.sheet import agents, desk_facts
    from deskterm.store.window import VIEWS, Viewer, count, window
    from deskterm.tui.vocabulary import Vocabulary

    if view not in {known.key for known in VIEWS}:
        raise UsageError(f"There is no view {view!r}: use {', '.join(known.key for known in VIEWS)}.")
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        login = invocation.login()
        team = next((agent.team for agent in agents(reader) if agent.login == login), None)
        now = int(invocation.now(facts).timestamp())
        viewer = Viewer(login, team, now)
        rows = window(reader, view, viewer, order="due" if by_due else "order", limit=limit, match=match)
        total = len(rows) if len(rows) < limit else count(reader, view, viewer, match)
        shown = [] if as_json else _lines(reader, rows, Vocabulary(facts.document))
    if as_json:
        show.print_json([_row_json(row) for row in rows])
        return
    label = next(known.label for known in VIEWS if known.key == view)
    print(f"{show.safe(facts.name)} · {label} · {total} · {show.local(now, facts.timezone)} {facts.timezone}")
    show.print_table(
        ("", "#", "Left", "Due", "Sev", "Status", "Assignee", "Client", "Subject"),
        [_cells(line, now, facts.timezone) for line in shown],
        right=("#", "Left"),
    )
    if total > len(rows):
        print(f"… {total - len(rows)} more: --limit {total} shows them.")


def _lines(reader: Reader, rows: Sequence[QueueRow], vocabulary: Vocabulary) -> list[Line]:
    """The rows as the console shows them, some hundred at a time."""
    from deskterm.store.live import live_clocks
    from deskterm.tui.reading import lines

    found: list[Line] = []
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        found += lines(part, live_clocks(reader, [row.number for row in part]), vocabulary)
    return found


def _cells(line: Line, now: int, timezone: str) -> list[str]:
    from deskterm.cli import show
    from deskterm.tui.shown import GLYPHS
    from deskterm.tui.words import countdown

    left = line.left(now)
    return [
        GLYPHS[line.urgency(now)],
        str(line.number),
        countdown(left) if left is not None else "paused" if line.resting else "–",
        show.local(line.due, timezone),
        line.step or "–",
        line.status_label,
        line.assignee or "–",
        line.organisation or "–",
        line.subject,
    ]


def _row_json(row: QueueRow) -> dict[str, Any]:
    from deskterm.cli import show

    found = row._asdict()
    del found["key"]
    for name in ("received", "updated"):
        found[f"{name}_at"] = show.instant(found.pop(name))
    found["next_due_at"] = show.instant(found.pop("next_due"))
    return found


@app.command()
def show(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Show a ticket: its facts, clocks and conversation."""
    from deskterm.cli import sheet
    from deskterm.store.sheet import desk_facts
    from deskterm.store.sheet import sheet as read
    from deskterm.tui.reading import card as read_card
    from deskterm.tui.vocabulary import Vocabulary

    invocation: Invocation = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        found = read(reader, number)
    if found is None:
        raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
    if as_json:
        sheet.print_sheet_json(found)
    else:
        card = read_card(found, Vocabulary(facts.document))
        sheet.print_card(card, facts.timezone, int(invocation.now(facts).timestamp()))


@app.command()
def reply(
    context: typer.Context,
    number: Number,
    words: Words = None,
    status: Annotated[str | None, typer.Option(help="Move it there in the same act.")] = None,
    next_steps: Annotated[bool, typer.Option("--next-steps", help="The reply says what happens next.")] = False,
    resolution: Annotated[str | None, typer.Option(help="It gives a resolution: temporary or permanent.")] = None,
    channel: Annotated[str, typer.Option(help="How it goes out: email, phone, …")] = "email",
    from_requester: Annotated[
        bool, typer.Option("--from-requester", help="Record what the requester said, for them.")
    ] = False,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Answer the requester; everybody on the ticket reads it."""
    from deskterm.desk import conversation

    if resolution not in (None, "temporary", "permanent"):
        raise UsageError(f"A resolution is temporary or permanent, not {resolution!r}.")
    invocation: Invocation = context.obj
    body, now = _words(words), invocation.now(facts_of(invocation))
    if from_requester:
        if status is not None or next_steps or resolution is not None:
            raise UsageError("--from-requester goes alone: the procedure says where a requester's words lead.")
        done = conversation.customer_message(invocation.desk(), number, body, channel=channel, now=now)
    else:
        done = conversation.reply(
            invocation.desk(),
            number,
            body,
            status=status,
            next_steps=next_steps,
            resolution=resolution,  # type: ignore[arg-type]
            channel=channel,
            now=now,
            version=version,
        )
    _report(done, as_json)


@app.command()
def note(
    context: typer.Context, number: Number, words: Words = None, version: Seen = None, as_json: AsJson = False
) -> None:
    """Write an internal note; the requester never sees it."""
    from deskterm.desk import conversation

    invocation: Invocation = context.obj
    body, now = _words(words), invocation.now(facts_of(invocation))
    _report(conversation.note(invocation.desk(), number, body, now=now, version=version), as_json)


@app.command("set")
def set_values(
    context: typer.Context,
    number: Number,
    status: Annotated[str | None, typer.Option(help="The new status.")] = None,
    severity: Annotated[str | None, typer.Option(help="The new severity.")] = None,
    priority: Annotated[str | None, typer.Option(help="The new priority.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="The right type of request.")] = None,
    subject: Annotated[str | None, typer.Option(help="A better subject.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Add a tag; may be given again.")] = None,
    untag: Annotated[list[str] | None, typer.Option(help="Take a tag off; may be given again.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the history.")] = "",
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Change a ticket: all that is asked for happens, or nothing."""
    from deskterm.desk.handling import change

    invocation: Invocation = context.obj
    done = change(
        invocation.desk(),
        number,
        status=status,
        severity=severity,
        priority=priority,
        type=kind,
        subject=subject,
        add_tags=tag or (),
        remove_tags=untag or (),
        reason=reason,
        now=invocation.now(facts_of(invocation)),
        version=version,
    )
    _report(done, as_json)


@app.command()
def assign(
    context: typer.Context,
    number: Number,
    login: Annotated[str | None, typer.Argument(help="The agent; left out with --nobody.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Take it from whoever has it.")] = False,
    team: Annotated[str | None, typer.Option(help="The team that has it from now on.")] = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Give a ticket to an agent."""
    from deskterm.desk.handling import assign as give

    if (login is None) == (not nobody):
        raise UsageError("Name the agent who gets it, or say --nobody.")
    invocation: Invocation = context.obj
    now = invocation.now(facts_of(invocation))
    _report(give(invocation.desk(), number, login, team=team, now=now, version=version), as_json)


def _report(done: Done, as_json: bool) -> None:
    from deskterm.cli import show

    show.print_done(done, as_json)


def _words(words: str | None) -> str:
    if words is not None and words != "-":
        return words
    if sys.stdin.isatty():
        print("Write, and end with Ctrl+D on a line of its own:", file=sys.stderr)
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise UsageError("Standard input is not UTF-8 text: convert it first.") from error


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise UsageError(f"{text!r} is no field: write it as KEY=VALUE.")
    return key, value


def register(program: typer.Typer, noun: str) -> None:
    """Add the commands to the program."""
    promising.attach(app)
    program.add_typer(app, name=noun)
