"""Mails that came in, and the state of mailboxes."""
