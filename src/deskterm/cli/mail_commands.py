"""The part of the table of commands that is about mails and letters."""

from __future__ import annotations

from deskterm.cli.runtime.loading import CommandEntry, GroupEntry

_SHOW = CommandEntry("mail.lists:show_mail", "Show what was understood of a mail, and why it is where it is.")
_RELEASE = CommandEntry(
    "mail.quarantine:release_mail", "Release a mail from quarantine, onto a ticket or as a new one."
)
_DROP = CommandEntry("mail.quarantine:drop_mail", "Drop a mail in quarantine: it becomes nothing, and stays on record.")

MAIL_GROUP = GroupEntry(
    "Mails in and letters out: fetch, send, take, list, show, quarantine, retry.",
    {
        "take": CommandEntry(
            "mail.take:take_mails",
            "Take mails from a file, a Maildir or standard input; what was taken before is taken once.",
        ),
        "fetch": CommandEntry(
            "mail.fetch:fetch_mails",
            "Fetch the new mails of all mailboxes, and work on them. One that fails does not keep the others.",
        ),
        "import": CommandEntry(
            "mail.import_mailbox:import_mailbox",
            "Import an old mailbox: its mails become tickets with their own dates, and nobody gets a letter "
            "or a notice.",
        ),
        "send": CommandEntry("mail.send:send_letters", "Send the letters that are due, and push notices."),
        "list": CommandEntry("mail.lists:list_mails", "List mails that came in, the newest first."),
        "show": _SHOW,
        "raw": CommandEntry(
            "mail.lists:print_raw_mail",
            "Print a mail as it came, byte for byte; to a terminal, without what would move its cursor.",
        ),
        "status": CommandEntry(
            "mail.status:show_status",
            "Show mailboxes and accounts, mails by their states, and letters that wait; exit code 1 where one is down.",
        ),
        "check": CommandEntry(
            "mail.status:check_mail",
            "Check the mail file, log in on every server, and say what is wrong; nothing is sent without --send-to.",
        ),
        "test-push": CommandEntry("mail.push:push_test", "Push a test to an agent or a team of the mail file."),
        "login": CommandEntry(
            "mail.login:log_in",
            "Log a mailbox or an account in at its provider, in a browser, and keep the refresh token at the "
            "place of its secret.",
        ),
        "release": _RELEASE,
        "drop": _DROP,
        "quarantine": GroupEntry(
            "Mails in quarantine: list, show, release, drop. Without one of these words they are listed.",
            {
                "list": CommandEntry(
                    "mail.quarantine:list_quarantine",
                    "List mails in quarantine with the reason of each, the newest first.",
                ),
                "show": _SHOW,
                "release": _RELEASE,
                "drop": _DROP,
            },
            usual="list",
        ),
        "retry": CommandEntry(
            "mail.quarantine:retry_mails", "Work once more on a mail in quarantine, or on all of them."
        ),
    },
)
