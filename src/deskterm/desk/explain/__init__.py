"""Why a clock is due when it is, and why a ticket stands where it stands in the queue."""
