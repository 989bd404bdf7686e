"""`deskterm sla`: due times of clocks, their explanation, and other procedures for them."""
