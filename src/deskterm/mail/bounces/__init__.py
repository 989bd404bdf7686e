"""Mails about letters of ours: failures, complaints and absences, read and never answered (M-42 to M-45)."""
