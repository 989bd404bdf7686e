"""Messages of a ticket, and what they lead to: thanks, follow-ups, articles, delay notices, surveys."""
