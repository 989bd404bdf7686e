"""Pages over the console: why a clock is due, where a ticket stands, previews of due times."""
