"""Notification of staff and customers: topics, recipients, quiet hours, letters and their checks."""
