"""Small notices of failure that tests write themselves."""

from __future__ import annotations

from deskterm.mail.bounces.find_report import Report, find_report
from deskterm.mail.reading.read_mail import read_mail

DAEMON = "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: support@desk.example\n"
RETURNED = "Received: by mx.example\nMessage-ID: <dt.7.1.ABC@desk.example>\nTo: kim@a.example\nSubject: Printer\n"


def find_in(words: str, *, subject: str = "Undelivered Mail Returned to Sender", head: str = DAEMON) -> Report:
    """Return what is found in a plain notice."""
    return find_report(read_mail(f"{head}Subject: {subject}\n\n{words}".encode()))


def find_in_status(fields: str, *, words: str = "", returned: str = RETURNED, head: str = DAEMON) -> Report:
    """Return what is found in a report with fields (RFC 3464)."""
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
    parts = f"--b\n\n{words}\n--b\nContent-Type: message/delivery-status\n\n{fields}\n"
    parts += f"--b\nContent-Type: text/rfc822-headers\n\n{returned}\n--b--\n"
    return find_report(read_mail(f"{head}{kind}Subject: x\n\n{parts}".encode()))
