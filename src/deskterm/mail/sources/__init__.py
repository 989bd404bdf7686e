"""Places that mails are taken from: files, Maildirs, and IMAP servers (M-01)."""
