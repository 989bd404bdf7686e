"""`deskterm sla`: due times, why, watch, what-if, migrate."""
