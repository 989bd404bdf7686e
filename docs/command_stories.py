"""Calls of commands on desks of the shipped procedures, and the files that they use, for the list of JSON documents."""

from __future__ import annotations

from pathlib import Path

_LOG = "id,at,title,by\nT1,2026-03-02 09:00,x,carl\nT1,2026-03-02 10:00,x,eve\nT2,never,x,eve\n"
_EXPORT = """Ticket ID,Subject,Status,Priority,Created time,Resolved time,Full name,Email
1,x,Open,Low,2026-03-02 09:00:00,,Bo,bo@fern.example
2,y,Open,Low,2026-03-02 09:00:00,2026-03-01 09:00:00,Bo,bo@fern.example
,z,Open,Low,2026-03-02 09:00:00,,Bo,bo@fern.example
"""
_MAPPING = """
source = "other-desk"
name = "Log of another desk"
[log]
dates = ["%Y-%m-%d %H:%M"]
[rows]
ticket = "id"
at = "at"
actor = "by"
[ticket.type]
fixed = "question"
[ticket.subject]
column = "title"
[ticket.status]
fixed = "open"
"""
_AGENTS = {
    "campus-it": "login,name,role\nann,Ann,admin\n",
    "web-agency": "login,name,role\nann,Ann,admin\nsam,Sam,agent\n",
    "saas-platform": "login,name,role,roles\nann,Ann,admin,dev-lead;qa;professional-services\n",
    "managed-services": "login,name,role,roles,team\nann,Ann,admin,,\nsam,Sam,agent,,second-line\n"
    "lea,Lea,lead,shift-lead,\n",
    "software-vendor": "login,name,role\nann,Ann,admin\n",
}
_MAIL = """From: Ida Fern <ida@larch.example>
To: support@desk.example
Subject: Projector
Message-ID: <1@larch.example>

It is dark.
"""
_ROBOTS_MAIL = """From: postmaster@larch.example
To: support@desk.example
Subject: Nightly report
Auto-Submitted: auto-generated

All is well.
"""
_MAIL_FILE = """
[mailbox.support]
maildir = "{folder}/in"
addresses = ["support@desk.example"]
since = 2020-01-01
[account.main]
smtp = { host = "127.0.0.1", port = 9, tls = "none" }
[identity.default]
from = "Campus IT <support@desk.example>"
account = "main"
"""
_ROTA = """
[[rotas]]
key = "nights"
label = "Nights"
role = "shift-lead"
timezone = "UTC"
first = 2026-11-23
"""
STORIES = {
    "web-agency": """
        config path
        config show
        config check
        config edit
        procedure list
        procedure check web-agency
        procedure diff web-agency campus-it
        procedure guide
        procedure show web-agency
        sla due --procedure software-vendor --type technical-support --severity high --start 2026-11-23T09:00
        ticket new 'Site down' --type question --requester Kim --email kim@larch.example --incomplete
        ticket new 'The site is down' --type question --requester Kim --incomplete \
            --body '1. the shop is down{line}2. the cart is slow'
        ticket like 'Site down'
        ticket join 1001 Bo --email bo@larch.example
        ticket participants 1001
        ticket split 1002 1 --items
        ticket resolve 1001 'It is done.'
        ticket reply 1001 'Thank you!' --from-requester
        ticket thanks
        audit log
        audit log --accesses
        audit head
        audit verify
        doctor
        erase bo@larch.example --yes
        import events {folder}/log.csv --mapping {folder}/mapping.toml
        import sniff {folder}/export.csv
        import tickets {folder}/export.csv --zone Europe/London
        backup {folder}/desk.backup
        restore {folder}/desk.backup --dry-run
        export tickets {folder}/tickets.csv
        report month month
        report run agents month
        report run customer-trend month
        report month --output {folder}/month.html month
        report list
        export desk {folder}/desk.tar
        import desk {folder}/desk.tar --database {folder}/other.sqlite3
        purge
    """,
    "software-vendor": """
        ticket new Login --type technical-support --requester Ida --email ida@larch.example --incomplete --severity low
        ticket reply 1001 'See https://knowledge.example.com/courses.'
        articles
        ticket price 1001
        template check example
        template apply example
        template list
        template show next-steps
        ticket macro investigate 1001
        macro save 'Look into it' 1001
        macro list
        macro show look-into-it
        macro remove look-into-it
    """,
    "saas-platform": """
        ticket new Invoices --type issue --requester Ida --email ida@larch.example --incomplete --body x
        ticket set 1001 --status triage
        ticket check 1001 --list to-development 1 2 3 --outcome code-change
        item raise 1001 --system Tracker --reference DEV-7
        item move 1001 dev-in-progress
        item move 1001 waiting-for-review
        item move 1001 waiting-qa-deployment
        item move 1001 qa-in-progress
        item move 1001 ready-for-release
        item schedule 1001 --next
        item list
        ticket quote 1001 --request --note logo
        quotes
        ticket feedback 1001 --score 1 --comment Slow --complaint
        feedback list
        release list
        sla what-if --procedure saas-platform --since 2026-11-23
        report figures 2026-11
        save-report
        report verify {folder}/report.json
        report figures --list created 2026-11
        report tickets 2026-11
        report tickets --output {folder}/tickets.csv 2026-11
        release out 2026-11-26 --notes 'Invoices save again' --now 2026-11-26T18:00
    """,
    "managed-services": """
        ticket new Mail --requester Ida --email ida@larch.example --priority high --incomplete
        ticket note 1001 'The log of today' --attach {folder}/log.csv
        ticket show 1001
        ticket files 1001
        ticket save-files 1001 --to {folder}
        save-draft 1001 'On its way'
        ticket drafts
        ticket list
        view save Low prio:low --sort due --columns number,subject --after-action stay
        view list
        view show Low
        view rename Low Lowest
        view share Lowest second-line
        view default Lowest
        view place Lowest 1
        view delete Lowest
        ticket list --to-be-set
        ticket search mail
        ticket order 1001
        ticket set 1001 --priority low
        ticket set 1001 --priority high
        ticket assign 1001 ann --as sam
        ticket work 1001
        run --once
        ticket suggestions 1001
        ticket reply 1001 'Still down' --from-requester --as sam
        ticket escalate 1001 'needs a field engineer'
        escalations
        notices
        outbox
        sla list
        sla why 1001
        handover
        people away 2026-12-01 sam
        people absent
        people overseen
        people list
        people back sam
        rule list
        rule on response-near
        retention
        procedure apply {folder}/rota.toml
        people on-call
        sla migrate --dry-run
        wall
        ticket due 1001 resolution 2026-11-24T10:00 --reason 'said on the phone'
        handover
    """,
    "campus-it": """
        mail fetch --dry-run
        mail fetch
        mail take {folder}/robot.eml
        mail list
        mail show 1
        mail quarantine list
        mail quarantine show 2
        mail retry 2
        mail release 2
        ticket reply 1001 'On its way.'
        mail send
        mail status
        mail check
        mail take {folder}/other.eml
        mail drop 3 --yes
        mail take {folder}/third.eml
        mail quarantine drop 4 --yes
        mail take {folder}/fourth.eml
        mail quarantine release 5
        mail import {folder}/old.eml --all
    """,
}
"""Procedure → calls on a desk by it, in turn, so that every list has a row."""


