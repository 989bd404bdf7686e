"""Pages over the console: help, explanations of clocks and of places in the queue; and previews of due times."""
