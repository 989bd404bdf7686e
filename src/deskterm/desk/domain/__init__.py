"""Events, the state they fold to, and the pure rules of both: no store, no session."""
