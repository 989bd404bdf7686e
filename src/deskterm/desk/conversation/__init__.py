"""Messages of a ticket and what hangs on them: thanks, follow-ups, articles, delay notices, surveys."""
