"""Errors that a person can cause: one sentence that says what to do."""


class DeskError(Exception):
    """A refusal by a check or a rule. The message is one sentence for the person; exit code 1. option: the command-line
    option that supplies what is missing, or overrules the refusal. The sentence does not name it, because the console
    shows the sentence too; the command line adds it when the command has it (C-53)."""

    exit_code = 1

    def __init__(self, sentence: str = "", *, option: str = "") -> None:
        super().__init__(sentence)
        self.option = option


class UsageError(DeskError):
    """The words of a command were wrong. The message is one sentence for the person; exit code 2."""

    exit_code = 2


class MissingReason(UsageError):
    """A command that needs a reason was called without one."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, option="--reason")


class Unchanged(DeskError):
    """A ticket already has the value that a command would give it."""


RESTORE_ADVICE = "restore a backup with `deskterm restore FILE`"
"""Advice for what nothing but a backup mends, in the middle of a sentence."""
