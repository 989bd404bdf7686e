"""`deskterm mail test-push`: a test pushed to an agent or a team."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.mail.settings import MailConfig, build_unknown_part, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_summary
from deskterm.errors import DeskError
from deskterm.mail.push.services import open_service

_TEXT = "A test of deskterm: it was sent by `deskterm mail test-push`. Nothing needs to be done."


def push_test(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The login or the team, as [push.NAME] of the mail file has it.")],
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Push a test to an agent or a team of the mail file."""
    cli: CliContext = context.obj
    cli.require("mail", "push a test")
    file = read_mail_file(cli, config)
    if name not in file.push:
        raise build_unknown_part("push", name, file.push)
    answer = open_service(file.push[name].url).send(_TEXT)
    if answer.state != "sent":
        raise DeskError(f"The test to {name} was not pushed: {answer.words}.")
    print_summary(f"push to {name}: a test was {answer.words}", as_json, push=name)
