"""The table of commands: where each is defined, and its line in the help of its group.

A new command is a function in a module of its room and a line here, or in `ticket_commands` or `mail_commands`. Its
module is imported when the command is called (`runtime.loading`), so it imports what it needs at its top, and no other
command waits for that. A test compares the lines of help with the docstrings.
"""

from __future__ import annotations

from functools import partial

from deskterm.cli.command_words import find_meaning
from deskterm.cli.mail_commands import MAIL_GROUP
from deskterm.cli.runtime.loading import CommandEntry, GroupEntry
from deskterm.cli.ticket_commands import TICKET_GROUP

PROGRAM = GroupEntry(
    "The support desk that lives in a terminal. Without a command it opens the console; `deskterm help COMMAND` "
    "explains a command.",
    {
        "demo": CommandEntry(
            "admin.demo:make_demo",
            "Make a throw-away desk with a live working day, and open the console on it; in a pipe, print its queue.",
        ),
        "init": CommandEntry("admin.init:init_desk", "Make a new desk, with you as its admin."),
        "doctor": CommandEntry(
            "admin.doctor:check_store",
            "Check the store, fold every ticket again and compare; exit code 1 when something is not as it should be.",
        ),
        "backup": CommandEntry(
            "admin.backups.backup:back_up",
            "Back the desk up: a proved copy with a manifest, made while others work.",
        ),
        "restore": CommandEntry(
            "admin.backups.restore:restore_desk",
            "Bring the desk back from a backup; the desk that was there is kept beside it.",
        ),
        "run": CommandEntry(
            "admin.run:run_service",
            "Note warnings, missed targets and ends of timers as they come, fetch mails and send letters, until it is "
            "stopped: a service.",
        ),
        "wall": CommandEntry(
            "wall:show_wall",
            "Open the console on the wall, for a screen that leads look at; in a pipe, print its figures.",
        ),
        "escalations": CommandEntry("conversation.outbox:list_escalations", "List open escalations, the oldest first."),
        "notices": CommandEntry("conversation.outbox:list_notices", "List what I was told, the newest first."),
        "outbox": CommandEntry("conversation.outbox:list_letters", "List letters to people outside, the oldest first."),
        "handover": CommandEntry(
            "admin.handover:list_handover",
            "Print the sheet for the next shift: what breaches, what was promised, and who waits for what.",
        ),
        "quotes": CommandEntry(
            "billing.lists:list_quotes",
            "List quotes that are asked for or sent and not answered yet.",
        ),
        "articles": CommandEntry(
            "conversation.lists:list_articles",
            "List the articles of the knowledge base that replies named.",
        ),
        "export": CommandEntry(
            "admin.export:export_rows",
            "Export data, one row each: tickets, messages, events with their hashes, cycles of clocks, files of "
            "messages, people outside the desk, or entries of the work log (time worked, and its price); or the whole "
            "desk, for `import desk` to make an equal one. All rows are of one instant.",
        ),
        "retention": CommandEntry(
            "admin.retention:list_kept",
            "List closed tickets whose time is over, and tickets that are held.",
        ),
        "purge": CommandEntry(
            "admin.retention:purge",
            "Empty the words of closed tickets whose time is over, but for those that are held.",
        ),
        "erase": CommandEntry(
            "admin.retention:erase",
            "Erase a person: what they wrote, and their name, address and telephone number.",
        ),
        "seed": GroupEntry(
            "Fill a desk from files: severities, agents, clients, contacts, or a demo's tickets.",
            {
                "severities": CommandEntry(
                    "admin.seed:seed_scale",
                    "Make the severity scale what a file says, the most severe first.",
                ),
                "agents": CommandEntry(
                    "admin.seed:seed_agent_file",
                    "Add and change agents; nobody is removed (active = false retires).",
                ),
                "clients": CommandEntry("admin.seed:seed_client_file", "Add and change clients; none is removed."),
                "contacts": CommandEntry(
                    "admin.seed:seed_contact_file",
                    "Add and change contacts, the people who write to the desk; none is removed.",
                ),
                "demo": CommandEntry(
                    "admin.seed:seed_demo",
                    "Pour the demo's people and tickets into a simulated desk.",
                ),
            },
        ),
        "procedure": GroupEntry(
            "Procedure files: list, show, guide, check, diff, apply.",
            {
                "list": CommandEntry("admin.procedure:list_shipped", "List the procedures that come with deskterm."),
                "show": CommandEntry(
                    "admin.procedure:show_procedure",
                    "Print a procedure: the file as it was written, or its canonical JSON.",
                ),
                "guide": CommandEntry(
                    "admin.guide:show_guide",
                    "Print a procedure in words: what types, statuses and levels mean, who approved it, what its words "
                    "stand for.",
                ),
                "check": CommandEntry(
                    "admin.procedure:check_file",
                    "Check a procedure file: errors end with exit code 1, warnings are printed.",
                ),
                "apply": CommandEntry(
                    "admin.apply:apply_procedure",
                    "Put another edition of the procedure in force, for what happens from now on.",
                ),
                "diff": CommandEntry(
                    "admin.procedure:compare",
                    "Show how two procedures differ; exit code 1 when they do.",
                ),
            },
        ),
        "template": GroupEntry(
            "Templates of replies and notes, and macros, from files: check, apply, list, show.",
            {
                "check": CommandEntry(
                    "templates.files:check_files",
                    "Check files of templates and macros: each mistake with file and line, and exit code 1.",
                ),
                "apply": CommandEntry(
                    "templates.files:apply_files",
                    "Put templates and macros of files into the desk, for everybody; none is removed without --prune.",
                ),
                "list": CommandEntry("templates.files:list_entries", "List the templates and macros that I may use."),
                "show": CommandEntry("templates.files:show_template", "Print a template as the text of a file."),
            },
        ),
        "macro": GroupEntry(
            "Macros, several changes in one act: list, show, save, remove; `deskterm ticket macro` runs one.",
            {
                "list": CommandEntry("templates.macros:list_all", "List the macros that I may use, my own first."),
                "show": CommandEntry(
                    "templates.macros:show", "Print a macro as the text of a file, mine before the desk's."
                ),
                "save": CommandEntry("templates.macros:save", "Make a macro of my own of what I did last on a ticket."),
                "remove": CommandEntry("templates.macros:remove", "Remove a macro of my own."),
            },
        ),
        "completion": CommandEntry(
            "completion:print_script", "Print a script that lets a shell complete commands, options and values."
        ),
        "mail": MAIL_GROUP,
        "config": GroupEntry(
            "Your settings of the console: path, show, check, edit.",
            {
                "path": CommandEntry(
                    "config:print_path", "Print where the settings file is, whether or not it is there."
                ),
                "show": CommandEntry(
                    "config:show_settings",
                    "Print the settings in force, and where each comes from: the file, what was chosen in the "
                    "console, or the default.",
                ),
                "check": CommandEntry(
                    "config:check_settings", "Check the settings file; exit code 1 when something in it is wrong."
                ),
                "edit": CommandEntry(
                    "config:edit_settings",
                    "Open the settings file in your editor ($VISUAL or $EDITOR), and check it afterwards.",
                ),
            },
        ),
        "ticket": TICKET_GROUP,
        "view": GroupEntry(
            "Views of the queue: the desk's, yours, and those of your team.",
            {
                "list": CommandEntry(
                    "people.views:list_views",
                    "List my views in their order, with the number of tickets in each: the desk's, mine, and those of "
                    "my team.",
                ),
                "show": CommandEntry(
                    "people.views:show_view",
                    "Show how a view is made: what it narrows, its filter, order and columns; `ticket list --view` "
                    "lists it.",
                ),
                "save": CommandEntry(
                    "people.views:save_view",
                    "Save a view under a name, or change the one that has it; consoles show it at once.",
                ),
                "rename": CommandEntry("people.views:rename_view", "Give a view another name."),
                "delete": CommandEntry(
                    "people.views:delete_view", "Delete a view; one that is shared goes for the whole team."
                ),
                "share": CommandEntry(
                    "people.views:share_view",
                    "Share a view with the agents of a team, as a lead: they see it, and its owner or a lead of the "
                    "team changes it.",
                ),
                "default": CommandEntry(
                    "people.views:choose_default", "Choose the view that opens first in my consoles."
                ),
                "place": CommandEntry(
                    "people.views:place",
                    "Move a view to another place: the digits 1 to 9 open the first nine in the console.",
                ),
            },
        ),
        "people": GroupEntry(
            "Colleagues: who is here, who is away.",
            {
                "list": CommandEntry("people.lists:list_people", "List who works here, with what they have open."),
                "away": CommandEntry(
                    "people.absence:set_away",
                    "Say that somebody is ill or on holiday: nothing is given to them by itself, and their "
                    "tickets are covered.",
                ),
                "back": CommandEntry("people.absence:set_back", "Say that somebody is back."),
                "claim": CommandEntry(
                    "people.claim:claim",
                    "Become an admin of a desk of your own when none of its admins can log in: it came from another "
                    "machine, say.",
                ),
                "on-call": CommandEntry(
                    "people.on_call:list_on_call", "List who is on call by each rota, and until when."
                ),
                "absent": CommandEntry(
                    "people.lists:list_absent",
                    "List open tickets whose owners are away, where colleagues cover for them: `deskterm ticket "
                    "take` takes one.",
                ),
                "overseen": CommandEntry(
                    "people.lists:list_overseen",
                    "List the open tickets of the teams that my role answers for; a lead answers for the own "
                    "team, or for all.",
                ),
            },
        ),
        "rule": GroupEntry(
            "What happens by itself: list, switch on, switch off.",
            {
                "list": CommandEntry(
                    "admin.rules:list_rules",
                    "List the rules, whether they act by themselves, and which of them a lead may switch.",
                ),
                "on": CommandEntry("admin.rules:switch_on", "Let a rule that waits for a lead's word act by itself."),
                "off": CommandEntry("admin.rules:switch_off", "Let such a rule only suggest."),
            },
        ),
        "item": GroupEntry(
            "Development items: raise, move, decide, schedule.",
            {
                "raise": CommandEntry(
                    "development.items:raise_item",
                    "Raise a development item from a ticket, once the checklist before it is done.",
                ),
                "join": CommandEntry(
                    "development.items:join_item",
                    "Let a ticket wait for the development item of another one too.",
                ),
                "move": CommandEntry(
                    "development.items:move_item",
                    "Move an item to another development status; its tickets follow.",
                ),
                "decide": CommandEntry("development.items:answer_question", "Answer the question of the item's route."),
                "schedule": CommandEntry(
                    "development.items:schedule_item", "Schedule an item that is ready to a release."
                ),
                "end": CommandEntry(
                    "development.items:end_item",
                    "End an item that takes no release: done and validated, on the roadmap, or not taken up.",
                ),
                "list": CommandEntry(
                    "development.lists:list_items",
                    "List development items, those that are under way first to last.",
                ),
            },
        ),
        "release": GroupEntry(
            "Releases: what is in them, and out with them.",
            {
                "list": CommandEntry(
                    "development.lists:list_releases",
                    "List releases: those that went out, and what is scheduled to those to come.",
                ),
                "out": CommandEntry(
                    "development.releases:release_out",
                    "Publish a release: everything that is scheduled to it, at once; its tickets move and their "
                    "people are notified.",
                ),
            },
        ),
        "feedback": GroupEntry(
            "What customers answered: list, review.",
            {
                "list": CommandEntry(
                    "conversation.lists:list_answers",
                    "List answers that nobody has read yet: complaints first, then low scores.",
                ),
                "review": CommandEntry("conversation.survey:review_answer", "Say that an answer was read."),
            },
        ),
        "sla": GroupEntry(
            "Service levels: when things are due.",
            {
                "due": CommandEntry(
                    "sla.due:forecast_due_times",
                    "Print when each metric of a request would be due, or what starts its clock.",
                ),
                "why": CommandEntry("sla.why:explain_clocks", "Explain when a ticket's clocks are due, and why."),
                "list": CommandEntry("sla.list:list_clocks", "List the clocks that run, by due time."),
                "watch": CommandEntry(
                    "sla.watch:watch_clocks",
                    "Watch the clocks that are due next, those that are overdue first.",
                ),
                "what-if": CommandEntry(
                    "sla.what_if:judge_past",
                    "Judge the past by another procedure; nothing is written.",
                ),
                "migrate": CommandEntry(
                    "sla.migrate:migrate_clocks",
                    "Judge running clocks by the edition in force, with old and new due time of each that moves.",
                ),
            },
        ),
        "report": GroupEntry(
            "Figures of a period: count, list, verify.",
            {
                "month": CommandEntry(
                    "report.page:show_month",
                    "Print the monthly report: what came and was resolved, what was promised and kept, and how old the "
                    "rest is.",
                ),
                "run": CommandEntry(
                    "report.page:run_report",
                    "Print a report by its name: one that every desk has, one of the procedure, or one of your file.",
                ),
                "list": CommandEntry(
                    "report.page:list_reports", "List the reports of this desk by name, and those of your own."
                ),
                "figures": CommandEntry(
                    "report.figures:show_figures", "Print the figures of a period, each with what it counts."
                ),
                "tickets": CommandEntry(
                    "report.tickets:list_tickets",
                    "Print a row for each ticket that came in a period or was open in it, with all its measures: when "
                    "it was answered and resolved, how long that took, and what was promised and kept.",
                ),
                "verify": CommandEntry(
                    "report.verify:verify_file",
                    "Run a report again as it was recorded and compare; exit code 1 when a figure differs.",
                ),
            },
        ),
        "import": GroupEntry(
            "Bring data in.",
            {
                "events": CommandEntry(
                    "admin.importing.event_log:import_log", "Bring in the event log of another desk."
                ),
                "desk": CommandEntry(
                    "transfer.desk:import_whole_desk",
                    "Make a desk that is equal to an exported one, where there is none yet (`--database`).",
                ),
                "tickets": CommandEntry(
                    "admin.importing.tickets:bring_in_tickets", "Bring in the tickets of another desk's export."
                ),
                "sniff": CommandEntry(
                    "admin.importing.sniff:sniff_export",
                    "Print the mapping of another desk's export, or the draft of one.",
                ),
            },
        ),
        "audit": GroupEntry(
            "What was written, and who did it.",
            {
                "verify": CommandEntry(
                    "admin.audit:verify_chains",
                    "Check every chain of events, and the words they refer to; exit code 1 when something is broken.",
                ),
                "head": CommandEntry(
                    "admin.audit:print_head",
                    "Print the head of all chains: a line to sign, or to keep where nobody of the desk can change it.",
                ),
                "log": CommandEntry(
                    "admin.audit:list_log",
                    "List who did what and when, the newest first; with --accesses who looked.",
                ),
            },
        ),
    },
    find_meaning=partial(find_meaning, ""),
)
