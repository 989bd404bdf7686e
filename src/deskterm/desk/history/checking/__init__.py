"""The check of a desk: stored rows, one ticket, a range of tickets, and the processes that share them."""