def write_files(folder: Path, procedure: str, text: str) -> None:
    """Write everything that the calls on a procedure's desk read. text: of the procedure's file."""
    (folder / "deskterm").mkdir()
    (folder / "deskterm" / "settings.toml").write_text("bel = true\n", encoding="utf-8")
    (folder / "people.csv").write_text(_AGENTS[procedure], encoding="utf-8")
    _write_mails(folder)
    (folder / "log.csv").write_text(_LOG, encoding="utf-8")
    (folder / "export.csv").write_text(_EXPORT, encoding="utf-8")
    (folder / "mapping.toml").write_text(_MAPPING, encoding="utf-8")
    changed = text.replace('resolution = "12h"', 'resolution = "11h"') + _ROTA
    (folder / "rota.toml").write_text(changed, encoding="utf-8")


def _write_mails(folder: Path) -> None:
    """Write a mail file, a Maildir with a mail, and mails that wait in quarantine."""
    for name in ("new", "cur", "tmp"):
        (folder / "in" / name).mkdir(parents=True)
    (folder / "in" / "new" / "1.desk").write_text(_MAIL, encoding="utf-8")
    (folder / "robot.eml").write_text(_ROBOTS_MAIL, encoding="utf-8")
    (folder / "other.eml").write_text(_ROBOTS_MAIL.replace("well", "fine"), encoding="utf-8")
    (folder / "third.eml").write_text(_ROBOTS_MAIL.replace("well", "right"), encoding="utf-8")
    (folder / "fourth.eml").write_text(_ROBOTS_MAIL.replace("well", "in order"), encoding="utf-8")
    (folder / "old.eml").write_text(_ROBOTS_MAIL.replace("well", "good"), encoding="utf-8")
    (folder / "mail.toml").write_text(_MAIL_FILE.replace("{folder}", str(folder)), encoding="utf-8")
