"""Words of a message: their tokens, signatures below them, and requests for an escalation."""
