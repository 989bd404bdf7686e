"""Workflow of a ticket: transition rules, checklists, escalation, due times, timers and priority."""
