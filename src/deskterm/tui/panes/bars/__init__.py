"""Lines of the screen whose parts can be clicked: views, tabs of a ticket, keys."""
