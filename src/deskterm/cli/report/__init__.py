"""`deskterm report`: figures of a period, and their verification."""
