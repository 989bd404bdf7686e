"""People and organisations outside the desk, as they are looked up while somebody types."""
