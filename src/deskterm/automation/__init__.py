"""Automation: warnings, missed targets and timers, without a person acting."""
