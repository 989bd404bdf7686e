"""Errors that a person can cause: one sentence that says what to do."""


class DeskError(Exception):
    """A check or a rule said no. The message is one sentence for the person; exit code 1."""

    exit_code = 1


class UsageError(DeskError):
    """The words of a command were wrong. The message is one sentence for the person; exit code 2."""

    exit_code = 2


class MissingReason(UsageError):
    """A command that needs a reason was called without one. The command line adds the option that gives it."""


class Unchanged(DeskError):
    """A ticket already has the value that a command would give it."""


RESTORE_ADVICE = "restore a backup with `deskterm restore FILE`"
"""Advice for what nothing but a backup mends, in the middle of a sentence."""
