"""Personal words that are emptied: those of a person, of a ticket whose time is over, and drafts."""
