"""`deskterm ticket feedback` and `deskterm feedback review`: a requester's answer to the survey, and its review."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number
from deskterm.cli.runtime.output import print_result
from deskterm.desk.conversation import survey


def record_answer(
    context: typer.Context,
    number: Number,
    score: Annotated[
        int | None, typer.Option(help="From 1, the worst, to the procedure's best.", min=1, max=10)
    ] = None,
    comment: Annotated[str, typer.Option(help="What they wrote.")] = "",
    complaint: Annotated[bool, typer.Option("--complaint", help="It is a complaint.")] = False,
    as_json: AsJson = False,
) -> None:
    """Record what the requester thinks of how the ticket was handled."""
    cli: CliContext = context.obj
    now = cli.now()
    result = survey.record_answer(cli.open_desk(), number, score, comment=comment, complaint=complaint, now=now)
    print_result(result, as_json)


def review_answer(
    context: typer.Context,
    number: Number,
    which: Annotated[str | None, typer.Option(help="Which answer, where there are several.")] = None,
    note: Annotated[str, typer.Option(help="What was made of it, for colleagues.")] = "",
    changed: Annotated[str, typer.Option(help="What came of it, which the requester is told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that an answer was read."""
    cli: CliContext = context.obj
    now = cli.now()
    result = survey.review_answer(cli.open_desk(), number, feedback=which, note=note, outcome=changed, now=now)
    print_result(result, as_json)
