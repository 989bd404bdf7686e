"""Pages over the console: help, why a clock is due, where a ticket stands; and previews of due times."""
