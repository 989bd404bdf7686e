"""Links between tickets: duplicates, merges, splits, separations and incidents."""
