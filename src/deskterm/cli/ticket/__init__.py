"""`deskterm ticket`: lists of tickets, a whole ticket, and the changes to one."""
