"""What moves a ticket: transition rules, checklists, escalation, due times, timers, priority."""
