"""The part of the table of commands that is about tickets."""

from __future__ import annotations

from functools import partial

from deskterm.cli.command_words import TICKET_SECTIONS, find_meaning
from deskterm.cli.runtime.loading import CommandEntry, GroupEntry

TICKET_GROUP = GroupEntry(
    "Tickets: open, list, show, answer, change.",
    {
        "new": CommandEntry("ticket.new:open_ticket", "Open a ticket."),
        "show": CommandEntry("ticket.detail:show", "Show a ticket: its facts, clocks and conversation."),
        "reply": CommandEntry("conversation.reply:reply", "Answer the requester; everybody on the ticket reads it."),
        "note": CommandEntry("conversation.reply:note", "Write an internal note; the requester never sees it."),
        "files": CommandEntry("conversation.files:list_files", "List the files that went with a ticket's messages."),
        "save-files": CommandEntry(
            "conversation.files:save_files", "Save files of a ticket into a folder; nothing there is replaced."
        ),
        "open-file": CommandEntry(
            "conversation.files:open_file",
            "Open a file of a ticket with the system's program for it, unless it might run as a program.",
        ),
        "macro": CommandEntry(
            "templates.macros:run_on_ticket",
            "Run a macro: all of its changes and its reply or note happen, or nothing; one undo takes them back.",
        ),
        "scheduled": CommandEntry(
            "conversation.scheduled:change_scheduled",
            "Show the replies to a ticket that wait to be sent, or change one, send it now or call it off.",
        ),
        "drafts": CommandEntry(
            "conversation.drafts:list_drafts",
            "List my drafts, or print those for a ticket in full; nobody else sees them.",
        ),
        "assign": CommandEntry("ticket.edit:assign", "Give a ticket to an agent."),
        "list": CommandEntry("ticket.list:list_tickets", "List tickets, in the order of work."),
        "search": CommandEntry(
            "ticket.list:search",
            "Find tickets by words: in subjects, messages, notes, and names of requesters and clients; the "
            "newest first.",
        ),
        "set": CommandEntry(
            "ticket.edit:set_values",
            "Change a ticket: all that is asked for happens, or nothing.",
        ),
        "due": CommandEntry(
            "ticket.due_times:set_due",
            "Set the due time of a clock; it stays, whatever changes, until it is cleared.",
        ),
        "schedule": CommandEntry("ticket.due_times:schedule", "Schedule a ticket to a sprint or a release."),
        "waive": CommandEntry(
            "ticket.due_times:waive",
            "Waive a breach; it stays on record, with the reason.",
        ),
        "snooze": CommandEntry(
            "ticket.due_times:snooze",
            "Take a ticket out of the queue for a time; a message of the requester brings it back, and its clocks go "
            "on.",
        ),
        "acknowledge": CommandEntry(
            "ticket.escalation:acknowledge_call",
            "Acknowledge a call: nobody is called for it again.",
        ),
        "work": CommandEntry(
            "ticket.due_times:work",
            "Begin work on a ticket, or stop it: clocks that count work run in between.",
        ),
        "transfer": CommandEntry(
            "ticket.due_times:transfer_ticket",
            "Hand a ticket to another department or team; its clocks go on as they are.",
        ),
        "duplicate": CommandEntry(
            "ticket.linking:duplicate",
            "Close a ticket as a duplicate of another; its people are on CC there, its clocks are cancelled.",
        ),
        "merge": CommandEntry(
            "ticket.linking:merge",
            "Merge a ticket into another, which shows both conversations from then on.",
        ),
        "separate": CommandEntry(
            "ticket.linking:separate",
            "Separate a duplicate or merged ticket again, whatever was written meanwhile.",
        ),
        "split": CommandEntry(
            "ticket.linking:split",
            "Split a message off as a ticket of its own, or one for each thing that it lists; clocks start when it "
            "came.",
        ),
        "undo": CommandEntry(
            "ticket.linking:undo",
            "Undo the last command on a ticket, on all the tickets that it changed.",
        ),
        "like": CommandEntry(
            "ticket.suggestions:list_similar",
            "List open and recent tickets that may be about the same matter.",
        ),
        "supply": CommandEntry("ticket.intake:supply", "Supply fields of its type that a request lacked."),
        "exempt": CommandEntry(
            "ticket.intake:exempt",
            "Exempt a ticket from all targets; reports count it separately.",
        ),
        "prioritise": CommandEntry(
            "ticket.intake:prioritise",
            "Move a ticket ahead of its order, for a reason that the procedure names.",
        ),
        "confirm-severity": CommandEntry(
            "ticket.intake:confirm_severity",
            "Confirm the severity that the requester chose, or correct it; what they chose stays on record.",
        ),
        "suggestions": CommandEntry(
            "ticket.suggestions:list_suggestions",
            "List what rules suggest for a ticket, take a suggestion or leave it.",
        ),
        "hold": CommandEntry("admin.retention:hold_ticket", "Keep a ticket from being purged, whatever its age."),
        "release-hold": CommandEntry("admin.retention:release_hold", "Release the hold on a ticket."),
        "time": CommandEntry(
            "billing.time_entries:record_time",
            "Record time worked, or list it with its price.",
        ),
        "price": CommandEntry(
            "billing.price:show_price",
            "Show the price of the work on a ticket, or record that the customer agrees to it.",
        ),
        "quote": CommandEntry(
            "billing.quotes:record_quote",
            "Ask for a quote, send it, or record what the customer said to it.",
        ),
        "feedback": CommandEntry(
            "conversation.survey:record_answer",
            "Record what the requester thinks of how the ticket was handled.",
        ),
        "order": CommandEntry(
            "ticket.order:explain_order",
            "Explain a ticket's place in the order of work: the keys in turn, and who stands next to it.",
        ),
        "escalate": CommandEntry(
            "ticket.escalation:escalate",
            "Take the next step of a ladder: its role is asked, its level of support takes over.",
        ),
        "passed": CommandEntry(
            "ticket.escalation:record_handoff_to_client",
            "Record that a ticket was passed to the client's own desk, which gives that level of support itself.",
        ),
        "review": CommandEntry(
            "ticket.escalation:review",
            "Decide on an escalation after looking at its impact.",
        ),
        "dispute": CommandEntry(
            "ticket.escalation:dispute",
            "Record that the customer disputes the priority.",
        ),
        "settle": CommandEntry(
            "ticket.escalation:settle",
            "Decide on a disputed priority; another one moves due times: each clock's old and new one are shown.",
        ),
        "delay": CommandEntry(
            "ticket.escalation:delay",
            "Tell the requester that it takes longer, before the time runs out.",
        ),
        "told": CommandEntry(
            "ticket.escalation:log_call",
            "Log a call that replaces the waiting letters; they are withdrawn.",
        ),
        "attach": CommandEntry(
            "ticket.incidents:attach_ticket",
            "Attach a ticket to an incident, which is a ticket too.",
        ),
        "join": CommandEntry(
            "people.participants:join",
            "Add somebody on CC of a ticket: its letters go to them too.",
        ),
        "leave": CommandEntry("people.participants:leave", "Take somebody off CC."),
        "participants": CommandEntry(
            "people.lists:list_participants",
            "List who is on CC of a ticket.",
        ),
        "detach": CommandEntry("ticket.incidents:detach", "Take a ticket away from its incident."),
        "announce": CommandEntry(
            "ticket.incidents:announce",
            "Write one message on an incident and on every ticket that is attached to it; everybody gets one letter.",
        ),
        "take": CommandEntry("people.absence:take_ticket", "Take over the ticket of a colleague who is away."),
        "resolve": CommandEntry(
            "ticket.closing:resolve",
            "Resolve a ticket: the requester reads how, and is asked to confirm where the procedure says so.",
        ),
        "close": CommandEntry(
            "ticket.closing:close",
            "Close a ticket without a resolution, for one of the procedure's reasons.",
        ),
        "confirm": CommandEntry(
            "ticket.closing:confirm",
            "Confirm the resolution for the requester: the ticket is closed, or takes the last step before.",
        ),
        "reject": CommandEntry(
            "ticket.closing:reject",
            "Reject the resolution for the requester: the ticket goes back to be worked on.",
        ),
        "reopen": CommandEntry(
            "ticket.closing:reopen",
            "Reopen a ticket, for its requester or because a message was more than thanks.",
        ),
        "fixed": CommandEntry(
            "ticket.closing:record_fix",
            "Record the permanent fix that a temporary one left outstanding.",
        ),
        "check": CommandEntry(
            "ticket.checklist:check_items",
            "Tick items of a checklist off; without any, show the lists of a ticket.",
        ),
        "thanks": CommandEntry(
            "conversation.lists:list_thanks",
            "List the messages that were taken for mere thanks, and kept their tickets closed.",
        ),
    },
    sections=TICKET_SECTIONS,
    find_meaning=partial(find_meaning, "ticket"),
)
